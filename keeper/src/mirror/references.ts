import type { AccountId, RiskProfile } from '@novate/sdk';
import type { Address } from 'viem';

/** What contracts say that rarely changes. */
export interface References {
  readonly riskEngine: Address;
  /** Where the risk engine takes surfaces and settlement prices from. */
  readonly volSurface: Address;
  readonly settlementTwap: Address;
  readonly profiles: ReadonlyMap<number, RiskProfile>;
  /** The underlying that values each collateral asset, by the asset's number. */
  readonly assetUnderlyings: ReadonlyMap<number, number>;
  readonly insuranceAccount: AccountId;
  /** Accounts whose maintenance margin is below are taken whole, wad USD. */
  readonly dustMargin: bigint;
  /** What taking such an account pays at least, wad USD. */
  readonly minReward: bigint;
}
