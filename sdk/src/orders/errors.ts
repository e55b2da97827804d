/** An order's field is outside what the contract can hold or would ever match. */
export class InvalidOrderError extends Error {
  override readonly name = 'InvalidOrderError';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`order ${field} ${problem}`);
    this.field = field;
  }
}
