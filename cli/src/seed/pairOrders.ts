/** One account's order in one market: + buys and - sells, wad units. */
export interface Demand {
  readonly account: number;
  readonly size: bigint;
}

/** A fill between two orders of the same market. */
export interface Pair {
  readonly buyer: number;
  readonly seller: number;
  readonly size: bigint;
}

/**
 * Who trades how much with whom so that every order is filled: the first buyer with the first seller, and whoever has
 * something left goes on with the next. Sizes must sum to zero.
 */
export function pairOrders(demands: readonly Demand[]): Pair[] {
  const buys = demands.filter(({ size }) => size > 0n).map(({ account, size }) => ({ account, left: size }));
  const sells = demands
    .filter(({ size }) => size < 0n)
    .map(({ account, size }) => ({ account, left: -size }));
  const pairs: Pair[] = [];
  let [b, s] = [0, 0];
  for (;;) {
    const [buy, sell] = [buys[b], sells[s]];
    if (buy === undefined || sell === undefined) break;
    const size = buy.left < sell.left ? buy.left : sell.left;
    pairs.push({ buyer: buy.account, seller: sell.account, size });
    buy.left -= size;
    sell.left -= size;
    if (buy.left === 0n) b++;
    if (sell.left === 0n) s++;
  }
  if (b < buys.length || s < sells.length) throw new Error('orders do not net to zero');
  return pairs;
}
