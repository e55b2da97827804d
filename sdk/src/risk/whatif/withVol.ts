import { mulFloor, WAD } from '../../units/index.ts';
import type { Market, Term, UnderlyingMarket } from '../types.ts';

/**
 * The market with every implied volatility changed by a fraction of itself (wad, > -1): total variances times its square.
 * Surfaces that were never posted stay as they are.
 */
export function withVol(market: Market, change: bigint): Market {
  if (change === 0n) return market;
  const factor = mulFloor(WAD + change, WAD + change);
  const scale = (term: Term | null): Term | null =>
    term === null ? null : { ...term, a: mulFloor(term.a, factor), b: mulFloor(term.b, factor) };
  const scaled = ({ terms, ...prices }: UnderlyingMarket): UnderlyingMarket =>
    terms === undefined
      ? prices
      : { ...prices, terms: new Map([...terms].map(([expirySec, term]) => [expirySec, scale(term)])) };
  return {
    ...market,
    underlyings: new Map([...market.underlyings].map(([id, prices]) => [id, scaled(prices)])),
  };
}
