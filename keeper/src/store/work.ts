import { inArray } from 'drizzle-orm';
import type { PgBoss } from 'pg-boss';
import type { Database, Store } from './open.ts';
import { workClaims } from './schema.ts';

/** Kinds of work that must happen once, each with a queue of its own. */
export const WORK_KINDS = [
  'liquidation',
  'settlement',
  'order',
  'price',
  'funding',
  'flag',
  'observation',
  'expiry',
  'reserve',
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

/** A keeper that took work and was not heard of for so long loses it to another. */
const TAKEN_FOR_SEC = 20;
const RETRIES = 20;
const KEPT_SEC = 3_600;

/** A piece of work. @property key The same for every keeper that sees the same reason to do it. */
export interface WorkItem {
  readonly key: string;
  /** Larger is more urgent. */
  readonly urgency: number;
}

/** Work that any number of keepers share: each piece is offered once, however many see it, and taken by one. */
export interface WorkQueue {
  /**
   * Offers work and takes what this keeper is to do now.
   * @param offered What this keeper is the one to offer.
   * @param known Everything that this keeper could do now: other work is left to others.
   * @returns The keys to do. Each must be told `done` or `returned`.
   */
  take(
    kind: WorkKind,
    offered: readonly WorkItem[],
    known: ReadonlySet<string>,
    most: number,
  ): Promise<ReadonlySet<string>>;
  /** Its transaction is recorded: from here on the journal answers for it. */
  done(kind: WorkKind, keys: readonly string[]): Promise<void>;
  /** Not done: for whoever comes next. */
  returned(kind: WorkKind, keys: readonly string[]): Promise<void>;
  /** The job queue that all of it goes through, for other queues on it. */
  readonly boss: PgBoss;
  stop(): Promise<void>;
}

/** @param onError What goes wrong in the background; work is not lost by it. */
export async function startWorkQueue(store: Store, onError: (error: unknown) => void): Promise<WorkQueue> {
  const boss = store.createBoss({
    schedule: false,
    supervise: true,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on('error', onError);
  await boss.start();
  for (const kind of WORK_KINDS) {
    await boss.createQueue(kind, {
      // one of a key, be it waiting or being worked on
      policy: 'exclusive',
      expireInSeconds: TAKEN_FOR_SEC,
      retryLimit: RETRIES,
      // at once: the next tick of any keeper may take it
      retryDelay: 0,
      retentionSeconds: KEPT_SEC,
      deleteAfterSeconds: KEPT_SEC,
    });
  }
  return queueOn(boss, store.db);
}

interface Attempt {
  readonly id: string;
  readonly retryCount: number;
}

function queueOn(boss: PgBoss, db: Database): WorkQueue {
  const taken = new Map<string, Attempt>();

  async function offer(kind: WorkKind, offered: readonly WorkItem[]): Promise<void> {
    const keys = offered.map(({ key }) => key);
    if (keys.length === 0) return;
    const claims = await db.select().from(workClaims).where(inArray(workClaims.key, keys));
    const inHand = new Set(claims.map(({ key }) => key));
    const jobs = offered
      .filter(({ key }) => !inHand.has(key))
      .map(({ key, urgency }) => ({ data: { key }, singletonKey: key, priority: priorityOf(urgency) }));
    if (jobs.length > 0) await boss.insert(kind, jobs);
  }

  async function settle(kind: WorkKind, keys: readonly string[], how: 'complete' | 'fail'): Promise<void> {
    for (const key of keys) {
      const name = `${kind}/${key}`;
      const attempt = taken.get(name);
      if (attempt === undefined) continue;
      taken.delete(name);
      // the attempt, not the job: what another took over in the meantime stays his
      await boss[how](kind, attempt);
    }
  }

  return {
    async take(kind, offered, known, most) {
      await offer(kind, offered);
      if (known.size === 0) return new Set();
      const jobs = await boss.fetch<{ key: string }>(kind, { batchSize: most, includeMetadata: true });
      for (const { id, retryCount, data } of jobs) taken.set(`${kind}/${data.key}`, { id, retryCount });
      const keys = jobs.map(({ data }) => data.key);
      // its reason is gone, or this keeper is not there yet: whoever sees it offers it again
      await settle(
        kind,
        keys.filter((key) => !known.has(key)),
        'fail',
      );
      return new Set(keys.filter((key) => known.has(key)));
    },
    done: (kind, keys) => settle(kind, keys, 'complete'),
    returned: (kind, keys) => settle(kind, keys, 'fail'),
    boss,
    stop: () => boss.stop({ graceful: false }),
  };
}

/** pg-boss takes whole numbers of 32 bits. */
function priorityOf(urgency: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round(urgency)));
}
