import type { Hex } from 'viem';

/** What a `NovateContractError` is made of. */
export interface ContractErrorDetails {
  readonly errorName: string;
  readonly signature: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly sentence: string;
  readonly remedy: string;
  readonly data: Hex;
}

/**
 * A call reverted. `message` is what happened followed by what to do; the parts stand beside it.
 *
 * `args` holds the revert's arguments by name with the ABI's types: amounts are wad unless a name ends in `Raw` or
 * `Bps`, accounts and instruments are their numbers.
 */
export class NovateContractError extends Error {
  override readonly name = 'NovateContractError';
  /** Name of the custom error; `Error` for a reason string, `Panic` for a compiler check, `Unknown` where no ABI has it. */
  readonly errorName: string;
  /** Name and argument types, such as `NotFlagged(uint256)`. */
  readonly signature: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What happened, amounts in decimals, accounts as `0xOwner/sub`, instruments by name. */
  readonly sentence: string;
  /** What to do next. */
  readonly remedy: string;
  /** The revert data. */
  readonly data: Hex;

  constructor(details: ContractErrorDetails, cause?: unknown) {
    super(`${details.sentence} ${details.remedy}`, cause === undefined ? undefined : { cause });
    this.errorName = details.errorName;
    this.signature = details.signature;
    this.args = details.args;
    this.sentence = details.sentence;
    this.remedy = details.remedy;
    this.data = details.data;
  }
}
