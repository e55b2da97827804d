/** An order's field is outside what the contract can hold or would ever match. */
export class InvalidOrderError extends Error {
  override readonly name = 'InvalidOrderError';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`order ${field} ${problem}`);
    this.field = field;
  }
}

/** A keeper does not take a trigger order. The message says what to change. */
export class OrderRefusedError extends Error {
  override readonly name = 'OrderRefusedError';
  /** Such as `limitOutOfReach`, `tipTooLow`, `notAuthorised`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** No keeper could be asked: the order is not left with anybody. */
export class KeeperUnavailableError extends Error {
  override readonly name = 'KeeperUnavailableError';

  constructor(origin: string, problem: string, cause?: unknown) {
    super(`${origin}: ${problem}; check the address (the keeper's ordersPort), or try later`, { cause });
  }
}
