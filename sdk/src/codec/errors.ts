/** Not a 20-byte hex address. */
export class InvalidAddressError extends Error {
  override readonly name = 'InvalidAddressError';
  readonly address: string;

  constructor(address: string) {
    super(`"${address}" is not an address; write 0x and 40 hex digits`);
    this.address = address;
  }
}

/** A number that does not fit the bits that hold it. */
export class OutOfBitsError extends Error {
  override readonly name = 'OutOfBitsError';
  readonly field: string;
  readonly value: bigint;
  readonly max: bigint;

  constructor(field: string, value: bigint, max: bigint) {
    super(`${field} ${value} is outside 0..${max}`);
    this.field = field;
    this.value = value;
    this.max = max;
  }
}

/** A strike that is not positive, or that has more than the 16 significant digits an InstrumentId keeps. */
export class StrikeNotRepresentableError extends Error {
  override readonly name = 'StrikeNotRepresentableError';
  readonly strike: bigint;

  constructor(strike: bigint) {
    super(`strike ${strike} (wad USD) must be positive and have at most 16 significant digits`);
    this.strike = strike;
  }
}

/** An expiry that is not positive, not on a whole hour, or beyond the last hour an InstrumentId can hold. */
export class ExpiryNotRepresentableError extends Error {
  override readonly name = 'ExpiryNotRepresentableError';
  readonly expirySec: bigint;

  constructor(expirySec: bigint) {
    super(
      `expiry ${expirySec} must be a positive number of Unix seconds, divisible by 3600 and below 2^20 hours`,
    );
    this.expirySec = expirySec;
  }
}

/** An underlying's number outside 1..4095. */
export class UnderlyingNotRepresentableError extends Error {
  override readonly name = 'UnderlyingNotRepresentableError';
  readonly underlying: number;

  constructor(underlying: number) {
    super(`underlying ${underlying} must be a whole number from 1 to 4095`);
    this.underlying = underlying;
  }
}

/** Bits that no instrument's encoding yields. */
export class InvalidInstrumentIdError extends Error {
  override readonly name = 'InvalidInstrumentIdError';
  readonly id: bigint;

  constructor(id: bigint) {
    super(`0x${id.toString(16)} is not the encoding of any instrument`);
    this.id = id;
  }
}

/** Bits that no position's encoding yields. */
export class InvalidPositionWordError extends Error {
  override readonly name = 'InvalidPositionWordError';
  readonly word: bigint;

  constructor(word: bigint) {
    super(`0x${word.toString(16)} is not the encoding of any position`);
    this.word = word;
  }
}

/** A position's size would leave the 96 bits that hold it. */
export class SizeOutOfBoundsError extends Error {
  override readonly name = 'SizeOutOfBoundsError';
  readonly size: bigint;
  readonly max: bigint;

  constructor(size: bigint, max: bigint) {
    super(`position size ${size} is outside +-${max} (wad units)`);
    this.size = size;
    this.max = max;
  }
}

/** A position's cost basis would leave the 104 bits that hold it. */
export class CostOutOfBoundsError extends Error {
  override readonly name = 'CostOutOfBoundsError';
  readonly cost: bigint;
  readonly max: bigint;

  constructor(cost: bigint, max: bigint) {
    super(`cost basis ${cost} is outside +-${max} (wad USD)`);
    this.cost = cost;
    this.max = max;
  }
}
