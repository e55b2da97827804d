import { and, eq, inArray, sql } from 'drizzle-orm';
import type { SQLWrapper } from 'drizzle-orm';
import { fromDrizzle } from 'pg-boss';
import type { PgBoss } from 'pg-boss';
import type { Database } from './open.ts';
import { marginAlerts } from './schema.ts';

/** A webhook that does not answer is tried so often, with pauses that double: about an hour. */
const RETRIES = 10;
const FIRST_RETRY_SEC = 4;
const DELIVERY_SEC = 60;
const KEPT_SEC = 7 * 86_400;

/** A message on its way to one webhook. */
export interface Delivery {
  readonly id: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly isLast: boolean;
}

/** Margin calls that stand, and the messages about them, in one database transaction each. */
export interface AlertStore {
  /** Every level that stands, by account. */
  standing(): Promise<Map<string, Set<number>>>;
  /**
   * Raises levels and queues one message for each webhook, unless another keeper was first.
   * @returns whether this call raised any
   */
  raise(account: string, levelsBps: readonly number[], payload: object): Promise<boolean>;
  clear(account: string, levelsBps: readonly number[], payload: object | undefined): Promise<boolean>;
  take(hook: string, most: number): Promise<readonly Delivery[]>;
  delivered(hook: string, id: string): Promise<void>;
  /** Tried again later, as long as tries are left. */
  undelivered(hook: string, id: string): Promise<void>;
}

/** The shape that pg-boss takes a transaction in: both drivers give rows. */
function transactionOf(tx: Database): Parameters<typeof fromDrizzle>[0] {
  return { execute: async (query) => (await tx.execute(query as SQLWrapper)) as { rows: unknown[] } };
}

const queueOf = (hook: string): string => `alert-${hook}`;

/**
 * @param hooks Names of the webhooks; never their addresses.
 * @param firstRetrySec Pause before the first repetition; each further one is twice as long.
 */
export async function createAlertStore(
  db: Database,
  boss: PgBoss,
  hooks: readonly string[],
  firstRetrySec = FIRST_RETRY_SEC,
): Promise<AlertStore> {
  for (const hook of hooks) {
    await boss.createQueue(queueOf(hook), {
      expireInSeconds: DELIVERY_SEC,
      retryLimit: RETRIES,
      retryDelay: firstRetrySec,
      retryBackoff: true,
      retentionSeconds: KEPT_SEC,
      deleteAfterSeconds: KEPT_SEC,
    });
  }

  /** In the same transaction as the change of levels: neither without the other. */
  async function post(tx: Database, payload: object | undefined): Promise<void> {
    if (payload === undefined) return;
    const into = { db: fromDrizzle(transactionOf(tx), sql) };
    for (const hook of hooks) await boss.insert(queueOf(hook), [{ data: payload }], into);
  }

  return {
    async standing() {
      const found = new Map<string, Set<number>>();
      for (const { account, levelBps } of await db.select().from(marginAlerts)) {
        found.set(account, (found.get(account) ?? new Set()).add(levelBps));
      }
      return found;
    },
    raise: (account, levelsBps, payload) =>
      db.transaction(async (tx) => {
        const rows = levelsBps.map((levelBps) => ({ account, levelBps }));
        const raised = await tx.insert(marginAlerts).values(rows).onConflictDoNothing().returning();
        if (raised.length === 0) return false;
        await post(tx, payload);
        return true;
      }),
    clear: (account, levelsBps, payload) =>
      db.transaction(async (tx) => {
        const these = and(eq(marginAlerts.account, account), inArray(marginAlerts.levelBps, [...levelsBps]));
        const cleared = await tx.delete(marginAlerts).where(these).returning();
        if (cleared.length === 0) return false;
        await post(tx, payload);
        return true;
      }),
    async take(hook, most) {
      const jobs = await boss.fetch(queueOf(hook), { batchSize: most, includeMetadata: true });
      return jobs.map(({ id, data, retryCount }) => ({
        id,
        payload: data,
        attempt: retryCount + 1,
        isLast: retryCount >= RETRIES,
      }));
    },
    delivered: async (hook, id) => void (await boss.complete(queueOf(hook), id)),
    undelivered: async (hook, id) => void (await boss.fail(queueOf(hook), id)),
  };
}
