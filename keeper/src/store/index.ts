import { randomUUID } from 'node:crypto';
import type { KeeperConfig } from '../config/index.ts';
import { hookName } from '../alerts/webhooks.ts';
import { createAlertStore } from './alertStore.ts';
import type { AlertStore } from './alertStore.ts';
import { messageOf } from '../execute/classify.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Logger } from '../report/logger.ts';
import { bindDeployment } from './deployment.ts';
import { createLeases } from './lease.ts';
import type { Leases } from './lease.ts';
import { createLedgerSink } from './ledgerSink.ts';
import type { LedgerSink } from './ledgerSink.ts';
import { createLedgerStore } from './ledgerStore.ts';
import { openStore } from './open.ts';
import type { Database } from './open.ts';
import { createShards } from './shards.ts';
import type { Shards } from './shards.ts';
import { startWorkQueue } from './work.ts';
import type { WorkQueue } from './work.ts';

const MEMORY = 'memory';

/** Everything that a keeper keeps in its database. */
export interface KeeperStore {
  readonly db: Database;
  readonly leases: Leases;
  readonly shards: Shards;
  readonly sink: LedgerSink;
  readonly queue: WorkQueue;
  /** Undefined where nobody is to be alerted. */
  readonly alerts: AlertStore | undefined;
  close(): Promise<void>;
}

export type StoreSettings = Pick<
  KeeperConfig,
  'databaseUrl' | 'dataDir' | 'keeperId' | 'leaseMs' | 'fromBlock' | 'alertWebhooks'
> & {
  readonly addresses: Pick<KeeperConfig['addresses'], 'clearinghouse'>;
};

/** @throws StoreSetupError */
export async function openKeeperStore(
  settings: StoreSettings,
  chainId: number,
  mirror: Mirror,
  log: Logger,
): Promise<KeeperStore> {
  const { databaseUrl, dataDir, fromBlock, leaseMs: ttlMs } = settings;
  const { clearinghouse } = settings.addresses;
  const store = await openStore({ databaseUrl, dataDir: dataDir === MEMORY ? undefined : dataDir });
  try {
    const { db } = store;
    const hooks = settings.alertWebhooks.map(hookName);
    await bindDeployment(db, { chainId, clearinghouse, fromBlock });
    // an embedded database has one user: it need not wait for the lease of its former self
    const owner = settings.keeperId ?? (store.kind === 'pglite' ? 'embedded' : randomUUID());
    const leases = createLeases(db, { ttlMs, owner });
    const ledger = createLedgerStore(db, leases);
    const queue = await startWorkQueue(store, (error) => {
      log.warn({ message: messageOf(error) }, 'the job queue had trouble in the background');
    });
    return {
      db,
      leases,
      shards: createShards(leases),
      sink: createLedgerSink({ store: ledger, leases, mirror, clearinghouse }),
      queue,
      alerts: hooks.length === 0 ? undefined : await createAlertStore(db, queue.boss, hooks),
      async close() {
        await queue.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
