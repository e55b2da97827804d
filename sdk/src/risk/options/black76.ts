// Twin of contracts/libraries/Black76.sol and Gaussian.sol, bit for bit; the derivation and the fits are told there. Points
// are scaled by 2^56, what `bell` and the Mills ratios return by 2^64. Inside the bounds no step leaves 256 bits. bigint's
// own `/` truncates toward zero, as sdiv does.

import { WAD } from '../../units/index.ts';

/** The largest s = sigma * sqrt(tau), wad. */
export const MAX_S = 24n * 10n ** 18n;

export interface CallAndDelta {
  readonly value: bigint;
  /** N(d1), wad. */
  readonly nd1: bigint;
}

interface Tails {
  readonly value: bigint;
  /** The smaller of forward and strike. */
  readonly least: bigint;
  /** Whether m < 0. */
  readonly inside: boolean;
  /** phi(m) * M(p) and phi(m) * M(|m|), scaled by 2^128. */
  readonly tailOfP: bigint;
  readonly tailOfM: bigint;
}

const ONE_Q128 = 1n << 128n;
const CUT = 433932948737745652n;
const MAX_NEAR = 30600042746358091n;
const TO_HALF = 591890908118138296429616n;
const TO_DISTANCE = 1872725232157885n;
const MILLS_NEAR_BASE = 9257678387288901n;

/**
 * The value of a call by Black's formula, wad; within 5e-10 of min(forward, strike). SPEC-V7.
 * @param lnMoneyness ln(forward / strike), wad
 * @param s sigma * sqrt(tau), wad, 0 to `MAX_S`
 */
export function black76Call(forward: bigint, strike: bigint, lnMoneyness: bigint, s: bigint): bigint {
  return valueAndTails(forward, strike, lnMoneyness, halfOf(s)).value;
}

/** `black76Call` and N(d1); without volatility the latter is 1, 0 or, at the money, 1/2. */
export function black76CallAndDelta(
  forward: bigint,
  strike: bigint,
  lnMoneyness: bigint,
  s: bigint,
): CallAndDelta {
  const h = halfOf(s);
  const { value, least, inside, tailOfP, tailOfM } = valueAndTails(forward, strike, lnMoneyness, h);
  if (h === 0n) {
    if (forward === strike) return { value, nd1: WAD / 2n };
    return { value, nd1: forward > strike ? WAD : 0n };
  }
  if (lnMoneyness >= 0n) return { value, nd1: WAD - ((WAD * ((tailOfP * least) / forward)) >> 128n) };
  const tail = (WAD * tailOfM) >> 128n;
  return { value, nd1: inside ? WAD - tail : tail };
}

function halfOf(s: bigint): bigint {
  return ((s * TO_HALF) >> 89n) << 5n;
}

function valueAndTails(forward: bigint, strike: bigint, lnMoneyness: bigint, h: bigint): Tails {
  const intrinsic = forward > strike ? forward - strike : 0n;
  const least = forward - intrinsic;
  // one's complement, as in the contract
  const distance = lnMoneyness < 0n ? ~lnMoneyness : lnMoneyness;
  const a = h === 0n ? 0n : (distance * TO_DISTANCE) / h;
  const inside = a < h;
  const m = inside ? ~(a - h) : a - h;
  if (!inside && m >= CUT) return { value: intrinsic, least, inside, tailOfP: 0n, tailOfM: 0n };

  const near = h <= MAX_NEAR;
  const base = near ? MILLS_NEAR_BASE : 0n;
  const atP = near ? millsNear(a + h) : millsWide(a + h);
  const atM = near ? millsNear(m) : millsWide(m);
  const square = m * m;
  const f = BigInt.asIntN(112, square);
  const n = (square - f) >> 112n;
  const g = bell(f);
  let share: bigint;
  if (inside) {
    share = ONE_Q128 + (-(g * (atM + atP + base + base)) >> n);
    if (share < 0n) share = 0n;
  } else {
    share = (g * (atM - atP)) >> n;
  }
  return {
    value: intrinsic + ((least * share) >> 128n),
    least,
    inside,
    tailOfP: (g * (atP + base)) >> n,
    tailOfM: (g * (atM + base)) >> n,
  };
}

/** 2^-f / sqrt(2 pi) for |f| <= 1/2, f scaled by 2^112. */
function bell(f: bigint): bigint {
  let q = 0n;
  if (f !== 0n) {
    q = 561277075159669948339047616590299849629986578571749062170174120863096n / f;
    q = 2810599623357947494806914008876260967004949679638268293274685907052287n / (f + q);
  }
  return (
    1324702069189789008298916916077507819292218805362966956n /
      (f + 90003299466429180571343692885281293n + q) -
    7359186146747302452n
  );
}

function millsNear(x: bigint): bigint {
  let q = 494202111679847928041090678243160294n / (x + 765412243952964026n);
  q = 11581773849551320552863202306291907n / (x - 566624377097420618n + q);
  q = 14066871907821310933953325343105597n / (x + 367069295694959190n - q);
  return 1110865379893070677186885860096257384n / (x - 15714278867398516n + q);
}

function millsWide(point: bigint): bigint {
  const x = point | 1n;
  let q = 118630860728700221139049969367210620n / (x - 94997937554787962n);
  q = 9619406285096867437242096981436510n / (x + 325732527100157053n + q);
  q = 873422847021105809545557255353742928n / (x + 1221658553078897682n + q);
  q = 4104173665527106668163023796685282n / (x - 665455714667115360n + q);
  q = 3752598327631754479291299429991738n / (x + 3087656574518313n + q);
  return 1128941847431534627426602841907359048n / (x - 2606188558315n + q);
}
