import { and, asc, count, desc, eq, gt, gte, inArray, lt, lte, or } from 'drizzle-orm';
import { isTriggerOrder, orderFromJson, orderToJson } from '@novate/sdk';
import type { AccountId, SignedTriggerOrder } from '@novate/sdk';
import type { Hex } from 'viem';
import { decodeInstrumentId } from '@novate/sdk';
import type { Database } from '../store/open.ts';
import { triggerOrders } from '../store/schema.ts';
import type { TriggerStatus } from '../store/schema.ts';

/** An order that was left with the keepers. @property hash Its EIP-712 hash. */
export interface KeptOrder {
  readonly hash: Hex;
  readonly signed: SignedTriggerOrder;
  readonly status: TriggerStatus;
}

/** An index price that may trigger. Wad USD. */
export interface IndexPrice {
  readonly underlying: number;
  readonly price: bigint;
}

/** Trigger orders in the keepers' database: what one of them was given, all of them execute. */
export interface OrderStore {
  /** Keeps an order. False where it is there already. */
  add(hash: Hex, signed: SignedTriggerOrder): Promise<boolean>;
  find(hash: Hex): Promise<KeptOrder | undefined>;
  /** Orders that wait for one of these prices or have passed it, the oldest first. */
  due(prices: readonly IndexPrice[], most: number): Promise<readonly KeptOrder[]>;
  /** Those of an account that wait. */
  waitingOf(account: AccountId): Promise<readonly KeptOrder[]>;
  countWaiting(): Promise<number>;
  /** Ends all orders of a nonce, which share their fill. @param block Where that was seen. */
  end(
    account: AccountId,
    nonce: bigint,
    status: Exclude<TriggerStatus, 'waiting'>,
    block: bigint,
  ): Promise<void>;
  /** Ends what can no longer be matched. @param nowSec Of the chain. */
  expire(nowSec: bigint, block: bigint): Promise<void>;
  /** Has everything wait again that ended after a block, as when a reorganisation took the blocks away. */
  reopen(after: bigint): Promise<void>;
}

export function createOrderStore(db: Database): OrderStore {
  const waiting = eq(triggerOrders.status, 'waiting');

  return {
    async add(hash, signed) {
      const { order, above, triggerPrice } = signed.triggerOrder;
      const { account, nonce, expirySec } = order;
      const { underlying } = decodeInstrumentId(order.instrument);
      const terms = { account, nonce, underlying, above, triggerPrice, expirySec: BigInt(expirySec) };
      const row = { hash, ...terms, signed: orderToJson(signed), status: 'waiting' as const };
      const added = await db.insert(triggerOrders).values(row).onConflictDoNothing().returning();
      return added.length > 0;
    },
    async find(hash) {
      const [row] = await db.select().from(triggerOrders).where(eq(triggerOrders.hash, hash));
      return row && keptOrder(row);
    },
    async due(prices, most) {
      if (prices.length === 0) return [];
      const reached = prices.flatMap(({ underlying, price }) => [
        reachedBy(underlying, true, lte(triggerOrders.triggerPrice, price)),
        reachedBy(underlying, false, gte(triggerOrders.triggerPrice, price)),
      ]);
      const oldest = [asc(triggerOrders.receivedAt), asc(triggerOrders.hash)] as const;
      const rows = await db
        .select()
        .from(triggerOrders)
        .where(and(waiting, or(...reached)))
        .orderBy(...oldest)
        .limit(most);
      return rows.map(keptOrder);
    },
    async waitingOf(account) {
      const rows = await db
        .select()
        .from(triggerOrders)
        .where(and(waiting, eq(triggerOrders.account, account)))
        .orderBy(desc(triggerOrders.receivedAt));
      return rows.map(keptOrder);
    },
    async countWaiting() {
      const [row] = await db.select({ orders: count() }).from(triggerOrders).where(waiting);
      return row?.orders ?? 0;
    },
    async end(account, nonce, status, endedBlock) {
      const same = and(waiting, eq(triggerOrders.account, account), eq(triggerOrders.nonce, nonce));
      await db.update(triggerOrders).set({ status, endedBlock }).where(same);
    },
    async expire(nowSec, endedBlock) {
      const over = and(waiting, lt(triggerOrders.expirySec, nowSec));
      await db.update(triggerOrders).set({ status: 'expired', endedBlock }).where(over);
    },
    async reopen(after) {
      const undone = and(
        inArray(triggerOrders.status, ['filled', 'cancelled', 'expired']),
        gt(triggerOrders.endedBlock, after),
      );
      await db.update(triggerOrders).set({ status: 'waiting', endedBlock: null }).where(undone);
    },
  };
}

function reachedBy(underlying: number, above: boolean, price: ReturnType<typeof lte>) {
  return and(eq(triggerOrders.underlying, underlying), eq(triggerOrders.above, above), price);
}

function keptOrder({ hash, signed, status }: typeof triggerOrders.$inferSelect): KeptOrder {
  const order = orderFromJson(signed);
  if (!isTriggerOrder(order)) throw new Error(`the store has ${hash} as a trigger order, which it is not`);
  return { hash, signed: order, status };
}
