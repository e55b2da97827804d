import { sviMinimumVariance } from '@novate/sdk';
import type { SviParameters } from '@novate/sdk';

/** The steepest wing that is allowed, `b (1 + |rho|)`, just below R. Lee's 2. */
const MAX_WING_SLOPE = 1.999;
const LEAST_VARIANCE = 1e-6;
const LEAST_SIGMA = 1e-3;
const MOST_RHO = 0.9999;

/**
 * An SVI slice as five numbers without bounds: whatever they are, b >= 0, |rho| < 1, sigma > 0, the wings' slope is at most 2
 * and the least variance is positive. Variance is in multiples of `scale^2` and log-moneyness in multiples of `scale` (the root
 * of the variance at the money), so that all five are about one.
 */
export type Unbounded = readonly [variance: number, slope: number, rho: number, m: number, sigma: number];

export function toSvi([variance, slope, tilt, m, width]: Unbounded, scale: number): SviParameters {
  const rho = MOST_RHO * Math.tanh(tilt);
  const sigma = scale * (LEAST_SIGMA + Math.exp(clampExponent(width)));
  const b = MAX_WING_SLOPE / (1 + Math.abs(rho)) / (1 + Math.exp(-clampExponent(slope)));
  const least = scale * scale * (LEAST_VARIANCE + Math.exp(clampExponent(variance)));
  return { a: least - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m: scale * m, sigma };
}

/** The inverse, with what lies outside the bounds moved just inside. */
export function fromSvi(svi: SviParameters, scale: number): Unbounded {
  const rho = Math.min(0.999, Math.max(-0.999, svi.rho / MOST_RHO));
  const share = Math.min(0.999, Math.max(1e-6, (svi.b * (1 + Math.abs(svi.rho))) / MAX_WING_SLOPE));
  const least = sviMinimumVariance(svi) / (scale * scale) - LEAST_VARIANCE;
  const sigma = svi.sigma / scale - LEAST_SIGMA;
  return [
    Math.log(Math.max(1e-3, least)),
    Math.log(share / (1 - share)),
    Math.atanh(rho),
    svi.m / scale,
    Math.log(Math.max(1e-3, sigma)),
  ];
}

function clampExponent(x: number): number {
  return Math.min(30, Math.max(-30, x));
}
