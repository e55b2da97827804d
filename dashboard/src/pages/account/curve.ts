import { assessFloat, toFloatMarket, toFloatPortfolio, toFloatProfile } from '@novate/sdk';
import type { FloatExpiry, FloatMarket, Market, Portfolio, RiskProfile, UnderlyingMarket } from '@novate/sdk';

/** Equity and maintenance margin as all indexes move together, USD; null where a price is missing. */
export interface Curve {
  /** Percent. */
  readonly moves: number[];
  readonly equity: (number | null)[];
  readonly margin: (number | null)[];
}

const MOVES = Array.from({ length: 41 }, (_, i) => (i - 20) / 40);
const WAD = 1e18;

/**
 * In floating point: forty exact assessments of a large portfolio would take longer than a frame, and no eye sees the
 * difference in a line.
 */
export function computeCurve(portfolio: Portfolio, market: Market, profile: RiskProfile | undefined): Curve {
  const moves = MOVES.map((move) => move * 100);
  const none = MOVES.map(() => null);
  if (profile === undefined) return { moves, equity: none, margin: none };
  const [held, prices, rules] = [toFloatPortfolio(portfolio), withExpiries(market), toFloatProfile(profile)];
  const points = MOVES.map((move) => {
    try {
      return assessFloat(held, shifted(prices, move), rules);
    } catch {
      return undefined;
    }
  });
  return {
    moves,
    equity: points.map((point) => point?.equity ?? null),
    margin: points.map((point) => point?.maintenanceMargin ?? null),
  };
}

/** As `withIndex` of the SDK: premiums stay as they are in USD. */
function shifted(market: FloatMarket, move: number): FloatMarket {
  const underlyings = [...market.underlyings].map(
    ([id, prices]) => [id, { ...prices, index: prices.index * (1 + move) }] as const,
  );
  return { ...market, underlyings: new Map(underlyings) };
}

function withExpiries(market: Market): FloatMarket {
  const plain = toFloatMarket(market);
  const underlyings = [...plain.underlyings].map(
    ([id, prices]) => [id, { ...prices, expiries: expiriesOf(market.underlyings.get(id)) }] as const,
  );
  return { ...plain, underlyings: new Map(underlyings) };
}

function expiriesOf(market: UnderlyingMarket | undefined): ReadonlyMap<number, FloatExpiry> {
  const found = new Map<number, FloatExpiry>();
  for (const [expirySec, term] of market?.terms ?? []) {
    if (term === null || !('timestamp' in term)) continue;
    const { a, b, rho, m, sigma, basis, timestamp } = term;
    const svi = {
      a: Number(a) / WAD,
      b: Number(b) / WAD,
      rho: Number(rho) / WAD,
      m: Number(m) / WAD,
      sigma: Number(sigma) / WAD,
    };
    found.set(Number(expirySec), { svi, basis: Number(basis) / WAD, signedAtSec: Number(timestamp) });
  }
  for (const [expirySec, price] of market?.settlements ?? []) {
    const known = found.get(Number(expirySec)) ?? {};
    found.set(Number(expirySec), { ...known, settlementPrice: Number(price) / WAD });
  }
  return found;
}
