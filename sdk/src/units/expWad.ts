import { ExpOverflowError } from './errors.ts';

// Below MIN the result is under half a wei; from MAX on it does not fit an int256. Inside no step leaves 256 bits, so that
// bigint needs no wrapping to agree with the contract.
const MIN = -41446531673892822313n;
const MAX = 135305999368893231589n;

const LN2_Q96 = 54916777467707473351141471128n;
const HALF_Q96 = 1n << 95n;
const FIVE_POW_18 = 5n ** 18n;
// undoes p's being monic, and turns 2**96 into 1e18, at a scale of 2**195
const SCALE = 3822833074963236453042738258902158003155416615667n;

/**
 * exp(x / 1e18) * 1e18 for a wad `x` of either sign, bit for bit what Solady's `FixedPointMathLib.expWad` returns
 * (rounded down, within a wei or so of the true value). SPEC-F2.
 * @throws ExpOverflowError from x = 135.305999368893231589e18 on
 */
export function expWad(x: bigint): bigint {
  if (x <= MIN) return 0n;
  if (x >= MAX) throw new ExpOverflowError(x);

  // from 1e18 to 2**96: 1e18 / 2**96 = 5**18 / 2**78
  const scaled = (x << 78n) / FIVE_POW_18;
  // exp(scaled) = exp(z) * 2**k with |z| <= ln(2) / 2
  const k = ((scaled << 96n) / LN2_Q96 + HALF_Q96) >> 96n;
  const z = scaled - k * LN2_Q96;

  // a (6, 7)-term rational approximation of exp on that range; p is kept at 2**192, so that p / q is at 2**96
  let y = z + 1346386616545796478920950773328n;
  y = ((y * z) >> 96n) + 57155421227552351082224309758442n;
  let p = y + z - 94201549194550492254356042504812n;
  p = ((p * y) >> 96n) + 28719021644029726153956944680412240n;
  p = p * z + (4385272521454847904659076985693276n << 96n);

  let q = z - 2855989394907223263936484059900n;
  q = ((q * z) >> 96n) + 50020603652535783019961831881945n;
  q = ((q * z) >> 96n) - 533845033583426703283633433725380n;
  q = ((q * z) >> 96n) + 3604857256930695427073651918091429n;
  q = ((q * z) >> 96n) - 14423608567350463180887372962807573n;
  q = ((q * z) >> 96n) + 26449188498355588339934803723976023n;

  return ((p / q) * SCALE) >> (195n - k);
}
