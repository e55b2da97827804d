/** Why an order is not kept. */
export type RefusalCode =
  | 'malformed'
  | 'notSupported'
  | 'wrongSignature'
  | 'notAuthorised'
  | 'expired'
  | 'cancelled'
  | 'filled'
  | 'emptyAccount'
  | 'tipTooHigh'
  | 'tipTooLow'
  | 'feeTooLow'
  | 'limitOutOfReach'
  | 'tooMany';

/** An order that is not kept. @property message What is wrong with it and what to do, for people. */
export class OrderRefusedError extends Error {
  override readonly name = 'OrderRefusedError';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
