import type { Address, Hash } from 'viem';

/** A write has nobody to send it. */
export class MissingSenderError extends Error {
  override readonly name = 'MissingSenderError';

  constructor() {
    super('no sender: create the client with an account, or pass `sender`');
  }
}

/** The deployment has no liquidity vault, or its address is not known. */
export class MissingVaultError extends Error {
  override readonly name = 'MissingVaultError';

  constructor() {
    super('no liquidity vault: add `liquidityVault` to the addresses, or trade by signed orders');
  }
}

/** The sender holds less of the token than the deposit takes. */
export class TokenBalanceTooLowError extends Error {
  override readonly name = 'TokenBalanceTooLowError';
  readonly token: Address;
  readonly holder: Address;
  /** In the token's own decimals. */
  readonly balanceRaw: bigint;
  readonly neededRaw: bigint;

  constructor(token: Address, holder: Address, balanceRaw: bigint, neededRaw: bigint) {
    super(
      `${holder} holds ${balanceRaw} raw units of token ${token}, less than ${neededRaw}; ` +
        'get more of the token, or deposit less',
    );
    this.token = token;
    this.holder = holder;
    this.balanceRaw = balanceRaw;
    this.neededRaw = neededRaw;
  }
}

/** A step that a write requires was mined and reverted. */
export class RequirementFailedError extends Error {
  override readonly name = 'RequirementFailedError';
  readonly step: string;
  readonly hash: Hash;

  constructor(step: string, hash: Hash) {
    super(`the required step "${step}" reverted in transaction ${hash}; check the token, then prepare again`);
    this.step = step;
    this.hash = hash;
  }
}

/** Steps were sent and mined, and the write still requires some. */
export class RequirementsNotMetError extends Error {
  override readonly name = 'RequirementsNotMetError';
  readonly steps: readonly string[];

  constructor(steps: readonly string[]) {
    super(`still required: ${steps.join(', ')}; prepare again when these are mined`);
    this.steps = steps;
  }
}

/** A contract returned a value that this release does not know. */
export class UnexpectedValueError extends Error {
  override readonly name = 'UnexpectedValueError';
  readonly field: string;

  constructor(field: string, value: unknown) {
    super(
      `${field} has the unknown value ${String(value)}; use the SDK release that belongs to this deployment`,
    );
    this.field = field;
  }
}
