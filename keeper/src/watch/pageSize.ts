const GROWTH = 2n;

/** How many blocks to ask for at a time: halves when the node refuses, grows back when it answers. */
export interface PageSize {
  readonly current: bigint;
  /** False where it cannot shrink any more. */
  shrink(): boolean;
  grow(): void;
}

export function createPageSize(most: bigint): PageSize {
  let current = most;
  return {
    get current() {
      return current;
    },
    shrink() {
      if (current === 1n) return false;
      current /= 2n;
      return true;
    },
    grow() {
      const larger = current * GROWTH;
      current = larger > most ? most : larger;
    },
  };
}
