import { abs, mulDown } from '../../units/index.ts';
import type { Leg, Portfolio, Spot } from '../types.ts';

export interface ProRataSelection {
  /** Units to take of each of the portfolio's legs, absolute, in their order, wad. */
  readonly legSizes: readonly bigint[];
  /** Units to take of each of the portfolio's spot balances, in their order, wad. */
  readonly spotAmounts: readonly bigint[];
}

/** The share `fraction` (wad) of everything a portfolio holds besides cash, each floored to the wei (SPEC-L6). */
export function selectProRata(portfolio: Portfolio, fraction: bigint): ProRataSelection {
  return {
    legSizes: portfolio.legs.map((leg: Leg) => mulDown(abs(leg.size), fraction)),
    spotAmounts: portfolio.spot.map((balance: Spot) => mulDown(balance.amount, fraction)),
  };
}
