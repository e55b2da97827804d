import type { AccountId, InstrumentId } from '../codec/index.ts';
import type { SignedOrder } from '../orders/index.ts';

/** Two orders to match on chain: pass them to `sendMatchOrders`, in the order in which they come. */
export interface OrderMatch {
  /** Rested in the book, and sets the price. */
  readonly maker: SignedOrder;
  readonly taker: SignedOrder;
  /** Units, wad, > 0; the `maxSize` of `sendMatchOrders`. */
  readonly size: bigint;
  /** The maker's limit, wad USD. */
  readonly price: bigint;
}

/**
 * Why an order is not, or no longer, in the book.
 * - filled: nothing is left of it
 * - expired: its expiry has passed
 * - wouldTake: it is post-only and crosses the book
 * - selfTrade: an order of the same account met it, and the chain matches no account with itself
 * - immediate: what could not be filled at once of an order that should not rest
 * - replaced: an order with the same nonce took its place
 * - cancelled: by `cancel`, `cancelAll`, or because the chain says so
 */
export type RemovalReason =
  'filled' | 'expired' | 'wouldTake' | 'selfTrade' | 'immediate' | 'replaced' | 'cancelled';

export interface RemovedOrder {
  readonly order: SignedOrder;
  /** Units that were open, wad. */
  readonly remaining: bigint;
  readonly reason: RemovalReason;
}

export interface AddOptions {
  /** Unix seconds: orders that have expired by then neither match nor rest. */
  readonly nowSec: number;
  /** Fill what can be filled and let nothing rest: a market order with a worst price. */
  readonly immediate?: boolean | undefined;
  /** Units that its nonce has filled already, wad, see `getOrderFill`; what the book knows unless given. */
  readonly filled?: bigint | undefined;
}

export interface AddResult {
  /** Best price first, and at one price the oldest maker first. */
  readonly matches: readonly OrderMatch[];
  /** Units of the order that rest in the book now, wad. */
  readonly resting: bigint;
  /** Orders that left the book without being filled, the new one among them where it is refused. */
  readonly removed: readonly RemovedOrder[];
}

export interface BookLevel {
  readonly price: bigint;
  /** Units, wad. */
  readonly size: bigint;
  readonly orders: number;
}

export type BookSide = 'bid' | 'ask';

/**
 * An order book of one instrument, in memory, by price and then time. It knows no clock, no chain and no keys: verify
 * signatures with `verifyOrder` before adding, and tell it what the chain did where that differs (`setFilled`).
 *
 * At all times the best bid is below the best ask, and what was added equals what was matched, rests or was removed.
 */
export interface OrderBook {
  readonly instrument: InstrumentId;
  /** Orders that rest. */
  readonly size: number;
  /**
   * Matches an order against the other side as far as prices cross, and lets the rest of it rest.
   * @throws WrongInstrumentError
   */
  add(order: SignedOrder, options: AddOptions): AddResult;
  /** @returns the order that left, undefined where there is none with this nonce */
  cancel(account: AccountId, nonce: bigint): RemovedOrder | undefined;
  /** Removes the account's orders of other epochs than its present one: what `cancelAll` on chain makes of them. */
  cancelAll(account: AccountId, epoch: number): readonly RemovedOrder[];
  /** Removes what has expired. */
  expire(nowSec: number): readonly RemovedOrder[];
  /**
   * What the chain says that a nonce has filled, wad: after a match that filled less than asked (reduce-only, margin), or a
   * fill elsewhere. Time priority stays.
   */
  setFilled(account: AccountId, nonce: bigint, filled: bigint): void;
  /** Units open of an order, wad, 0 where none rests. */
  remainingOf(account: AccountId, nonce: bigint): bigint;
  /** Undefined where the side is empty. */
  best(side: BookSide): BookLevel | undefined;
  /** Best first. @param limit How many levels at most. */
  depth(side: BookSide, limit?: number): readonly BookLevel[];
  /** Every order that rests on a side, in the order in which they would be matched. */
  orders(side: BookSide): readonly SignedOrder[];
}
