import { fastCdf } from './fastCdf.ts';
import { varianceAt } from './marketView.ts';
import type { Surface } from './marketView.ts';
import { VOL_DOWN, VOL_UP } from './riskTable.ts';
import type { ShockTable } from './riskTable.ts';

const MAX_S = 24;
const LEAST_S = 1e-12;
/** Below it deltas are steps, which floating point and the exact engine may put at different prices. */
const STEP_S = 1e-8;
const STEP_MONEYNESS = 1e-6;
/** What a volatility of 200% is widened to. */
const STALE_VOL = 2;
export const MOST_SCENARIOS = 64;
/** The largest density of the normal distribution. */
const PEAK = 0.3989423;

/** One term over a time window, with what it may differ by from what is known now. */
export interface TermWindow {
  surface: Surface | null;
  expired: boolean;
  ratio: number;
  lnRatio: number;
  /** The most that ln(ratio) moves by the passing of time within the window: its effect on moneyness. */
  drift: number;
  /** The most that the forward is off by, relatively, by that and by a new basis. */
  slack: number;
  /** Factor by which roots may be off, e^vol. */
  spread: number;
  sqrtTauEarly: number;
  sqrtTauLate: number;
  upEarly: number;
  upLate: number;
  downEarly: number;
  downLate: number;
  floorEarly: number;
  floorLate: number;
  widenLeast: number;
  widenMost: number;
}

/** Sums of one underlying's options over a cell of prices, at its two ends. Mutable scratch. */
export interface CellSums {
  valueA: number;
  valueB: number;
  /** By scenario. */
  readonly shockedA: Float64Array;
  readonly shockedB: Float64Array;
  /** What interpolation between the ends overestimates at most, now and by scenario. */
  gap: number;
  readonly gaps: Float64Array;
  /** Delta of the option added last, in units of its forward, over the cell. */
  deltaLow: number;
  deltaHigh: number;
  /** Change of value by a relative change of volatility, at most, of everything added. */
  vega: number;
}

export function createCellSums(): CellSums {
  return {
    valueA: 0,
    valueB: 0,
    shockedA: new Float64Array(MOST_SCENARIOS),
    shockedB: new Float64Array(MOST_SCENARIOS),
    gap: 0,
    gaps: new Float64Array(MOST_SCENARIOS),
    deltaLow: 0,
    deltaHigh: 0,
    vega: 0,
  };
}

export function clearSums(sums: CellSums, scenarios: number): void {
  sums.valueA = sums.valueB = sums.gap = 0;
  sums.shockedA.fill(0, 0, scenarios);
  sums.shockedB.fill(0, 0, scenarios);
  sums.gaps.fill(0, 0, scenarios);
}

let lastN1 = 0;

/** Black-76; leaves N(d1) in `lastN1`. */
function call(forward: number, strike: number, moneyness: number, s: number): number {
  if (!(s > LEAST_S)) {
    lastN1 = forward > strike ? 1 : 0;
    return forward > strike ? forward - strike : 0;
  }
  const d1 = moneyness / s + 0.5 * s;
  lastN1 = fastCdf(d1);
  const value = forward * lastN1 - strike * fastCdf(d1 - s);
  const intrinsic = forward > strike ? forward - strike : 0;
  return value < intrinsic ? intrinsic : value > forward ? forward : value;
}

let rootLow = 0;
let rootHigh = 0;

/** The roots that total variance takes between two moneynesses, widened by what the surface may move. */
function findRoots(term: TermWindow, moneynessA: number, moneynessB: number): void {
  if (term.expired) {
    rootLow = rootHigh = 0;
    return;
  }
  const { surface, spread, drift } = term;
  if (surface === null) {
    rootLow = term.sqrtTauLate / spread;
    rootHigh = Math.min(MAX_S, term.sqrtTauEarly * spread);
    return;
  }
  // k = -moneyness: the order turns round; total variance is convex in k
  const first = -moneynessB - drift;
  const last = -moneynessA + drift;
  const atFirst = varianceAt(surface, first);
  const atLast = varianceAt(surface, last);
  const { vertex } = surface;
  const least = first < vertex && vertex < last ? varianceAt(surface, vertex) : Math.min(atFirst, atLast);
  rootLow = Math.min(MAX_S, Math.sqrt(least)) / spread;
  rootHigh = Math.min(MAX_S, Math.sqrt(Math.max(atFirst, atLast)) * spread);
}

function shockUp(s: number, up: number, floor: number, widen: number, sqrtTau: number): number {
  const shocked = Math.max(s * up, floor);
  return Math.min(MAX_S, shocked + widen * Math.max(0, STALE_VOL * sqrtTau - shocked));
}

/**
 * Adds an option as a call, over the forwards from `forwardA` to `forwardB`, at the volatility within its range that is worst
 * for the holder: values at both ends are lower bounds with a volatility that is the same for the whole cell. Between the ends
 * a short call (concave) lies above the chord, and a long one (convex) below it by no more than a quarter of the width times
 * the difference of the end's slopes.
 */
export function addOption(
  sums: CellSums,
  term: TermWindow,
  { factors, logs, vols }: ShockTable,
  size: number,
  strike: number,
  forwardA: number,
  forwardB: number,
  moneynessA: number,
  moneynessB: number,
): void {
  findRoots(term, moneynessA, moneynessB);
  const low = rootLow;
  const high = rootHigh;
  const isLong = size > 0;
  const s = isLong ? low : high;
  const up = term.expired
    ? 0
    : isLong
      ? shockUp(low, term.upEarly, term.floorLate, term.widenLeast, term.sqrtTauLate)
      : shockUp(high, term.upLate, term.floorEarly, term.widenMost, term.sqrtTauEarly);
  const down = isLong
    ? low * term.downLate * (1 - term.widenMost)
    : high * term.downEarly * (1 - term.widenLeast);
  const width = forwardB - forwardA;
  const isPoint = width === 0;

  const valueA = size * call(forwardA, strike, moneynessA, s);
  const slopeA = lastN1;
  let valueB = valueA;
  if (!isPoint) {
    valueB = size * call(forwardB, strike, moneynessB, s);
    if (isLong) sums.gap += 0.25 * size * width * Math.max(0, lastN1 - slopeA);
  }
  sums.valueA += valueA;
  sums.valueB += valueB;
  findDeltas(sums, low, high, moneynessA - term.slack, moneynessB + term.slack);
  sums.vega += Math.abs(size) * PEAK * Math.min(forwardA, strike) * (s + up);

  const { shockedA, shockedB, gaps } = sums;
  for (let j = 0; j < factors.length; ++j) {
    const factor = factors[j]!;
    const log = logs[j]!;
    const vol = vols[j]!;
    const root = vol === VOL_UP ? up : vol === VOL_DOWN ? down : s;
    const a = size * call(forwardA * factor, strike, moneynessA + log, root);
    shockedA[j]! += a;
    if (isPoint) continue;
    const n1 = lastN1;
    shockedB[j]! += size * call(forwardB * factor, strike, moneynessB + log, root);
    if (isLong) gaps[j]! += 0.25 * size * width * factor * Math.max(0, lastN1 - n1);
  }
}

/** The range of N(d1) over all moneynesses and roots of the cell. */
function findDeltas(sums: CellSums, low: number, high: number, moneynessA: number, moneynessB: number): void {
  if (high < STEP_S) {
    sums.deltaLow = moneynessA > STEP_MONEYNESS ? 1 : 0;
    sums.deltaHigh = moneynessB < -STEP_MONEYNESS ? 0 : 1;
    return;
  }
  const s = Math.max(low, LEAST_S);
  if (s === high && moneynessA === moneynessB) {
    sums.deltaLow = sums.deltaHigh = fastCdf(moneynessA / s + 0.5 * s);
    return;
  }
  // d1 grows with s out of the money; in the money it falls until s = sqrt(2 moneyness), and then grows
  const turn = moneynessA > 0 ? Math.min(high, Math.max(s, Math.sqrt(2 * moneynessA))) : s;
  sums.deltaLow = fastCdf(moneynessA / turn + 0.5 * turn);
  const atHigh = moneynessB / high + 0.5 * high;
  sums.deltaHigh = fastCdf(moneynessB > 0 ? Math.max(moneynessB / s + 0.5 * s, atHigh) : atHigh);
}
