// A case's markets as the twin takes them.
import { assess, PRESETS, WAD } from '@novate/sdk';
import type { Leg, Market, Portfolio, RiskProfile, Term, UnderlyingMarket } from '@novate/sdk';
import type { Expiry, QuotedMarket } from './types.ts';

/** What is asked for values and deltas alone need not have sixteen scenarios. */
const ONE_SCENARIO: RiskProfile = {
  ...PRESETS.portfolio,
  scenarios: [{ move: 0n, vol: 'none', weight: WAD }],
};

/** The market of `explainAt`: every expiry as given, and nothing settled. */
export function toGivenMarket(markets: readonly QuotedMarket[], timestamp: bigint): Market {
  return toMarket(markets, timestamp, ({ given }) => given);
}

/** The market that the engine reads: surfaces as posted, and settlement prices. */
export function toPostedMarket(markets: readonly QuotedMarket[], timestamp: bigint): Market {
  return toMarket(markets, timestamp, ({ posted }) => posted, true);
}

/** What one unit of a leg is worth, without its cost. */
export function markOf(leg: Leg, market: Market): bigint {
  const unit: Leg = 'cost' in leg ? { ...leg, size: WAD, cost: 0n } : { ...leg, size: WAD };
  return assess({ cash: 0n, legs: [unit], spot: [] }, market, ONE_SCENARIO).equity;
}

/** Net delta of each underlying that the portfolio holds. */
export function netDeltas(portfolio: Portfolio, market: Market): ReadonlyMap<number, bigint> {
  const { underlyings } = assess(portfolio, market, ONE_SCENARIO);
  return new Map(underlyings.map(({ underlying, netDelta }) => [underlying, netDelta]));
}

function toMarket(
  markets: readonly QuotedMarket[],
  timestamp: bigint,
  termOf: (expiry: Expiry) => Term | null,
  settled = false,
): Market {
  const underlyings = new Map<number, UnderlyingMarket>();
  for (const { underlying, index, premium, scale, expiries } of markets) {
    const terms = new Map(expiries.map((expiry) => [expiry.expirySec, termOf(expiry)]));
    const settlements = new Map<bigint, bigint>();
    for (const { expirySec, settlement } of expiries) {
      if (settled && settlement !== 0n) settlements.set(expirySec, settlement);
    }
    underlyings.set(underlying, { index, premium, scale, terms, settlements });
  }
  return { timestamp, underlyings };
}
