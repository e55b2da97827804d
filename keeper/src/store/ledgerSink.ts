import { AccountMap } from '@novate/sdk';
import type { AccountId, AccountState } from '@novate/sdk';
import type { Address } from 'viem';
import type { LedgerPart, Mirror } from '../mirror/mirror.ts';
import type { Checkpoint, LogSink, RangeEnd, TimedLog } from '../watch/follower.ts';
import { markOf, wordOf } from './accountBlob.ts';
import type { AccountRecord, ChangeMark } from './accountBlob.ts';
import { mergeChanges, noChanges } from './changes.ts';
import type { LedgerChanges } from './changes.ts';
import { LeaseLostError, StoreMovedError } from './errors.ts';
import { INGEST_LEASE } from './ledgerStore.ts';
import type { LedgerStore } from './ledgerStore.ts';
import type { Leases } from './lease.ts';
import { accountsOf, nothingSeen, see, touchedBy } from './touched.ts';
import type { Touched } from './touched.ts';

/** While history is read, so many events go into one transaction: an account that they change often is written once. */
const FLUSH_EVENTS = 500_000;

export interface LedgerSinkOptions {
  readonly store: LedgerStore;
  readonly leases: Pick<Leases, 'acquire' | 'held'>;
  readonly mirror: Mirror;
  readonly clearinghouse: Address;
}

/**
 * Keeps mirror and store in step. One keeper writes the store, the others follow the same chain in memory and take over
 * when the writer is gone. What is final may wait in memory; everything newer is stored range by range.
 */
export interface LedgerSink extends LogSink {
  prepare(): Promise<readonly Checkpoint[] | undefined>;
  append(logs: readonly TimedLog[], end: RangeEnd): Promise<void>;
  caughtUp(): void;
  undo(count: number): Promise<void>;
  reset(): Promise<void>;
  /** The version of an account's state, the same for every keeper. */
  versionOf(account: AccountId): string | undefined;
}

/** A range that can be undone. */
interface Step {
  readonly to: Checkpoint;
  readonly undo: LedgerChanges;
}

export function createLedgerSink({ store, leases, mirror, clearinghouse }: LedgerSinkOptions): LedgerSink {
  const marks = new AccountMap<ChangeMark>();
  let steps: Step[] = [];
  /** Where the steps begin, and where they end. */
  let [base, cursor]: [Checkpoint | undefined, Checkpoint | undefined] = [undefined, undefined];
  /** Where the store is, as far as this process wrote it. */
  let stored: Checkpoint | undefined;
  let [loaded, writes] = [false, false];
  /** What the store does not have yet. */
  let dirty = noDirt();
  /** What final ranges are about that neither `marks` nor `dirty` says yet. */
  let seen = nothingSeen();

  async function prepare(): Promise<readonly Checkpoint[] | undefined> {
    if (writes && leases.held(INGEST_LEASE) === undefined) writes = false;
    if (loaded && writes) return undefined;
    const owns = writes || (await leases.acquire(INGEST_LEASE)) !== undefined;
    // a keeper that only reads needs the store once, to start from
    if (loaded && !owns) return undefined;
    const found = await load();
    writes = owns;
    loaded = true;
    return found;
  }

  async function load(): Promise<readonly Checkpoint[]> {
    const snapshot = await store.load();
    mirror.load(snapshot.ledger);
    marks.clear();
    for (const [id, mark] of snapshot.marks) marks.set(id, mark);
    const [first, ...rest] = snapshot.checkpoints;
    base = first;
    steps = rest.map(({ undo, ...to }) => ({ to, undo: undo ?? noChanges() }));
    cursor = stored = snapshot.checkpoints.at(-1);
    dirty = noDirt();
    seen = nothingSeen();
    return snapshot.checkpoints.map(({ number, hash }) => ({ number, hash }));
  }

  async function append(logs: readonly TimedLog[], end: RangeEnd): Promise<void> {
    const { to, final, oldest } = end;
    // what waits is of the blocks before, and must not be undone together with these
    const full = dirty.events + logs.length > FLUSH_EVENTS && dirty.events > 0;
    if (writes && stored !== cursor && (!final || full)) await flush(undefined, cursor, oldest);
    if (final) {
      see(seen, logs, clearinghouse, mirror.ledger);
      mirror.append(logs, end);
      dirty.events += logs.length;
      advance(to, undefined, oldest);
      return;
    }
    takeSeen();
    const touched = touchedBy(logs, clearinghouse, mirror.ledger);
    const before = capture(touched);
    mirror.append(logs);
    soil(touched);
    dirty.events += logs.length;
    try {
      if (writes) await flush(before, to, oldest);
    } catch (error) {
      mirror.undo(1);
      remember(before);
      throw error;
    }
    advance(to, before, oldest);
  }

  /** New marks, and accounts and markets that the store does not have as they are now. */
  function soil({ accounts, perps, cash }: Touched): void {
    for (const [id, log] of accounts) {
      marks.set(id, markOf(log.blockNumber, log.logIndex, log.blockHash));
      dirty.accounts.set(id, true);
    }
    for (const underlying of perps) dirty.perps.add(underlying);
    dirty.cash ||= cash;
  }

  function takeSeen(): void {
    soil({ ...seen, accounts: accountsOf(seen) });
    seen = nothingSeen();
  }

  function caughtUp(): void {
    mirror.caughtUp();
    takeSeen();
  }

  function advance(to: Checkpoint, undo: LedgerChanges | undefined, oldest: bigint): void {
    if (undo === undefined) [base, steps] = [to, []];
    else steps.push({ to, undo });
    while (steps[0] !== undefined && steps[0].to.number <= oldest) base = steps.shift()?.to;
    cursor = to;
  }

  /** Writes what the store does not have. Losing the lease is no failure: then another keeper writes. */
  async function flush(
    undo: LedgerChanges | undefined,
    to: Checkpoint | undefined,
    oldest: bigint,
  ): Promise<void> {
    if (to === undefined) return;
    takeSeen();
    try {
      await store.advance({ from: stored, to, changes: capture(dirty), undo, oldest });
      stored = to;
      dirty = noDirt();
    } catch (error) {
      await givenUp(error);
    }
  }

  async function undo(count: number): Promise<void> {
    const undone = steps.slice(steps.length - count).reverse();
    const to = steps[steps.length - count - 1]?.to ?? base;
    if (undone.length < count || cursor === undefined || to === undefined) {
      throw new RangeError(`cannot undo ${count} ranges, only ${steps.length} are kept`);
    }
    const changes = mergeChanges(undone.map((step) => step.undo));
    if (writes) {
      try {
        await store.rewind(cursor, to, changes);
        stored = to;
      } catch (error) {
        await givenUp(error);
      }
    }
    mirror.put(partOf(changes));
    remember(changes);
    steps.length -= count;
    cursor = to;
  }

  async function reset(): Promise<void> {
    if (writes) await store.clear().catch(givenUp);
    mirror.reset();
    marks.clear();
    steps = [];
    base = cursor = stored = undefined;
    dirty = noDirt();
    seen = nothingSeen();
  }

  /** After a loss of ownership memory goes on alone; a store that is elsewhere than expected must be loaded again. */
  // eslint-disable-next-line @typescript-eslint/require-await -- so that what is thrown rejects
  async function givenUp(error: unknown): Promise<void> {
    if (error instanceof StoreMovedError) loaded = false;
    if (!(error instanceof LeaseLostError)) throw error;
    writes = false;
  }

  /** What the mirror holds now of these. */
  function capture({ accounts, perps, cash }: Dirt | Touched): LedgerChanges {
    const { ledger } = mirror;
    return {
      accounts: new AccountMap([...accounts.keys()].map((id) => [id, recordOf(id)] as const)),
      perps: new Map([...perps].map((underlying) => [underlying, ledger.perps.get(underlying)])),
      cash: cash ? ledger.cash : undefined,
    };
  }

  function recordOf(id: AccountId): AccountRecord | undefined {
    const [state, changed] = [mirror.ledger.accounts.get(id), marks.get(id)];
    return state === undefined || changed === undefined ? undefined : { state: copyOf(state), changed };
  }

  function remember({ accounts }: LedgerChanges): void {
    for (const [id, record] of accounts) {
      if (record === undefined) marks.delete(id);
      else marks.set(id, record.changed);
    }
  }

  return {
    prepare,
    append,
    caughtUp,
    undo,
    reset,
    versionOf(account) {
      const mark = marks.get(account);
      return mark === undefined ? undefined : wordOf(mark);
    },
  };
}

interface Dirt {
  readonly accounts: AccountMap<true>;
  readonly perps: Set<number>;
  cash: boolean;
  events: number;
}

function noDirt(): Dirt {
  return { accounts: new AccountMap(), perps: new Set(), cash: false, events: 0 };
}

/** Events change accounts in place: what is kept must be a copy. */
function copyOf(state: AccountState): AccountState {
  return { ...state, collateral: new Map(state.collateral), positions: new Map(state.positions) };
}

function partOf({ accounts, perps, cash }: LedgerChanges): LedgerPart {
  return {
    accounts: new AccountMap([...accounts].map(([id, record]) => [id, record?.state] as const)),
    perps,
    cash,
  };
}
