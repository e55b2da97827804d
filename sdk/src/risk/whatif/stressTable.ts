import { max, mulFloor } from '../../units/index.ts';
import { assess } from '../assess.ts';
import { UnknownUnderlyingError } from '../errors.ts';
import type { Margin, MarginState, Market, Portfolio, RiskProfile } from '../types.ts';

export interface StressRow extends Margin {
  /** Change of the index, as a fraction, wad. */
  readonly shock: bigint;
  readonly state: MarginState;
}

/**
 * Equity and margin with the index moved by each shock in turn (wad, > -1): of all underlyings alike, or of those named.
 * Premiums stay as they are in USD. An index is at least one wei.
 * @throws UnknownUnderlyingError and those of `assess`
 */
export function stressTable(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  shocks: readonly bigint[],
  underlyings: readonly number[] = [...market.underlyings.keys()],
): StressRow[] {
  return shocks.map((shock) => {
    const moved = new Map(market.underlyings);
    for (const underlying of underlyings) {
      const prices = market.underlyings.get(underlying);
      if (prices === undefined) throw new UnknownUnderlyingError(underlying);
      moved.set(underlying, { ...prices, index: max(1n, prices.index + mulFloor(prices.index, shock)) });
    }
    const { equity, initialMargin, maintenanceMargin, unrealised, state } = assess(
      portfolio,
      { ...market, underlyings: moved },
      profile,
    );
    return { shock, equity, initialMargin, maintenanceMargin, unrealised, state };
  });
}
