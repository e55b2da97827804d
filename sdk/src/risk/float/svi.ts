import type { SviParameters } from './types.ts';

/** Total variance at log-moneyness `k = ln(K / F)`, not below zero. */
export function sviTotalVariance(svi: SviParameters, k: number): number {
  const d = k - svi.m;
  return Math.max(0, svi.a + svi.b * (svi.rho * d + Math.sqrt(d * d + svi.sigma * svi.sigma)));
}

/** The least total variance, at `k = m - rho sigma / sqrt(1 - rho^2)`. */
export function sviMinimumVariance({ a, b, rho, sigma }: SviParameters): number {
  return a + b * sigma * Math.sqrt(1 - rho * rho);
}

/** The steeper wing's slope, `b (1 + |rho|)`. Above 2 moments do not exist (R. Lee, 2004). */
export function sviWingSlope({ b, rho }: SviParameters): number {
  return b * (1 + Math.abs(rho));
}

/**
 * Durrleman's `g(k) = (1 - k w' / 2w)^2 - w'^2 / 4 (1 / w + 1 / 4) + w'' / 2`. The density implied by the smile is not negative,
 * hence there is no butterfly arbitrage, just where g >= 0 (Gatheral and Jacquier 2014, lemma 2.2).
 */
export function durrleman(svi: SviParameters, k: number): number {
  const d = k - svi.m;
  const root = Math.sqrt(d * d + svi.sigma * svi.sigma);
  const w = svi.a + svi.b * (svi.rho * d + root);
  const slope = svi.b * (svi.rho + d / root);
  const curvature = (svi.b * svi.sigma * svi.sigma) / (root * root * root);
  const lead = 1 - (k * slope) / (2 * w);
  return lead * lead - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * curvature;
}
