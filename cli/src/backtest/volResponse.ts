import { black76SVegaFloat } from '@novate/sdk';
import type { Quote } from '../svi/index.ts';

/**
 * How volatility is assumed to move with the price. In each the volatility of a strike changes by
 * `change * (30 days / max(days to expiry, 1))^p`, p = 0.30 below 30 days, else 0.50, never to less than a fifth:
 * - `sticky`: not at all;
 * - `regressed`: change = beta * the fall of the price, nothing when it rises; beta as measured on the given chains;
 * - `realised`: change = that of realised volatility over the same 24 hours.
 */
export const VOL_RESPONSES = ['sticky', 'regressed', 'realised'] as const;
export type VolResponse = (typeof VOL_RESPONSES)[number];

/** Beta of an underlying without two chains to measure it on. */
export const DEFAULT_BETA = 3;

const [SHORT_POWER, LONG_POWER] = [0.3, 0.5];
const LEAST_FACTOR = 0.2;
/** A smaller fall says little. */
const LEAST_FALL = 0.02;
const MOST_APART_SEC = 86_400;
/** Strikes further from the money, in standard deviations, are left out. */
const WIDEST = 1.5;

/** `(30 days / max(days, 1))^p`. */
export function responseScale(years: number): number {
  const days = Math.max(1, years * 365);
  return Math.pow(30 / days, days < 30 ? SHORT_POWER : LONG_POWER);
}

/** What a volatility is multiplied by. */
export function volFactor(change: number, scale: number): number {
  return Math.max(LEAST_FACTOR, 1 + change * scale);
}

/** How volatility moved per fall of the price, of options with days to expiry in `from <= days < to`. */
export interface TenorSlope {
  readonly symbol: string;
  readonly fromDays: number;
  readonly toDays: number;
  /** Mean days to expiry, vega-weighted. */
  readonly days: number;
  /** Relative change of volatility per relative fall: 3 is +3% for -1%. */
  readonly slope: number;
}

const TENORS = [0, 3, 10, 30, 90, 1000];

/**
 * Change of volatility at 30 days per fall of the price, by underlying: vega-weighted least squares through the origin, over the same
 * strikes in consecutive chains less than a day apart between which the index fell by 2% or more.
 */
export function measureBetas(chains: readonly (readonly Quote[])[]): Map<string, number> {
  const changes = volChanges(chains);
  const symbols = [...new Set(changes.map(({ symbol }) => symbol))].sort();
  return new Map(
    symbols.map((symbol) => {
      const own = changes.filter((change) => change.symbol === symbol);
      return [symbol, slopeOf(own, ({ fall, tau }) => fall * responseScale(tau))];
    }),
  );
}

/** As `measureBetas`, by time to expiry and without scaling by it: what the scaling is to be judged by. */
export function measureTenors(chains: readonly (readonly Quote[])[]): TenorSlope[] {
  const changes = volChanges(chains);
  const symbols = [...new Set(changes.map(({ symbol }) => symbol))].sort();
  return symbols.flatMap((symbol) =>
    TENORS.slice(1).flatMap((toDays, i) => {
      const fromDays = TENORS[i] ?? 0;
      const own = changes.filter(
        (one) => one.symbol === symbol && one.tau * 365 >= fromDays && one.tau * 365 < toDays,
      );
      if (own.length === 0) return [];
      const weights = own.reduce((sum, { weight }) => sum + weight, 0);
      const days = own.reduce((sum, { weight, tau }) => sum + weight * tau * 365, 0) / weights;
      return [{ symbol, fromDays, toDays, days, slope: slopeOf(own, ({ fall }) => fall) }];
    }),
  );
}

/** One strike before and after. */
interface VolChange {
  readonly symbol: string;
  readonly tau: number;
  readonly fall: number;
  /** Relative. */
  readonly change: number;
  readonly weight: number;
}

function slopeOf(changes: readonly VolChange[], toX: (change: VolChange) => number): number {
  let [xy, xx] = [0, 0];
  for (const one of changes) {
    const x = toX(one);
    xy += one.weight * x * one.change;
    xx += one.weight * x * x;
  }
  return xy / xx;
}

function volChanges(chains: readonly (readonly Quote[])[]): VolChange[] {
  const ordered = [...chains].sort((a, b) => timeOf(a) - timeOf(b));
  return ordered.slice(0, -1).flatMap((before, i) => {
    const after = ordered[i + 1] ?? [];
    return timeOf(after) - timeOf(before) <= MOST_APART_SEC ? changesBetween(before, after) : [];
  });
}

function changesBetween(before: readonly Quote[], after: readonly Quote[]): VolChange[] {
  const later = new Map(after.map((quote) => [keyOf(quote), quote]));
  return before.flatMap((quote) => {
    const { symbol, tau, vol, futuresPrice } = quote;
    const next = later.get(keyOf(quote));
    const fall = next === undefined ? 0 : 1 - next.indexPrice / quote.indexPrice;
    const s = vol * Math.sqrt(tau);
    const isNear = Math.abs(Math.log(quote.strike / futuresPrice)) <= WIDEST * s;
    if (next === undefined || next.tau === 0 || fall < LEAST_FALL || !(s > 0) || !isNear) return [];
    const weight = black76SVegaFloat(futuresPrice, quote.strike, s) / futuresPrice;
    return [{ symbol, tau, fall, change: next.vol / vol - 1, weight }];
  });
}

function keyOf({ symbol, expirySec, strike, isCall }: Quote): string {
  return `${symbol} ${expirySec} ${strike} ${isCall}`;
}

function timeOf(quotes: readonly Quote[]): number {
  return quotes[0]?.timestampSec ?? 0;
}
