/** A surface's field is outside the bits that hold it, or no multiple of their resolution. */
export class InvalidSurfaceError extends Error {
  override readonly name = 'InvalidSurfaceError';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`surface ${field} ${problem}`);
    this.field = field;
  }
}

/** Bits that no surface's encoding yields. */
export class InvalidSurfaceWordError extends Error {
  override readonly name = 'InvalidSurfaceWordError';
  readonly word: bigint;

  constructor(word: bigint) {
    super(`0x${word.toString(16)} is not the encoding of any surface; zero is an expiry without one`);
    this.word = word;
  }
}

/** Two signatures of one signer, which the contract would refuse. */
export class DuplicateSignatureError extends Error {
  override readonly name = 'DuplicateSignatureError';
  readonly signer: string;

  constructor(signer: string) {
    super(`two signatures are by ${signer}; pass one of each signer`);
    this.signer = signer;
  }
}
