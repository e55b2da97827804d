/** A reproducible stream of numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Evenly in [0, 1). */
  next(): number;
  /** Evenly in [low, high). */
  between(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number, evenly in [0, count). */
  index(count: number): number;
}

/** mulberry32: 32 bits of state, good enough to draw a demo's prices and accounts from. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    // Irwin-Hall: unlike a logarithm or a cosine, sums are the same in every engine
    normal: () => Array.from({ length: 12 }, next).reduce((sum, one) => sum + one, -6),
    index: (count) => Math.floor(next() * count),
  };
}
