import { UnknownUnderlyingError } from '../errors.ts';
import type { Market } from '../types.ts';

/**
 * The market with another index price of one underlying; the premium stays as it is in USD.
 * @throws UnknownUnderlyingError
 */
export function withIndex(market: Market, underlying: number, index: bigint): Market {
  const prices = market.underlyings.get(underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(underlying);
  return { ...market, underlyings: new Map(market.underlyings).set(underlying, { ...prices, index }) };
}
