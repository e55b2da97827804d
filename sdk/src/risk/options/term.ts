import {
  divDown,
  expWad,
  isqrt,
  lnWad,
  max,
  min,
  mulDown,
  mulFloor,
  mulUp,
  WAD,
  YEAR_SEC,
} from '../../units/index.ts';
import type { RiskProfile, Svi, Term } from '../types.ts';
import { MAX_S } from './black76.ts';

const DAY_SEC = 86_400n;
const MONTH_SEC = 30n * DAY_SEC;
const FRESH_SEC = 3_600n;
const WIDEN_SEC = DAY_SEC;
/** What a surface that is a day old is scanned up to: a volatility of 200%. */
const FALLBACK_VOL = 2n;
const MIN_CARRY = -(WAD * 9n) / 10n;

/** One underlying and expiry at one moment (SPEC-V): twin of `contracts/pricing/TermMath.sol`. Wad. */
export interface OpenTerm {
  readonly svi: Svi | undefined;
  readonly tau: bigint;
  readonly sqrtTau: bigint;
  readonly forward: bigint;
  readonly lnForward: bigint;
  /** Forward over index. */
  readonly ratio: bigint;
  /** g: how far an old surface has widened. */
  readonly age: bigint;
  /** Factors on sigma * sqrt(tau), and the least it is shocked up to. */
  readonly up: bigint;
  readonly down: bigint;
  readonly upFloor: bigint;
}

/** sigma * sqrt(tau) as it is, shocked up and shocked down. */
export interface Roots {
  readonly none: bigint;
  readonly up: bigint;
  readonly down: bigint;
}

/**
 * @param term Null where no surface was posted.
 * @param index Wad USD, > 0.
 */
export function openTerm(
  term: Term | null,
  expirySec: bigint,
  nowSec: bigint,
  index: bigint,
  profile: RiskProfile,
): OpenTerm {
  const left = max(0n, expirySec - nowSec);
  const tau = (left * WAD) / YEAR_SEC; // V2
  const sqrtTau = isqrt(tau * WAD);
  const forward = forwardOf(term, tau, index);
  return {
    svi: term ?? undefined,
    tau,
    sqrtTau,
    forward,
    lnForward: lnWad(forward),
    ratio: divDown(forward, index),
    age: ageOf(term, nowSec),
    ...shocksAt(left, sqrtTau, profile),
  };
}

/** V3. */
function forwardOf(term: Term | null, tau: bigint, index: bigint): bigint {
  if (tau === 0n || term === null) return index;
  if ('forward' in term) return term.forward;
  const carry = max(mulFloor(term.basis, tau), MIN_CARRY);
  return max(1n, index + mulFloor(index, carry));
}

/** V6's g. */
function ageOf(term: Term | null, nowSec: bigint): bigint {
  if (term === null) return WAD;
  if ('forward' in term) return 0n;
  const age = nowSec - term.timestamp;
  return age <= FRESH_SEC ? 0n : min(WAD, ((age - FRESH_SEC) * WAD) / WIDEN_SEC);
}

/** V5. */
function shocksAt(
  left: bigint,
  sqrtTau: bigint,
  profile: RiskProfile,
): Pick<OpenTerm, 'up' | 'down' | 'upFloor'> {
  const power = left < MONTH_SEC ? profile.volPowerShort : profile.volPowerLong;
  const scale = expWad(mulFloor(power, lnWad((MONTH_SEC * WAD) / max(left, DAY_SEC))));
  return {
    up: WAD + mulDown(profile.volUp, scale),
    down: max(0n, WAD - mulUp(profile.volDown, scale)),
    upFloor: mulDown(profile.volUpFloor, sqrtTau),
  };
}

/** V4. @param moneyness L = ln(F / K). */
export function rootOf(term: OpenTerm, moneyness: bigint): bigint {
  if (term.tau === 0n) return 0n;
  const { svi } = term;
  if (svi === undefined) return min(term.sqrtTau, MAX_S);
  const d = -moneyness - svi.m;
  const wing = isqrt(d * d + svi.sigma * svi.sigma);
  const variance = svi.a + mulFloor(svi.b, mulFloor(svi.rho, d) + wing);
  return min(isqrt(max(0n, variance) * WAD), MAX_S);
}

/** V5, V6. */
export function shockRoot(term: OpenTerm, s: bigint): Roots {
  if (term.tau === 0n) return { none: 0n, up: 0n, down: 0n };
  let up = max(mulDown(s, term.up), term.upFloor);
  let down = mulDown(s, term.down);
  up += mulDown(term.age, max(0n, FALLBACK_VOL * term.sqrtTau - up));
  down -= mulUp(term.age, down);
  return { none: s, up: min(up, MAX_S), down };
}

/** What one unit of a dated instrument pays at a settlement price. */
export function payoffOf(
  instrument: { readonly kind: 'future' } | { readonly kind: 'call' | 'put'; readonly strike: bigint },
  price: bigint,
): bigint {
  if (instrument.kind === 'future') return price;
  const { kind, strike } = instrument;
  return kind === 'call' ? max(0n, price - strike) : max(0n, strike - price);
}
