import { black76SVega } from '@novate/sdk';
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

/**
 * Change of volatility at 30 days per fall of the price, by underlying: vega-weighted least squares through the origin, over the same
 * strikes in consecutive chains less than a day apart between which the index fell by 2% or more.
 */
export function measureBetas(chains: readonly (readonly Quote[])[]): Map<string, number> {
  const ordered = [...chains].sort((a, b) => timeOf(a) - timeOf(b));
  const sums = new Map<string, { xy: number; xx: number }>();
  for (const [i, before] of ordered.slice(0, -1).entries()) {
    const after = ordered[i + 1] ?? [];
    if (timeOf(after) - timeOf(before) <= MOST_APART_SEC) addPair(sums, before, after);
  }
  return new Map([...sums].filter(([, { xx }]) => xx > 0).map(([symbol, { xy, xx }]) => [symbol, xy / xx]));
}

function addPair(
  sums: Map<string, { xy: number; xx: number }>,
  before: readonly Quote[],
  after: readonly Quote[],
): void {
  const later = new Map(after.map((quote) => [keyOf(quote), quote]));
  for (const quote of before) {
    const next = later.get(keyOf(quote));
    const fall = next === undefined ? 0 : 1 - next.indexPrice / quote.indexPrice;
    const s = quote.vol * Math.sqrt(quote.tau);
    const isNear = Math.abs(Math.log(quote.strike / quote.futuresPrice)) <= WIDEST * s;
    if (next === undefined || next.tau === 0 || fall < LEAST_FALL || !(s > 0) || !isNear) continue;
    const weight = black76SVega(quote.futuresPrice, quote.strike, s) / quote.futuresPrice;
    const x = fall * responseScale(quote.tau);
    const sum = sums.get(quote.symbol) ?? { xy: 0, xx: 0 };
    sum.xy += weight * x * (next.vol / quote.vol - 1);
    sum.xx += weight * x * x;
    sums.set(quote.symbol, sum);
  }
}

function keyOf({ symbol, expirySec, strike, isCall }: Quote): string {
  return `${symbol} ${expirySec} ${strike} ${isCall}`;
}

function timeOf(quotes: readonly Quote[]): number {
  return quotes[0]?.timestampSec ?? 0;
}
