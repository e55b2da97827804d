/** The text is not a plain decimal number. */
export class InvalidDecimalError extends Error {
  override readonly name = 'InvalidDecimalError';
  readonly text: string;

  constructor(text: string) {
    super(
      `"${text}" is not a decimal number; write digits with an optional sign and fraction, such as "-1234.5"`,
    );
    this.text = text;
  }
}

/** The number has more digits after the point than the scale keeps, so that it cannot be held exactly. */
export class TooPreciseError extends Error {
  override readonly name = 'TooPreciseError';
  readonly text: string;
  readonly decimals: number;

  constructor(text: string, decimals: number) {
    super(`"${text}" has more than ${decimals} digits after the decimal point; round it first`);
    this.text = text;
    this.decimals = decimals;
  }
}

/** `exp(x)` would not fit 255 bits; as Solady's `ExpOverflow()`. */
export class ExpOverflowError extends Error {
  override readonly name = 'ExpOverflowError';
  readonly x: bigint;

  constructor(x: bigint) {
    super(`exp(${x} wad) does not fit an int256; the argument must be below 135305999368893231589`);
    this.x = x;
  }
}

/** `ln(x)` of a number that is not positive; as Solady's `LnWadUndefined()`. */
export class LnUndefinedError extends Error {
  override readonly name = 'LnUndefinedError';
  readonly x: bigint;

  constructor(x: bigint) {
    super(`ln(${x} wad) is undefined; the argument must be positive`);
    this.x = x;
  }
}
