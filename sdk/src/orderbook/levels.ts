import type { SignedOrder } from '../orders/index.ts';
import type { BookLevel, BookSide } from './types.ts';

/** An order that rests. */
export interface Entry {
  readonly key: string;
  readonly signed: SignedOrder;
  readonly side: BookSide;
  remaining: bigint;
}

/** One side of a book: levels by price, best first, and at each the orders by age. */
export interface Levels {
  /** To the end of its level's queue. */
  push(entry: Entry): void;
  remove(entry: Entry): void;
  /** The order that is matched next. */
  first(): Entry | undefined;
  depth(limit: number): BookLevel[];
  entries(): Entry[];
}

/** @param side Bids are best when highest, asks when lowest. */
export function createLevels(side: BookSide): Levels {
  // sorted best first; the map keeps each level's orders in the order of their arrival
  const prices: bigint[] = [];
  const queues = new Map<bigint, Map<string, Entry>>();
  const isBetter = (a: bigint, b: bigint): boolean => (side === 'bid' ? a > b : a < b);

  const positionOf = (price: bigint): number => {
    let [low, high] = [0, prices.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = prices[middle];
      if (there !== undefined && isBetter(there, price)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const inOrder = function* (): Generator<Entry> {
    for (const price of prices) yield* queues.get(price)?.values() ?? [];
  };
  return {
    push(entry) {
      const price = entry.signed.order.limitPrice;
      let queue = queues.get(price);
      if (queue === undefined) {
        queue = new Map();
        queues.set(price, queue);
        prices.splice(positionOf(price), 0, price);
      }
      queue.set(entry.key, entry);
    },
    remove({ key, signed }) {
      const price = signed.order.limitPrice;
      const queue = queues.get(price);
      if (queue?.delete(key) !== true || queue.size > 0) return;
      queues.delete(price);
      prices.splice(positionOf(price), 1);
    },
    first() {
      for (const entry of inOrder()) return entry;
      return undefined;
    },
    depth: (limit) => prices.slice(0, limit).map((price) => levelOf(price, queues.get(price))),
    entries: () => [...inOrder()],
  };
}

function levelOf(price: bigint, queue: ReadonlyMap<string, Entry> | undefined): BookLevel {
  let size = 0n;
  for (const { remaining } of queue?.values() ?? []) size += remaining;
  return { price, size, orders: queue?.size ?? 0 };
}
