import { UnknownTermError } from './errors.ts';
import { openTerm } from './options/term.ts';
import { PRESETS } from './profiles/presets.ts';
import type { Market, Portfolio, Svi } from './types.ts';

/** `IRiskTypes.MarketInput`: the market that `RiskEngine.explainAt` values a portfolio in. */
export interface MarketInput {
  readonly timestamp: bigint;
  readonly underlyings: readonly number[];
  readonly prices: readonly bigint[];
  readonly terms: readonly TermInput[];
}

/** `IRiskTypes.TermInput`. Wad. */
export interface TermInput extends Svi {
  readonly underlying: number;
  readonly expirySec: number;
  readonly forward: bigint;
}

/**
 * A market as `explainAt` takes it, with the expiries that the portfolio holds. The contract counts what it is given as
 * fresh: a posted surface is passed with the forward that its basis gives, and without its age.
 * @throws UnknownTermError where the market lacks an expiry
 */
export function toMarketInput(portfolio: Portfolio, market: Market): MarketInput {
  const priced = [...market.underlyings];
  const terms = new Map<string, TermInput>();
  for (const leg of portfolio.legs) {
    if (leg.kind === 'perp' || leg.expirySec <= market.timestamp) continue;
    const { underlying, expirySec } = leg;
    const prices = market.underlyings.get(underlying);
    const term = prices?.terms?.get(expirySec);
    if (prices === undefined || term === undefined || term === null) throw new UnknownTermError(leg);
    const { a, b, rho, m, sigma } = term;
    const { forward } = openTerm(term, expirySec, market.timestamp, prices.index, PRESETS.portfolio);
    const input = { underlying, expirySec: Number(expirySec), forward, a, b, rho, m, sigma };
    terms.set(`${underlying}/${expirySec}`, input);
  }
  return {
    timestamp: market.timestamp,
    underlyings: priced.map(([id]) => id),
    prices: priced.map(([, { index }]) => index),
    terms: [...terms.values()],
  };
}
