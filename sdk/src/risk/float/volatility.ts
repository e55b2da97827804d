import { sviTotalVariance } from './svi.ts';
import type { FloatExpiry, FloatProfile } from './types.ts';

const YEAR_SEC = 365 * 86_400;

const DAY_SEC = 86_400;
const MONTH_SEC = 30 * DAY_SEC;
const FRESH_SEC = 3_600;
const MAX_S = 24;
/** What volatility widens to, up, as a surface goes stale. */
const STALE_VOL = 2;

/** Factors of one expiry's volatility under shocks up and down, and how stale its surface is (SPEC-V5, V6). */
export interface VolShocks {
  readonly sqrtTau: number;
  readonly up: number;
  readonly down: number;
  readonly upFloor: number;
  /** From 0, fresh, to 1: a day old, or none. */
  readonly staleness: number;
}

/** Years until the expiry, not below zero. */
export function yearsTo(expirySec: number, nowSec: number): number {
  return expirySec > nowSec ? (expirySec - nowSec) / YEAR_SEC : 0;
}

/** `(30 days / max(time, 1 day))^p`: shocks of volatility are larger the nearer the expiry (SPEC-V5). */
export function volTimeScale(
  secondsToExpiry: number,
  profile: Pick<FloatProfile, 'volPowerShort' | 'volPowerLong'>,
): number {
  const power = secondsToExpiry < MONTH_SEC ? profile.volPowerShort : profile.volPowerLong;
  return Math.pow(MONTH_SEC / Math.max(secondsToExpiry, DAY_SEC), power);
}

export function volShocks(
  expirySec: number,
  nowSec: number,
  expiry: FloatExpiry | undefined,
  profile: FloatProfile,
): VolShocks {
  const scale = volTimeScale(expirySec - nowSec, profile);
  const age = expiry?.signedAtSec === undefined ? 0 : nowSec - expiry.signedAtSec;
  return {
    sqrtTau: Math.sqrt(yearsTo(expirySec, nowSec)),
    up: 1 + profile.volUp * scale,
    down: Math.max(0, 1 - profile.volDown * scale),
    upFloor: profile.volUpFloor,
    staleness: expiry?.svi === undefined ? 1 : Math.min(1, Math.max(0, (age - FRESH_SEC) / DAY_SEC)),
  };
}

/** `s` of a strike by the surface; 100% volatility without one (SPEC-V4). */
export function surfaceS(expiry: FloatExpiry | undefined, logMoneyness: number, sqrtTau: number): number {
  if (sqrtTau === 0) return 0;
  if (expiry?.svi === undefined) return sqrtTau;
  return Math.min(MAX_S, Math.sqrt(sviTotalVariance(expiry.svi, -logMoneyness)));
}

export function shockedUp(s: number, { sqrtTau, up, upFloor, staleness }: VolShocks): number {
  const shocked = Math.max(s * up, upFloor * sqrtTau);
  return Math.min(MAX_S, shocked + staleness * Math.max(0, STALE_VOL * sqrtTau - shocked));
}

export function shockedDown(s: number, { down, staleness }: VolShocks): number {
  return s * down * (1 - staleness);
}
