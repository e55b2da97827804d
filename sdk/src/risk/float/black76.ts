import { normalCdf, normalPdf } from './normalCdf.ts';

/**
 * Undiscounted Black-76 value of a call: `F N(d1) - K N(d2)`, never outside `max(0, F - K) .. F`. At `s = 0` the intrinsic value.
 * @param s Volatility times the root of the time, the root of the total variance.
 * @param logMoneyness `ln(F / K)`, which callers with many scenarios have at hand.
 */
export function black76CallFloat(
  forward: number,
  strike: number,
  s: number,
  logMoneyness: number = Math.log(forward / strike),
): number {
  const intrinsic = forward > strike ? forward - strike : 0;
  if (!(s > 0)) return intrinsic;
  const d1 = logMoneyness / s + 0.5 * s;
  const call = forward * normalCdf(d1) - strike * normalCdf(d1 - s);
  return call < intrinsic ? intrinsic : call > forward ? forward : call;
}

/** Undiscounted value of a put, by parity with the call. */
export function black76PutFloat(forward: number, strike: number, s: number): number {
  // the out-of-the-money side is computed, so that parity costs no digits
  if (forward <= strike) return black76CallFloat(forward, strike, s) - forward + strike;
  const put = strike - forward + black76CallFloat(forward, strike, s);
  return put > 0 ? put : 0;
}

/** `N(d1)`: the forward delta of a call. At `s = 0` it is 1 in the money, else 0. */
export function black76DeltaFloat(forward: number, strike: number, s: number): number {
  if (!(s > 0)) return forward > strike ? 1 : 0;
  return normalCdf(Math.log(forward / strike) / s + 0.5 * s);
}

/** Change of the value by `s`: `F n(d1)`. Times the root of the time it is the vega. */
export function black76SVegaFloat(forward: number, strike: number, s: number): number {
  if (!(s > 0)) return 0;
  return forward * normalPdf(Math.log(forward / strike) / s + 0.5 * s);
}
