import { max, mulFloor } from '../../units/index.ts';
import { assess } from '../assess.ts';
import { UnknownUnderlyingError } from '../errors.ts';
import type { Margin, MarginState, Market, Portfolio, RiskProfile } from '../types.ts';
import { withIndex } from './withIndex.ts';
import { withVol } from './withVol.ts';

export interface StressRow extends Margin {
  /** Change of the index, as a fraction, wad. */
  readonly shock: bigint;
  /** Change of implied volatility, as a fraction of itself, wad. */
  readonly vol: bigint;
  readonly state: MarginState;
}

export interface StressOptions {
  /** Whose index moves; all of them unless given. */
  readonly underlyings?: readonly number[];
  /** Changes of implied volatility, wad, > -1; none unless given. Each is combined with each shock. */
  readonly vols?: readonly bigint[];
}

/**
 * Equity and margin with the index moved by each shock in turn (wad, > -1), and with each change of volatility. Premiums
 * stay as they are in USD, forwards keep their ratio to the index. An index is at least one wei.
 * @throws UnknownUnderlyingError and those of `assess`
 */
export function stressTable(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  shocks: readonly bigint[],
  { underlyings = [...market.underlyings.keys()], vols = [0n] }: StressOptions = {},
): StressRow[] {
  return vols.flatMap((vol) => {
    const revalued = withVol(market, vol);
    return shocks.map((shock) => {
      const moved = moveAll(revalued, underlyings, shock);
      const { equity, initialMargin, maintenanceMargin, unrealised, state } = assess(
        portfolio,
        moved,
        profile,
      );
      return { shock, vol, equity, initialMargin, maintenanceMargin, unrealised, state };
    });
  });
}

/** The market with every index named moved alike. @param shock Wad, > -1. @throws UnknownUnderlyingError */
export function moveAll(market: Market, underlyings: readonly number[], shock: bigint): Market {
  let moved = market;
  for (const underlying of underlyings) {
    const prices = market.underlyings.get(underlying);
    if (prices === undefined) throw new UnknownUnderlyingError(underlying);
    moved = withIndex(moved, underlying, max(1n, prices.index + mulFloor(prices.index, shock)));
  }
  return moved;
}
