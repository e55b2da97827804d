import type { Account, Hash } from 'viem';
import type { NovateClient } from '../client/types.ts';
import type { TestContracts } from './deployNovate.ts';
import { fundAccount } from './fundAccount.ts';
import type { FundAccountParameters } from './fundAccount.ts';
import { mint } from './mint.ts';
import type { MintParameters } from './mint.ts';
import { postSurface } from './postSurface.ts';
import type { PostSurfaceParameters } from './postSurface.ts';
import { setPrice } from './setPrice.ts';
import type { SetPriceParameters } from './setPrice.ts';

/** What a test does to the world of a deployment. Each resolves when it is mined. */
export interface TestActions {
  /** Sets an underlying's price, dated now. A price is too old after 65 minutes: set it again. */
  readonly setPrice: (parameters: SetPriceParameters) => Promise<Hash>;
  readonly mint: (parameters: MintParameters) => Promise<Hash>;
  /** Mints tokens to an account's owner, who deposits them. */
  readonly fundAccount: (parameters: FundAccountParameters) => Promise<Hash>;
  /** Posts a volatility surface, which options of its expiry need for a mark. */
  readonly postSurface: (parameters: PostSurfaceParameters) => Promise<Hash>;
}

export function bindTestActions(
  client: NovateClient,
  contracts: TestContracts,
  deployer: Account,
): TestActions {
  return {
    setPrice: (parameters) => setPrice(client, contracts, { ...parameters, deployer }),
    mint: (parameters) => mint(client, contracts, { ...parameters, deployer }),
    fundAccount: (parameters) => fundAccount(client, contracts, { ...parameters, deployer }),
    postSurface: (parameters) => postSurface(client, contracts, { ...parameters, deployer }),
  };
}
