import { LnUndefinedError } from './errors.ts';

const SCALE = 1677202110996718588342820967067443963516166n;
const LN2_SCALED = 16597577552685614221487285958193947469193820559219878177908093499208371n;
const LN_BASE_SCALED = 600920179829731861736702779321621459595472258049074101567377883020018308n;

/**
 * ln(x / 1e18) * 1e18 for a wad `x` > 0, bit for bit what Solady's `FixedPointMathLib.lnWad` returns (rounded down,
 * within a wei or so of the true value).
 * @throws LnUndefinedError where x <= 0
 */
export function lnWad(x: bigint): bigint {
  if (x <= 0n) throw new LnUndefinedError(x);
  const log2 = BigInt(x.toString(2).length - 1);
  // ln(2**k * z) = k * ln(2) + ln(z) with z in [1, 2) at 2**96
  const k = log2 - 96n;
  const z = k >= 0n ? x >> k : x << -k;

  // an (8, 8)-term rational approximation of ln on that range; p is kept at 2**192, so that p / q is at 2**96
  let p = 3273285459638523848632254066296n + z;
  p = ((p * z) >> 96n) + 24828157081833163892658089445524n;
  p = ((p * z) >> 96n) + 43456485725739037958740375743393n;
  p = ((p * z) >> 96n) - 11111509109440967052023855526967n;
  p = ((p * z) >> 96n) - 45023709667254063763336534515857n;
  p = ((p * z) >> 96n) - 14706773417378608786704636184526n;
  p = p * z - (795164235651350426258249787498n << 96n);

  let q = z + 5573035233440673466300451813936n;
  q = ((q * z) >> 96n) + 71694874799317883764090561454958n;
  q = ((q * z) >> 96n) + 283447036172924575727196451306956n;
  q = ((q * z) >> 96n) + 401686690394027663651624208769553n;
  q = ((q * z) >> 96n) + 204048457590392012362485061816622n;
  q = ((q * z) >> 96n) + 31853899698501571402653359427138n;
  q = ((q * z) >> 96n) + 909429971244387300277376558375n;

  // 5**18 * 2**192 is the common base of the three terms
  return (SCALE * (p / q) + LN2_SCALED * k + LN_BASE_SCALED) >> 174n;
}
