import { InvalidSurfaceError } from './errors.ts';
import { encodeExpiryKey } from './expiryKey.ts';
import { FIELDS } from './layout.ts';
import { encodeSurfaceWord } from './surfaceWord.ts';
import type { SurfaceReport } from './types.ts';

export interface BuildReportParameters {
  readonly underlying: number;
  /** Unix seconds, on a whole hour. */
  readonly expirySec: number;
  /** Level of total variance, wad. */
  readonly a: bigint;
  readonly b: bigint;
  readonly rho: bigint;
  readonly m: bigint;
  readonly sigma: bigint;
  /** Yearly basis of the forward, wad; 0 unless given. */
  readonly basis?: bigint | undefined;
  /** Unix seconds; the clock of this machine unless given. */
  readonly timestamp?: number | undefined;
}

/**
 * A report ready to sign: each field rounded to the nearest that a surface's word holds, halves away from zero.
 * Does not check what the contract demands of a slice beyond its bits, such as the absence of arbitrage.
 * @throws InvalidSurfaceError, UnderlyingNotRepresentableError, ExpiryNotRepresentableError
 */
export function buildReport(parameters: BuildReportParameters): SurfaceReport {
  const { underlying, expirySec, a, b, rho, m, sigma, basis = 0n } = parameters;
  if (!Number.isInteger(expirySec)) {
    throw new InvalidSurfaceError('expirySec', `${expirySec} must be a whole number of seconds`);
  }
  encodeExpiryKey(underlying, BigInt(expirySec));
  const fields = { a, b, rho, m, sigma, basis };
  for (const { name, unit } of FIELDS) fields[name] = nearest(fields[name], unit);
  const timestamp = parameters.timestamp ?? Math.floor(Date.now() / 1000);
  const report = { underlying, expirySec, ...fields, timestamp };
  encodeSurfaceWord(report);
  return report;
}

function nearest(value: bigint, unit: bigint): bigint {
  const half = value < 0n ? -(unit / 2n) : unit / 2n;
  return ((value + half) / unit) * unit;
}
