import { black76SVegaFloat, durrleman, sviTotalVariance } from '@novate/sdk';
import type { SviParameters } from '@novate/sdk';
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import type { ExpirySlice } from './expirySlices.ts';
import type { Quote } from './parseChain.ts';
import { fromSvi, toSvi } from './sviShape.ts';
import type { Unbounded } from './sviShape.ts';
import { startingSvis } from './startingSvi.ts';
import type { SmilePoint } from './startingSvi.ts';

const STARTS = 4;
const GRID = 60;
/** Vol points that a negative g of one costs, tried in turn until there is none. */
const PENALTIES = [20, 200, 2000];
/** Rounding of parameters that are to be stored with few digits must not make g negative. */
const SLACK = 1e-3;
const FEWEST_POINTS = 5;

/** A fitted slice. */
export interface SviFit {
  readonly svi: SviParameters;
  /** Least g(k) over the strikes and half their span beyond each end; >= 0 is free of butterfly arbitrage. */
  readonly leastG: number;
}

/**
 * Fits raw SVI to a slice's out-of-the-money volatilities: least squares in total variance, scaled and weighted so that each
 * point counts by its error in volatility times its vega. Arbitrage bounds hold by construction (see `sviShape.ts`),
 * Durrleman's condition by a penalty on a grid and, where that leaves any, by flattening.
 * Returns undefined for fewer than five points, or at expiry.
 */
export function fitSvi(slice: ExpirySlice): SviFit | undefined {
  const points = smilePoints(slice);
  if (points.length < FEWEST_POINTS || slice.tau <= 0) return undefined;
  const atTheMoney = points.reduce((best, point) => (Math.abs(point.k) < Math.abs(best.k) ? point : best));
  const scale = Math.sqrt(atTheMoney.w);
  const grid = gridOver(points);
  let best: SviParameters | undefined;
  for (const penalty of PENALTIES) {
    best = bestFit(points, grid, scale, penalty, best);
    if (leastG(best, grid) >= 0) break;
  }
  if (best === undefined) throw new Error('there is at least one penalty to try');
  const svi = flatten(best, grid);
  return { svi, leastG: leastG(svi, grid) };
}

function bestFit(
  points: readonly SmilePoint[],
  grid: readonly number[],
  scale: number,
  penalty: number,
  before: SviParameters | undefined,
): SviParameters {
  const starts = [...(before === undefined ? [] : [before]), ...startingSvis(points, scale, STARTS)];
  const residuals = residualsOf(points, grid, scale, penalty);
  const x = Array.from({ length: points.length + grid.length }, (_, i) => i);
  const data = { x, y: x.map(() => 0) };
  let best: { parameters: Unbounded; error: number } | undefined;
  for (const start of starts) {
    const { parameterValues, parameterError } = levenbergMarquardt(data, residuals, {
      initialValues: [...fromSvi(start, scale)],
      damping: 1e-3,
      gradientDifference: 1e-5,
      centralDifference: true,
      maxIterations: 200,
      errorTolerance: 1e-12,
    });
    const [variance = 0, slope = 0, rho = 0, m = 0, sigma = 0] = parameterValues;
    if (best === undefined || parameterError < best.error) {
      best = { parameters: [variance, slope, rho, m, sigma], error: parameterError };
    }
  }
  if (best === undefined) throw new Error('there is at least one start');
  return toSvi(best.parameters, scale);
}

/** What the optimiser drives to zero: errors in vol points times the root of the weight, then the penalties. */
function residualsOf(points: readonly SmilePoint[], grid: readonly number[], scale: number, penalty: number) {
  return (parameters: number[]) => {
    const [variance = 0, slope = 0, rho = 0, m = 0, sigma = 0] = parameters;
    const svi = toSvi([variance, slope, rho, m, sigma], scale);
    return (i: number): number => {
      const point = points[i];
      if (point !== undefined) return Math.sqrt(point.weight) * (sviTotalVariance(svi, point.k) - point.w);
      const g = durrleman(svi, grid[i - points.length] ?? 0);
      return penalty * Math.max(0, SLACK - g);
    };
  };
}

/** The weight makes an error in variance the vega-weighted error in vol points; the weights of vega sum to 1. */
function smilePoints({ forward, tau, quotes }: ExpirySlice): SmilePoint[] {
  const usable = quotes.filter((quote) => quote.vol > 0 && isOutOfTheMoney(quote));
  const vegas = usable.map(({ futuresPrice, strike, vol }) =>
    black76SVegaFloat(futuresPrice, strike, vol * Math.sqrt(tau)),
  );
  const total = vegas.reduce((sum, vega) => sum + vega, 0);
  return usable
    .map(({ futuresPrice, strike, vol }, i): SmilePoint => {
      const toVolPoints = 100 / (2 * vol * tau);
      const weight = ((vegas[i] ?? 0) / Math.max(total, 1e-12 * forward)) * toVolPoints * toVolPoints;
      return { k: Math.log(strike / futuresPrice), w: vol * vol * tau, weight };
    })
    .sort((a, b) => a.k - b.k);
}

/** A call and a put of one strike have one volatility; of the two the liquid one counts. */
function isOutOfTheMoney({ isCall, strike, futuresPrice }: Quote): boolean {
  return isCall ? strike >= futuresPrice : strike < futuresPrice;
}

function gridOver(points: readonly SmilePoint[]): number[] {
  const [low, high] = [points[0]?.k ?? 0, points.at(-1)?.k ?? 0];
  const span = high - low;
  return Array.from({ length: GRID + 1 }, (_, i) => low - span / 2 + (2 * span * i) / GRID);
}

function leastG(svi: SviParameters, grid: readonly number[]): number {
  return grid.reduce((least, k) => Math.min(least, durrleman(svi, k)), Infinity);
}

/** Takes curvature out, at the same variance at the money, until g >= 0: a flat smile has g = 1. */
function flatten(svi: SviParameters, grid: readonly number[]): SviParameters {
  let flatter = svi;
  while (leastG(flatter, grid) < 0) {
    const b = 0.97 * flatter.b;
    const a = sviTotalVariance(flatter, 0) - sviTotalVariance({ ...flatter, a: 0, b }, 0);
    flatter = { ...flatter, a, b };
  }
  return flatter;
}
