import type { CashIndex, Term } from '@novate/sdk';
import { toFloat } from '../mirror/accountBook.ts';
import type { PriceBoard, PricedMarket } from '../mirror/prices.ts';
import type { TermSlot, Universe } from '../mirror/universe.ts';

const PREMIUM_BOUND = 0.005;
export const YEAR_SEC = 365 * 86_400;
const LOWEST_CARRY = -0.9;
const FRESH_SEC = 3_600;
const WIDEN_SEC = 86_400;
const MAX_S = 24;

/** Whether there is a price, and one to act on. */
export const UNPRICED = 0;
export const PRICED = 1;
export const STALE = 2;

/** A posted smile with the forward's basis, in floating point. */
export interface Surface {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
  readonly basis: number;
  readonly signedAtSec: number;
  /** Log-moneyness k at which total variance is least. */
  readonly vertex: number;
}

/** What is known of a term: a surface, or that none was ever posted (null), or nothing (undefined). */
export interface TermView {
  readonly surface: Surface | null | undefined;
  /** NaN until it has settled. */
  readonly settlement: number;
}

/** Prices of one moment by the universe's places, with the span of each that a contract may use. */
export interface MarketView {
  readonly nowSec: number;
  readonly supplyIndex: number;
  readonly borrowIndex: number;
  readonly status: Uint8Array;
  readonly price: Float64Array;
  /** Equal to `price` unless the price is guarded. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The perp's mark over the index less 1, over that span. */
  readonly premiumLow: Float64Array;
  readonly premiumHigh: Float64Array;
  /** What one unit long has paid, USD. */
  readonly funding: Float64Array;
  readonly terms: readonly TermView[];
}

export function viewMarket(board: PriceBoard, cash: CashIndex, universe: Universe): MarketView {
  const { underlyings, terms } = universe;
  const count = underlyings.length;
  const view = {
    nowSec: Number(board.timestamp),
    supplyIndex: toFloat(cash.supplyIndex),
    borrowIndex: toFloat(cash.borrowIndex),
    status: new Uint8Array(count),
    price: new Float64Array(count),
    low: new Float64Array(count),
    high: new Float64Array(count),
    premiumLow: new Float64Array(count),
    premiumHigh: new Float64Array(count),
    funding: new Float64Array(count),
    terms: terms.map((term) => viewTerm(term, board.markets.get(underlyings[term.underlying]!))),
  };
  underlyings.forEach((underlying, u) => {
    const market = board.markets.get(underlying);
    if (market === undefined) return;
    view.status[u] = market.status === 'stale' ? STALE : PRICED;
    const [price, low, high] = [toFloat(market.price), toFloat(market.low), toFloat(market.high)];
    view.price[u] = price;
    view.low[u] = Math.min(low, price);
    view.high[u] = Math.max(high, price);
    const premium = toFloat(market.premium);
    const ends = [view.low[u], view.high[u]].map((index) => clampPremium(premium / index));
    view.premiumLow[u] = Math.min(...ends);
    view.premiumHigh[u] = Math.max(...ends);
    view.funding[u] = toFloat(market.fundingIndex);
  });
  return view;
}

function viewTerm({ expirySec }: TermSlot, market: PricedMarket | undefined): TermView {
  const settlement = market?.settlements?.get(BigInt(expirySec));
  const term = market?.terms?.get(BigInt(expirySec));
  return {
    surface: term === undefined ? undefined : toSurface(term),
    settlement: settlement === undefined ? NaN : toFloat(settlement),
  };
}

/** @throws TypeError for a term with a given forward, which no chain posts. */
function toSurface(term: Term | null): Surface | null {
  if (term === null) return null;
  if ('forward' in term) throw new TypeError('a posted surface has a basis, not a forward');
  const [rho, m, sigma] = [toFloat(term.rho), toFloat(term.m), toFloat(term.sigma)];
  return {
    a: toFloat(term.a),
    b: toFloat(term.b),
    rho,
    m,
    sigma,
    basis: toFloat(term.basis),
    signedAtSec: Number(term.timestamp),
    vertex: Math.abs(rho) < 1 ? m - (rho * sigma) / Math.sqrt(1 - rho * rho) : Infinity,
  };
}

const clampPremium = (premium: number): number => Math.max(-PREMIUM_BOUND, Math.min(PREMIUM_BOUND, premium));

export const yearsLeft = (expirySec: number, nowSec: number): number =>
  expirySec > nowSec ? (expirySec - nowSec) / YEAR_SEC : 0;

/** Forward over index (SPEC-V3). */
export function forwardRatio(surface: Surface | null | undefined, tau: number): number {
  return 1 + Math.max((surface?.basis ?? 0) * tau, LOWEST_CARRY);
}

/** How far a surface has widened, 0 fresh to 1 (SPEC-V6). */
export function widening(surface: Surface | null | undefined, nowSec: number): number {
  if (surface === null || surface === undefined) return 1;
  return Math.min(1, Math.max(0, (nowSec - surface.signedAtSec - FRESH_SEC) / WIDEN_SEC));
}

/** When a surface will have widened so far. */
export const widenedAt = (surface: Surface, share: number): number =>
  surface.signedAtSec + FRESH_SEC + share * WIDEN_SEC;

/** Total variance at log-moneyness k, not below zero. */
export function varianceAt({ a, b, rho, m, sigma }: Surface, k: number): number {
  const d = k - m;
  return Math.max(0, a + b * (rho * d + Math.sqrt(d * d + sigma * sigma)));
}

/** Volatility times the root of time, of a strike (SPEC-V4). @param moneyness ln(forward / strike) */
export function rootAt(surface: Surface | null, moneyness: number, tau: number): number {
  if (tau === 0) return 0;
  const root = surface === null ? Math.sqrt(tau) : Math.sqrt(varianceAt(surface, -moneyness));
  return Math.min(MAX_S, root);
}
