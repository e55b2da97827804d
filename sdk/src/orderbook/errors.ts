import { formatInstrument } from '../errors/index.ts';

/** An order was added to the book of another instrument. */
export class WrongInstrumentError extends Error {
  override readonly name = 'WrongInstrumentError';
  readonly bookInstrument: bigint;
  readonly orderInstrument: bigint;

  constructor(bookInstrument: bigint, orderInstrument: bigint) {
    super(
      `the order trades ${formatInstrument(orderInstrument)}, the book is of ${formatInstrument(bookInstrument)}; ` +
        'keep one book per instrument',
    );
    this.bookInstrument = bookInstrument;
    this.orderInstrument = orderInstrument;
  }
}
