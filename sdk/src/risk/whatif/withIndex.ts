import { max, mulDivDown } from '../../units/index.ts';
import { UnknownUnderlyingError } from '../errors.ts';
import type { Market, Term, UnderlyingMarket } from '../types.ts';

/**
 * The market with another index price of one underlying; the premium stays as it is in USD, and forwards that were given
 * keep their ratio to the index, as those of posted surfaces do.
 * @throws UnknownUnderlyingError
 */
export function withIndex(market: Market, underlying: number, index: bigint): Market {
  const prices = market.underlyings.get(underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(underlying);
  return { ...market, underlyings: new Map(market.underlyings).set(underlying, movedTo(prices, index)) };
}

function movedTo(prices: UnderlyingMarket, index: bigint): UnderlyingMarket {
  if (prices.terms === undefined) return { ...prices, index };
  const terms = new Map<bigint, Term | null>();
  for (const [expirySec, term] of prices.terms) {
    const given = term !== null && 'forward' in term;
    terms.set(
      expirySec,
      given ? { ...term, forward: max(1n, mulDivDown(term.forward, index, prices.index)) } : term,
    );
  }
  return { ...prices, index, terms };
}
