/** The integer square root of a number >= 0, rounded down; as Solady's `FixedPointMathLib.sqrt`. */
export function isqrt(x: bigint): bigint {
  if (x < 2n) return x;
  // from above, Newton's method falls until it is there
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
