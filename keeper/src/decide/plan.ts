import type { SkipReason } from './skip.ts';

/**
 * What a liquidation must bring.
 * - profit: at least `minProfit` after gas.
 * - break-even: its own gas.
 * - protocol: nothing. For those who run a keeper to keep the protocol solvent.
 */
export const PLAN_MODES = ['profit', 'break-even', 'protocol'] as const;
export type PlanMode = (typeof PLAN_MODES)[number];

export interface PlanTerms {
  readonly mode: PlanMode;
  /** Least reward less gas cost where the mode is `profit`, wad USD; may be negative. */
  readonly minProfit: bigint;
}

/**
 * Why a liquidation is not worth its gas, if so.
 * @param reward Penalty and incentive, wad USD.
 * @param gasCost Wad USD; undefined where the price of the gas token is not known, and then nothing is assumed.
 */
export function refusalOf(
  reward: bigint,
  gasCost: bigint | undefined,
  terms: PlanTerms,
): Extract<SkipReason, 'unprofitable' | 'gasPriceUnknown'> | undefined {
  if (terms.mode === 'protocol') return undefined;
  if (gasCost === undefined) return 'gasPriceUnknown';
  return reward - gasCost < leastOf(terms) ? 'unprofitable' : undefined;
}

/** The most that may be bid for one transaction, wad USD; undefined where nothing but the fee cap bounds it. */
export function mostForGas(reward: bigint, terms: PlanTerms): bigint | undefined {
  if (terms.mode === 'protocol') return undefined;
  const most = reward - leastOf(terms);
  return most < 0n ? 0n : most;
}

function leastOf({ mode, minProfit }: PlanTerms): bigint {
  return mode === 'profit' ? minProfit : 0n;
}
