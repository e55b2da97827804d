/** A small seeded generator (mulberry32), so that a failing case comes back. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** A random unsigned number of up to `bits` bits; the ends of the range come up often. */
export function randomUnsigned(next: () => number, bits: number): bigint {
  const pick = next() % 8;
  const max = (1n << BigInt(bits)) - 1n;
  if (pick === 0) return 0n;
  if (pick === 1) return max;
  let value = 0n;
  for (let filled = 0; filled < bits; filled += 32) value = (value << 32n) | BigInt(next());
  return value & max;
}

/** A random signed number of `bits` bits. */
export function randomSigned(next: () => number, bits: number): bigint {
  return BigInt.asIntN(bits, randomUnsigned(next, bits));
}
