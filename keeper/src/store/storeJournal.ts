import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { Address } from 'viem';
import type { SignedTransaction } from '../chain/types.ts';
import type { Ending, InFlight, Journal, Purpose } from '../execute/journal.ts';
import { WorkTakenError } from './errors.ts';
import type { Leases } from './lease.ts';
import type { Database } from './open.ts';
import { transactions, transactionVersions, workClaims } from './schema.ts';
import type { TransactionStatus } from './schema.ts';
import { bodySchema, feesSchema, hexSchema, purposeSchema, toJson } from './transactionText.ts';

const LIVE: readonly TransactionStatus[] = ['intended', 'signed', 'sent'];

export interface StoreJournalOptions {
  readonly db: Database;
  readonly leases: Pick<Leases, 'fence' | 'assertFresh'>;
  readonly wallet: Address;
  /** What must be done by one transaction only. Asked for when it is intended. */
  readonly keysOf: (purpose: Purpose) => readonly string[];
}

/**
 * A journal in the database, under the wallet's lease: each step is recorded, in a transaction that checks that the wallet
 * is still owned, before the next step is taken.
 */
export interface StoreJournal extends Journal {
  /** Reads what the former owner left. Intents are dropped: nothing of them was ever signed. @throws LeaseLostError */
  load(): Promise<void>;
  /** Puts what was mined after a block back in flight, as when a reorganisation took the blocks away. */
  reopen(after: bigint): Promise<number>;
}

export const walletLease = (wallet: Address): string => `wallet:${wallet.toLowerCase()}`;

export function createStoreJournal({ db, leases, wallet, keysOf }: StoreJournalOptions): StoreJournal {
  const name = walletLease(wallet);
  const owner = wallet.toLowerCase();
  /** What is in flight, with its row. */
  let byNonce = new Map<number, { readonly id: bigint; readonly entry: InFlight }>();

  const owned = <T>(work: (tx: Database, token: bigint) => Promise<T>): Promise<T> =>
    db.transaction(async (tx) => {
      const { token } = await leases.fence(tx, name);
      return work(tx, token);
    });

  async function put(entry: InFlight): Promise<void> {
    const known = byNonce.get(entry.nonce);
    const id = await owned(async (tx, token) => {
      const row = { ...rowOf(entry), token };
      if (known === undefined) {
        const inserted = await insertIntent(
          tx,
          { ...row, wallet: owner, nonce: entry.nonce },
          keysOf(entry.purpose),
        );
        await insertVersions(tx, inserted, entry.sent, 0);
        return inserted;
      }
      await tx.update(transactions).set(row).where(eq(transactions.id, known.id));
      await insertVersions(tx, known.id, entry.sent, known.entry.sent.length);
      return known.id;
    });
    byNonce.set(entry.nonce, { id, entry });
  }

  async function remove(nonce: number, ending: Ending): Promise<void> {
    const known = byNonce.get(nonce);
    if (known === undefined) return;
    await owned((tx) => end(tx, known.id, known.entry, ending));
    byNonce.delete(nonce);
  }

  async function load(): Promise<void> {
    const rows = await owned(async (tx) => {
      const mine = and(eq(transactions.wallet, owner), inArray(transactions.status, [...LIVE]));
      const live = await tx.select().from(transactions).where(mine).orderBy(asc(transactions.nonce));
      const intents = live.filter(({ status }) => status === 'intended').map(({ id }) => id);
      await drop(tx, intents);
      const kept: { readonly id: bigint; readonly entry: InFlight }[] = [];
      // one after another: a transaction has one connection
      for (const row of live.filter(({ status }) => status !== 'intended')) {
        kept.push({ id: row.id, entry: entryOf(row, await versionsOf(tx, row.id)) });
      }
      return kept;
    });
    byNonce = new Map(rows.map((row) => [row.entry.nonce, row]));
  }

  async function reopen(after: bigint): Promise<number> {
    const reopened = await owned((tx) =>
      tx
        .update(transactions)
        .set({
          status: 'signed',
          minedHash: null,
          minedBlock: null,
          succeeded: null,
          endedAt: null,
          missed: 0,
        })
        .where(
          and(
            eq(transactions.wallet, owner),
            inArray(transactions.status, ['mined', 'replaced']),
            gt(transactions.minedBlock, after),
          ),
        )
        .returning({ id: transactions.id }),
    );
    if (reopened.length > 0) await load();
    return reopened.length;
  }

  return {
    entries: () => [...byNonce.values()].map(({ entry }) => entry).sort((a, b) => a.nonce - b.nonce),
    put,
    remove,
    load,
    reopen,
    assertMaySend: () => leases.assertFresh(name),
  };
}

function statusOf({ sent, acknowledged }: InFlight): TransactionStatus {
  if (sent.length === 0) return 'intended';
  return acknowledged ? 'sent' : 'signed';
}

function rowOf(entry: InFlight) {
  const { purpose } = entry;
  const deadline = purpose.kind === 'liquidation' ? (purpose.deadlineSec ?? 0) : 0;
  return {
    status: statusOf(entry),
    kind: purpose.kind,
    purpose: toJson(purpose),
    body: toJson(entry.body),
    fees: toJson(entry.fees),
    sentAtBlock: entry.sentAtBlock,
    missed: entry.missed,
    // a cancellation does not make harmless what was sent before it
    ...(deadline === 0 ? {} : { harmlessFrom: BigInt(deadline) + 1n }),
  };
}

/** @throws WorkTakenError */
async function insertIntent(
  tx: Database,
  row: typeof transactions.$inferInsert,
  keys: readonly string[],
): Promise<bigint> {
  const [inserted] = await tx.insert(transactions).values(row).returning({ id: transactions.id });
  if (inserted === undefined) throw new Error('the database did not return the row that it inserted');
  if (keys.length === 0) return inserted.id;
  const claims = keys.map((key) => ({ key, transactionId: inserted.id }));
  const claimed = await tx.insert(workClaims).values(claims).onConflictDoNothing().returning();
  if (claimed.length < keys.length) {
    const got = new Set(claimed.map(({ key }) => key));
    // rolls back the claims that were free, too
    throw new WorkTakenError(keys.filter((key) => !got.has(key)));
  }
  return inserted.id;
}

async function insertVersions(
  tx: Database,
  transactionId: bigint,
  sent: readonly SignedTransaction[],
  from: number,
): Promise<void> {
  const rows = sent
    .slice(from)
    .map(({ hash, raw, cancels = false }, i) => ({ hash, raw, cancels, transactionId, position: from + i }));
  if (rows.length > 0) await tx.insert(transactionVersions).values(rows);
}

async function end(tx: Database, id: bigint, entry: InFlight, ending: Ending): Promise<void> {
  if (ending.kind === 'dropped') return drop(tx, [id]);
  const { hash, blockNumber, succeeded } = ending.receipt;
  const mined = entry.sent.find((version) => version.hash === hash);
  const replaced = mined?.cancels === true && entry.sent.some(({ cancels }) => cancels !== true);
  const place = { minedHash: hash, minedBlock: blockNumber, succeeded, endedAt: new Date() };
  const status: TransactionStatus = replaced ? 'replaced' : 'mined';
  await tx
    .update(transactions)
    .set({ ...place, status })
    .where(eq(transactions.id, id));
  // what was not done may be tried again
  if (replaced || !succeeded) await tx.delete(workClaims).where(eq(workClaims.transactionId, id));
  else if (ending.isUndone !== undefined) await giveBack(tx, id, ending.isUndone);
}

/** Of a transaction's work, the parts that it failed to do. */
async function giveBack(tx: Database, id: bigint, isUndone: (key: string) => boolean): Promise<void> {
  const claims = await tx.select().from(workClaims).where(eq(workClaims.transactionId, id));
  const keys = claims.map(({ key }) => key).filter(isUndone);
  if (keys.length > 0) await tx.delete(workClaims).where(inArray(workClaims.key, keys));
}

async function drop(tx: Database, ids: readonly bigint[]): Promise<void> {
  if (ids.length === 0) return;
  const status: TransactionStatus = 'dropped';
  await tx
    .update(transactions)
    .set({ status, endedAt: new Date() })
    .where(inArray(transactions.id, [...ids]));
  await tx.delete(workClaims).where(inArray(workClaims.transactionId, [...ids]));
}

async function versionsOf(tx: Database, id: bigint): Promise<SignedTransaction[]> {
  const rows = await tx
    .select()
    .from(transactionVersions)
    .where(eq(transactionVersions.transactionId, id))
    .orderBy(asc(transactionVersions.position));
  return rows.map(({ hash, raw, cancels }) => ({
    hash: hexSchema.parse(hash),
    raw: hexSchema.parse(raw),
    ...(cancels ? { cancels } : {}),
  }));
}

function entryOf(row: typeof transactions.$inferSelect, sent: readonly SignedTransaction[]): InFlight {
  return {
    nonce: row.nonce,
    purpose: purposeSchema.parse(row.purpose),
    body: bodySchema.parse(row.body),
    fees: feesSchema.parse(row.fees),
    sent,
    sentAtBlock: row.sentAtBlock,
    acknowledged: row.status === 'sent',
    missed: row.missed,
  };
}
