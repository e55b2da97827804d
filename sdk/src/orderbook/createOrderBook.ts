import type { AccountId, InstrumentId } from '../codec/index.ts';
import type { SignedOrder } from '../orders/index.ts';
import { abs, max, min } from '../units/index.ts';
import { WrongInstrumentError } from './errors.ts';
import { createLevels } from './levels.ts';
import type { Entry } from './levels.ts';
import type {
  AddOptions,
  AddResult,
  BookSide,
  OrderBook,
  OrderMatch,
  RemovalReason,
  RemovedOrder,
} from './types.ts';

/** An empty order book of one instrument. */
export function createOrderBook(instrument: InstrumentId): OrderBook {
  return new MemoryBook(instrument);
}

const other = (side: BookSide): BookSide => (side === 'bid' ? 'ask' : 'bid');
const keyOf = (account: AccountId, nonce: bigint): string => `${account}:${nonce}`;

class MemoryBook implements OrderBook {
  readonly instrument: InstrumentId;
  readonly #sides = { bid: createLevels('bid'), ask: createLevels('ask') };
  readonly #resting = new Map<string, Entry>();
  /** By nonce, of orders that were matched here or that the chain told about. */
  readonly #filled = new Map<string, bigint>();

  constructor(instrument: InstrumentId) {
    this.instrument = instrument;
  }

  get size(): number {
    return this.#resting.size;
  }

  add(signed: SignedOrder, { nowSec, immediate = false, filled }: AddOptions): AddResult {
    const { order } = signed;
    if (order.instrument !== this.instrument) {
      throw new WrongInstrumentError(this.instrument, order.instrument);
    }
    const key = keyOf(order.account, order.nonce);
    if (filled !== undefined) this.#filled.set(key, max(filled, this.#filledOf(key)));
    const removed = this.#removeKey(key, 'replaced');
    const remaining = max(0n, abs(order.size) - this.#filledOf(key));
    const entry: Entry = { key, signed, side: order.size > 0n ? 'bid' : 'ask', remaining };
    const refusal = this.#refusalOf(entry, nowSec, removed);
    if (refusal !== undefined) {
      return { matches: [], resting: 0n, removed: [...removed, toRemoved(entry, refusal)] };
    }
    const matches = this.#match(entry, nowSec, removed);
    if (entry.remaining > 0n && immediate) removed.push(toRemoved(entry, 'immediate'));
    else if (entry.remaining > 0n) this.#rest(entry);
    return { matches, resting: immediate ? 0n : entry.remaining, removed };
  }

  cancel(account: AccountId, nonce: bigint): RemovedOrder | undefined {
    return this.#removeKey(keyOf(account, nonce), 'cancelled')[0];
  }

  cancelAll(account: AccountId, epoch: number): readonly RemovedOrder[] {
    return this.#removeWhere(
      ({ signed: { order } }) => order.account === account && order.epoch !== epoch,
      'cancelled',
    );
  }

  expire(nowSec: number): readonly RemovedOrder[] {
    return this.#removeWhere(({ signed }) => signed.order.expirySec < nowSec, 'expired');
  }

  setFilled(account: AccountId, nonce: bigint, filled: bigint): void {
    const key = keyOf(account, nonce);
    this.#filled.set(key, filled);
    const entry = this.#resting.get(key);
    if (entry === undefined) return;
    entry.remaining = max(0n, abs(entry.signed.order.size) - filled);
    if (entry.remaining === 0n) this.#remove(entry);
  }

  remainingOf(account: AccountId, nonce: bigint): bigint {
    return this.#resting.get(keyOf(account, nonce))?.remaining ?? 0n;
  }

  best(side: BookSide) {
    return this.#sides[side].depth(1)[0];
  }

  depth(side: BookSide, limit = Number.MAX_SAFE_INTEGER) {
    return this.#sides[side].depth(limit);
  }

  orders(side: BookSide): readonly SignedOrder[] {
    return this.#sides[side].entries().map(({ signed }) => signed);
  }

  #refusalOf(entry: Entry, nowSec: number, removed: RemovedOrder[]): RemovalReason | undefined {
    const { order } = entry.signed;
    if (entry.remaining === 0n) return 'filled';
    if (order.expirySec < nowSec) return 'expired';
    const maker = order.postOnly ? this.#counterpart(entry, nowSec, removed) : undefined;
    return maker === undefined ? undefined : 'wouldTake';
  }

  /** Matches as far as prices cross; notes on the way which orders left without being filled. */
  #match(taker: Entry, nowSec: number, removed: RemovedOrder[]): OrderMatch[] {
    const matches: OrderMatch[] = [];
    while (taker.remaining > 0n) {
      const maker = this.#counterpart(taker, nowSec, removed);
      if (maker === undefined) break;
      const size = min(taker.remaining, maker.remaining);
      this.#fill(taker, size);
      this.#fill(maker, size);
      if (maker.remaining === 0n) this.#remove(maker);
      matches.push({ maker: maker.signed, taker: taker.signed, size, price: maker.signed.order.limitPrice });
    }
    return matches;
  }

  /** The next order on the other side that crosses; those that the chain would refuse leave the book. */
  #counterpart(taker: Entry, nowSec: number, removed: RemovedOrder[]): Entry | undefined {
    for (;;) {
      const maker = this.#sides[other(taker.side)].first();
      if (maker === undefined || !crosses(taker, maker)) return undefined;
      const reason = reasonAgainst(taker, maker, nowSec);
      if (reason === undefined) return maker;
      this.#remove(maker);
      removed.push(toRemoved(maker, reason));
    }
  }

  #fill(entry: Entry, size: bigint): void {
    entry.remaining -= size;
    this.#filled.set(entry.key, this.#filledOf(entry.key) + size);
  }

  #rest(entry: Entry): void {
    this.#resting.set(entry.key, entry);
    this.#sides[entry.side].push(entry);
  }

  #remove(entry: Entry): void {
    this.#resting.delete(entry.key);
    this.#sides[entry.side].remove(entry);
  }

  #removeKey(key: string, reason: RemovalReason): RemovedOrder[] {
    const entry = this.#resting.get(key);
    if (entry === undefined) return [];
    this.#remove(entry);
    return [toRemoved(entry, reason)];
  }

  #removeWhere(isGone: (entry: Entry) => boolean, reason: RemovalReason): RemovedOrder[] {
    const gone = [...this.#resting.values()].filter(isGone);
    for (const entry of gone) this.#remove(entry);
    return gone.map((entry) => toRemoved(entry, reason));
  }

  #filledOf(key: string): bigint {
    return this.#filled.get(key) ?? 0n;
  }
}

function crosses(taker: Entry, maker: Entry): boolean {
  const [takerPrice, makerPrice] = [taker.signed.order.limitPrice, maker.signed.order.limitPrice];
  return taker.side === 'bid' ? takerPrice >= makerPrice : takerPrice <= makerPrice;
}

function reasonAgainst(taker: Entry, maker: Entry, nowSec: number): RemovalReason | undefined {
  if (maker.signed.order.expirySec < nowSec) return 'expired';
  return maker.signed.order.account === taker.signed.order.account ? 'selfTrade' : undefined;
}

function toRemoved({ signed, remaining }: Entry, reason: RemovalReason): RemovedOrder {
  return { order: signed, remaining, reason };
}
