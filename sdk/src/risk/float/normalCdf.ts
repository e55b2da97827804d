const SQRT1_2 = Math.SQRT1_2;
const INV_SQRT_PI = 0.5641895835477563;
/** Beyond it the result is below the least normal double. */
const LOWEST = 37.5;

/**
 * The standard normal distribution function, with a relative error below 1e-14 in both tails (down to 1e-307).
 *
 * W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969) 631-637:
 * his three intervals and coefficients. The exponential is taken of `x^2 / 2` in two parts, the first of them exact, since a
 * rounded square would lose `x^2 / 2` units in the last place.
 */
export function normalCdf(x: number): number {
  const t = Math.abs(x) * SQRT1_2;
  if (t <= 0.46875) return 0.5 + 0.5 * x * SQRT1_2 * erfOverX(t * t);
  if (!(Math.abs(x) < LOWEST)) return Number.isNaN(x) ? NaN : x < 0 ? 0 : 1;
  const tail = 0.5 * expHalfSquare(Math.abs(x)) * (t <= 4 ? scaledErfcMiddle(t) : scaledErfcFar(t));
  return x < 0 ? tail : 1 - tail;
}

/** The standard normal density. */
export function normalPdf(x: number): number {
  return 0.3989422804014327 * Math.exp(-0.5 * x * x);
}

/** `exp(-x^2 / 2)`, x >= 0. A multiple of 1/16 has an exact square. */
function expHalfSquare(x: number): number {
  const head = Math.trunc(16 * x) / 16;
  return Math.exp(-0.5 * head * head) * Math.exp(-0.5 * (x - head) * (x + head));
}

/** `erf(t) / t`, |t| <= 0.46875, of `u = t^2`. */
function erfOverX(u: number): number {
  const p =
    (((0.18577770618460315 * u + 3.1611237438705655) * u + 113.86415415105016) * u + 377.485237685302) * u +
    3209.3775891384694;
  const q =
    (((u + 23.601290952344122) * u + 244.02463793444417) * u + 1282.6165260773723) * u + 2844.236833439171;
  return p / q;
}

/** `exp(t^2) erfc(t)`, 0.46875 <= t <= 4. */
function scaledErfcMiddle(t: number): number {
  let p = 2.1531153547440383e-8 * t + 0.5641884969886701;
  p = p * t + 8.883149794388377;
  p = p * t + 66.11919063714163;
  p = p * t + 298.6351381974001;
  p = p * t + 881.952221241769;
  p = p * t + 1712.0476126340707;
  p = p * t + 2051.0783778260716;
  p = p * t + 1230.3393547979972;
  let q = t + 15.744926110709835;
  q = q * t + 117.6939508913125;
  q = q * t + 537.1811018620099;
  q = q * t + 1621.3895745666903;
  q = q * t + 3290.7992357334597;
  q = q * t + 4362.619090143247;
  q = q * t + 3439.3676741437216;
  q = q * t + 1230.3393548037495;
  return p / q;
}

/** `exp(t^2) erfc(t)`, t >= 4. */
function scaledErfcFar(t: number): number {
  const u = 1 / (t * t);
  let p = 0.016315387137302097 * u + 0.30532663496123236;
  p = p * u + 0.36034489994980445;
  p = p * u + 0.12578172611122926;
  p = p * u + 0.016083785148742275;
  p = p * u + 6.587491615298378e-4;
  let q = u + 2.568520192289822;
  q = q * u + 1.8729528499234604;
  q = q * u + 0.5279051029514285;
  q = q * u + 0.06051834131244132;
  q = q * u + 0.0023352049762686918;
  return (INV_SQRT_PI - (u * p) / q) / t;
}
