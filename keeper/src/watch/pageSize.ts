const GROWTH = 2n;
/** Half of what providers cap a reply at (10 MiB): the next blocks may hold twice as many logs. */
const TARGET_BYTES = 5 * 2 ** 20;

/** How many blocks to ask for at a time: fewer when the node refuses or replies get large, more when it answers. */
export interface PageSize {
  readonly current: bigint;
  /** False where it cannot shrink any more. @param hint What the node says would work. */
  shrink(hint?: bigint): boolean;
  /** @param blocks Asked for, and answered in `bytes`. */
  grow(blocks?: bigint, bytes?: number): void;
}

export function createPageSize(most: bigint): PageSize {
  let current = most;
  const atLeastOne = (size: bigint): bigint => (size < 1n ? 1n : size);
  return {
    get current() {
      return current;
    },
    shrink(hint) {
      if (current === 1n) return false;
      current = hint !== undefined && hint < current ? atLeastOne(hint) : current / 2n;
      return true;
    },
    grow(blocks = current, bytes = 0) {
      const larger = current * GROWTH;
      const fitting = bytes === 0 ? most : (blocks * BigInt(TARGET_BYTES)) / BigInt(bytes);
      current = [larger, fitting, most].reduce((a, b) => (b < a ? b : a));
      current = atLeastOne(current);
    },
  };
}
