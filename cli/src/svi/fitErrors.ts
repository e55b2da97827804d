import { black76DeltaFloat, sviTotalVariance } from '@novate/sdk';
import type { SviParameters } from '@novate/sdk';
import type { ExpirySlice } from './expirySlices.ts';

const [LOWEST_DELTA, HIGHEST_DELTA] = [0.1, 0.9];

/** Errors of a fit in vol points (1 = 1% of volatility per year) over the strikes from 10 to 90 delta. */
export interface FitErrors {
  /** How many strikes those are. */
  readonly strikes: number;
  readonly rmse: number;
  readonly max: number;
}

/** Fitted less stated volatility, strike by strike. */
export function fitErrors({ tau, quotes }: ExpirySlice, svi: SviParameters): FitErrors {
  const byStrike = new Map<number, number>();
  for (const { strike, futuresPrice, vol } of quotes) {
    const delta = black76DeltaFloat(futuresPrice, strike, vol * Math.sqrt(tau));
    if (delta < LOWEST_DELTA || delta > HIGHEST_DELTA) continue;
    const fitted = Math.sqrt(sviTotalVariance(svi, Math.log(strike / futuresPrice)) / tau);
    const error = 100 * Math.abs(fitted - vol);
    byStrike.set(strike, Math.max(error, byStrike.get(strike) ?? 0));
  }
  const errors = [...byStrike.values()];
  const squares = errors.reduce((sum, error) => sum + error * error, 0);
  return {
    strikes: errors.length,
    rmse: errors.length === 0 ? 0 : Math.sqrt(squares / errors.length),
    max: Math.max(0, ...errors),
  };
}
