import { max, min, mulDown } from '../../units/index.ts';
import { RAMP_START } from './calculateRamp.ts';

export interface RewardInputs {
  /** MM - MM', wad USD, > 0. */
  readonly relief: bigint;
  /** From `liquidationTerms`, wad. */
  readonly phi: bigint;
  /** E and MM before the liquidation, wad USD. */
  readonly equity: bigint;
  readonly maintenanceMargin: bigint;
  /** Whether the account has neither positions nor collateral left afterwards. */
  readonly emptied: boolean;
  /** Accounts whose MM is below pay at least `minReward` when closed whole, as far as their equity goes, wad USD. */
  readonly dustMargin: bigint;
  readonly minReward: bigint;
  /** Cash of the insurance fund, wad USD. What the account itself lacks is kept for that. */
  readonly insuranceCash: bigint;
}

export interface LiquidationReward {
  /** What the account pays, wad USD. */
  readonly penalty: bigint;
  /** What the insurance fund adds, wad USD. */
  readonly incentive: bigint;
}

/** What a liquidator earns on a basket (SPEC-L3 to L5), rounded down. */
export function liquidationReward(inputs: RewardInputs): LiquidationReward {
  let penalty = mulDown(inputs.phi, inputs.relief);
  if (inputs.emptied && inputs.maintenanceMargin < inputs.dustMargin && inputs.equity > 0n) {
    penalty = max(penalty, min(inputs.minReward, inputs.equity));
  }
  const least = mulDown(RAMP_START, inputs.relief);
  const spare = max(0n, inputs.insuranceCash - max(0n, -inputs.equity));
  const incentive = penalty < least ? min(least - penalty, spare) : 0n;
  return { penalty, incentive };
}
