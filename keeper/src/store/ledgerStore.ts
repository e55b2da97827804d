import { AccountMap, createLedgerState } from '@novate/sdk';
import type { AccountId, LedgerState } from '@novate/sdk';
import { and, asc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { Checkpoint } from '../watch/follower.ts';
import {
  ACCOUNT_BYTES,
  decodeAccount,
  decodeAccountKey,
  encodeAccount,
  encodeAccountKey,
} from './accountBlob.ts';
import type { AccountRecord, ChangeMark } from './accountBlob.ts';
import { decodeChanges, encodeChanges } from './changes.ts';
import type { LedgerChanges } from './changes.ts';
import { StoreMovedError } from './errors.ts';
import type { Lease, Leases } from './lease.ts';
import type { Database } from './open.ts';
import { accounts, cashIndex, checkpoints, ingestCursor, perpMarkets } from './schema.ts';

/** Rows per statement: large enough that the statement's own cost does not count. */
const CHUNK = 5_000;
/** Accounts read at a time: about 10 MB. */
const LOAD_CHUNK = 20_000;
export const INGEST_LEASE = 'ingest';

/** A checkpoint with what the blocks before it, down to the one before, overwrote. The oldest has none. */
export interface StoredCheckpoint extends Checkpoint {
  readonly undo: LedgerChanges | undefined;
}

/** Everything that was stored, at its cursor. */
export interface Snapshot {
  readonly ledger: LedgerState;
  readonly marks: Map<AccountId, ChangeMark>;
  /** The oldest first; the last is the cursor. Empty where nothing has been stored. */
  readonly checkpoints: readonly StoredCheckpoint[];
}

/** One step of the cursor, and all that goes with it. */
export interface LedgerStep {
  /** Where the cursor must be before. */
  readonly from: Checkpoint | undefined;
  readonly to: Checkpoint;
  readonly changes: LedgerChanges;
  /** What going back to `from` takes. Undefined where there is no going back. */
  readonly undo: LedgerChanges | undefined;
  /** Checkpoints below this block are dropped. */
  readonly oldest: bigint;
}

/** The ledger in the database. Each call is one transaction: all of it, or nothing. */
export interface LedgerStore {
  load(): Promise<Snapshot>;
  /** @throws LeaseLostError, StoreMovedError */
  advance(step: LedgerStep): Promise<void>;
  /** Goes back to a checkpoint. @throws LeaseLostError, StoreMovedError */
  rewind(from: Checkpoint, to: Checkpoint, changes: LedgerChanges): Promise<void>;
  /** Forgets everything. @throws LeaseLostError */
  clear(): Promise<void>;
}

export function createLedgerStore(db: Database, leases: Pick<Leases, 'fence'>): LedgerStore {
  const owned = (work: (tx: Database, lease: Lease) => Promise<void>): Promise<void> =>
    db.transaction(async (tx) => work(tx, await leases.fence(tx, INGEST_LEASE)));

  return {
    load: () => load(db),
    advance: ({ from, to, changes, undo, oldest }) =>
      owned(async (tx) => {
        await moveCursor(tx, from, to);
        await write(tx, changes);
        const row = { blockNumber: to.number, blockHash: to.hash };
        // without a way back, what came before has no use any more
        if (undo === undefined) await tx.delete(checkpoints);
        await tx
          .insert(checkpoints)
          .values({ ...row, undo: undo === undefined ? null : encodeChanges(undo) });
        await tx.delete(checkpoints).where(lt(checkpoints.blockNumber, oldest));
      }),
    rewind: (from, to, changes) =>
      owned(async (tx) => {
        await moveCursor(tx, from, to);
        await write(tx, changes);
        await tx.delete(checkpoints).where(gt(checkpoints.blockNumber, to.number));
      }),
    clear: () =>
      owned(async (tx) => {
        for (const table of [ingestCursor, checkpoints, accounts, perpMarkets, cashIndex])
          await tx.delete(table);
      }),
  };
}

async function moveCursor(tx: Database, from: Checkpoint | undefined, to: Checkpoint): Promise<void> {
  const place = { blockNumber: to.number, blockHash: to.hash };
  const moved =
    from === undefined
      ? await tx.insert(ingestCursor).values(place).onConflictDoNothing().returning()
      : await tx
          .update(ingestCursor)
          .set(place)
          .where(and(eq(ingestCursor.blockNumber, from.number), eq(ingestCursor.blockHash, from.hash)))
          .returning();
  if (moved.length === 0)
    throw new StoreMovedError(from === undefined ? 'the start' : `block ${from.number}`);
}

async function write(tx: Database, { accounts: changed, perps, cash }: LedgerChanges): Promise<void> {
  await writeAccounts(tx, changed);
  for (const [underlying, perp] of perps) {
    await tx.delete(perpMarkets).where(eq(perpMarkets.underlying, underlying));
    if (perp !== undefined) await tx.insert(perpMarkets).values({ underlying, ...perp });
  }
  if (cash !== undefined) {
    await tx
      .insert(cashIndex)
      .values(cash)
      .onConflictDoUpdate({ target: cashIndex.id, set: { ...cash } });
  }
}

async function writeAccounts(tx: Database, changed: LedgerChanges['accounts']): Promise<void> {
  const gone: Uint8Array[] = [];
  const [keys, states]: [string[], string[]] = [[], []];
  for (const [id, record] of changed) {
    if (record === undefined) {
      gone.push(encodeAccountKey(id));
      continue;
    }
    keys.push(encodeAccountKey(id).toString('hex'));
    states.push(encodeAccount(record).toString('hex'));
  }
  for (let i = 0; i < keys.length; i += CHUNK) {
    // two texts instead of two rows per account in the statement: ten times faster
    const [keyText, stateText] = [keys.slice(i, i + CHUNK).join(','), states.slice(i, i + CHUNK).join(',')];
    await tx.execute(sql`
      insert into accounts (account, state)
      select decode(k, 'hex'), decode(s, 'hex')
      from unnest(string_to_array(${keyText}::text, ','), string_to_array(${stateText}::text, ',')) as rows (k, s)
      on conflict (account) do update set state = excluded.state`);
  }
  for (let i = 0; i < gone.length; i += CHUNK) {
    await tx.delete(accounts).where(inArray(accounts.account, gone.slice(i, i + CHUNK)));
  }
}

/**
 * Visits every account. Many come as one text: a row of its own for each costs the drivers more than its content. In it
 * stand, for each account, its number 32, the state's length 4 and the state.
 */
async function loadAccounts(
  tx: Database,
  visit: (id: AccountId, record: AccountRecord) => void,
): Promise<void> {
  let last: Uint8Array = new Uint8Array(0);
  for (;;) {
    const page = tx
      .select()
      .from(accounts)
      .where(gt(accounts.account, last))
      .orderBy(asc(accounts.account))
      .limit(LOAD_CHUNK)
      .as('page');
    const [row] = await tx
      .select({
        count: sql<number>`count(*)::int`,
        text: sql<
          string | null
        >`encode(string_agg(${page.account} || int4send(length(${page.state})) || ${page.state}, ''::bytea order by ${page.account}), 'base64')`,
      })
      .from(page);
    const data = Buffer.from(row?.text ?? '', 'base64');
    for (let at = 0; at < data.length;) {
      last = data.subarray(at, at + ACCOUNT_BYTES);
      const state = at + ACCOUNT_BYTES + 4;
      at = state + data.readUInt32BE(state - 4);
      visit(decodeAccountKey(last), decodeAccount(data.subarray(state, at)));
    }
    if ((row?.count ?? 0) < LOAD_CHUNK) return;
  }
}

/** In one transaction, so that all of it is of one cursor. */
function load(db: Database): Promise<Snapshot> {
  return db.transaction(
    async (tx) => {
      const ledger = createLedgerState();
      const marks: Snapshot['marks'] = new AccountMap();
      await loadAccounts(tx, (id, { state, changed }) => {
        ledger.accounts.set(id, state);
        marks.set(id, changed);
      });
      for (const { underlying, ...perp } of await tx.select().from(perpMarkets)) {
        ledger.perps.set(underlying, perp);
      }
      const [cash] = await tx.select().from(cashIndex);
      if (cash !== undefined) {
        const { id: _, ...indexes } = cash;
        ledger.cash = indexes;
      }
      const rows = await tx.select().from(checkpoints).orderBy(asc(checkpoints.blockNumber));
      const stored = rows.map(({ blockNumber, blockHash, undo }, i) => ({
        number: blockNumber,
        hash: blockHash,
        undo: undo === null || i === 0 ? undefined : decodeChanges(undo),
      }));
      return { ledger, marks, checkpoints: stored };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
