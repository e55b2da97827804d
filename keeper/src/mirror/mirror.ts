import {
  AccountMap,
  applyEvent,
  createLedgerState,
  decodeStateLog,
  holdersOf,
  stateEventTopics,
} from '@novate/sdk';
import type {
  AccountId,
  AccountState,
  CashIndexState,
  LedgerState,
  PerpMarketState,
  StateEvent,
} from '@novate/sdk';
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import type { LogSink, RangeEnd, TimedLog } from '../watch/follower.ts';
import { KEPT_CHECKPOINTS } from '../watch/follower.ts';
import { createAccountBook } from './accountBook.ts';
import type { AccountBook } from './accountBook.ts';
import { referenceTopics } from './referenceTopics.ts';

/** New values of parts of the ledger; undefined where something is to be absent. */
export interface LedgerPart {
  readonly accounts: ReadonlyMap<AccountId, AccountState | undefined>;
  readonly perps: ReadonlyMap<number, PerpMarketState | undefined>;
  readonly cash: CashIndexState | undefined;
}

/** Every account, rebuilt from events alone. */
export interface Mirror extends LogSink {
  /**
   * @param end Where the range is final it is never undone, so that nothing is kept of before; `book` and `versionOf` then
   * follow when all is caught up, once for each account.
   */
  append(logs: readonly TimedLog[], end?: Pick<RangeEnd, 'final'>): void;
  caughtUp(): void;
  undo(count: number): void;
  reset(): void;
  /** Takes over a ledger that was kept elsewhere, and owns it from now on. */
  load(saved: LedgerState): void;
  /** Sets what was kept elsewhere, as when a reorganisation is undone. */
  put(part: LedgerPart): void;
  readonly ledger: LedgerState;
  /** The same accounts in floating point. */
  readonly book: AccountBook;
  /** Changes whenever something changed that is read from contracts rather than from events. */
  readonly referenceVersion: number;
  /** Changes whenever the account changes. */
  readonly versionOf: (account: AccountId) => number;
}

/** What a range of blocks overwrote. An absent account did not exist. */
interface Overwritten extends LedgerPart {
  readonly accounts: Map<AccountId, AccountState | undefined>;
  readonly perps: Map<number, PerpMarketState | undefined>;
  cash: CashIndexState | undefined;
}

const isReference: ReadonlySet<Hex> = new Set(referenceTopics);

/** First topics of every event the mirror takes. */
export const mirrorTopics: readonly Hex[] = [...stateEventTopics, ...referenceTopics];

export function createMirror(clearinghouse: Address): Mirror {
  let ledger = createLedgerState();
  const book = createAccountBook();
  const versions = new AccountMap<number>();
  const undoLog: Overwritten[] = [];
  let referenceVersion = 0;
  // one counter for all accounts, so that undoing never brings an old number back
  let changes = 0;
  /** What book and versions have yet to follow. */
  const behind = new AccountMap<true>();

  function refresh(accounts: Iterable<AccountId>): void {
    for (const id of accounts) {
      versions.set(id, ++changes);
      book.set(id, ledger.accounts.get(id));
    }
  }

  function append(logs: readonly TimedLog[], end?: Pick<RangeEnd, 'final'>): void {
    const decoded = decodeAll(logs, clearinghouse);
    if (end?.final === true) {
      applyForGood(decoded);
      return;
    }
    caughtUp();
    const overwritten: Overwritten = { accounts: new AccountMap(), perps: new Map(), cash: undefined };
    for (const { event, timestamp } of decoded.events) {
      keep(overwritten, ledger, event);
      applyEvent(ledger, event, timestamp);
    }
    if (decoded.references) referenceVersion++;
    refresh(overwritten.accounts.keys());
    undoLog.push(overwritten);
    if (undoLog.length > KEPT_CHECKPOINTS) undoLog.shift();
  }

  function applyForGood({ events, references }: Decoded): void {
    for (const { event, timestamp } of events) {
      if ('account' in event) behind.set(event.account, true);
      else if (event.name === 'Deleveraged') {
        for (const account of holdersOf(ledger, event)) behind.set(account, true);
      }
      applyEvent(ledger, event, timestamp);
    }
    if (references) referenceVersion++;
    undoLog.length = 0;
  }

  function caughtUp(): void {
    refresh(behind.keys());
    behind.clear();
  }

  function undo(count: number): void {
    // what contracts say may have changed too
    referenceVersion++;
    for (let i = 0; i < count; ++i) {
      const last = undoLog.pop();
      if (last === undefined) throw new RangeError(`cannot undo ${count} ranges, only ${i} are kept`);
      restore(ledger, last);
      refresh(last.accounts.keys());
    }
  }

  function replace(by: LedgerState): void {
    ledger = by;
    book.clear();
    versions.clear();
    behind.clear();
    undoLog.length = 0;
    referenceVersion++;
  }

  return {
    get ledger() {
      return ledger;
    },
    book,
    get referenceVersion() {
      return referenceVersion;
    },
    versionOf: (account) => versions.get(account) ?? 0,
    append,
    caughtUp,
    undo,
    reset: () => replace(createLedgerState()),
    load(saved) {
      replace(saved);
      refresh(saved.accounts.keys());
    },
    put(part) {
      referenceVersion++;
      // what was overwritten before does not fit any more
      undoLog.length = 0;
      restore(ledger, part);
      refresh(part.accounts.keys());
    },
  };
}

interface Decoded {
  readonly events: readonly { event: StateEvent; timestamp: bigint }[];
  /** Whether something changed that is read from contracts. */
  readonly references: boolean;
}

/** Decodes before anything is changed, so that a log that cannot be understood changes nothing. */
function decodeAll(logs: readonly TimedLog[], clearinghouse: Address): Decoded {
  const events: { event: StateEvent; timestamp: bigint }[] = [];
  let references = false;
  const lower = clearinghouse.toLowerCase();
  for (const log of logs) {
    const topic = log.topics[0];
    if (topic !== undefined && isReference.has(topic)) references = true;
    // nodes write addresses in lower case: comparing checksums costs more than decoding
    if (log.address !== lower && !isAddressEqual(log.address, clearinghouse)) continue;
    const event = decodeStateLog(log);
    if (event !== undefined) events.push({ event, timestamp: log.timestamp });
  }
  return { events, references };
}

function keep(overwritten: Overwritten, ledger: LedgerState, event: StateEvent): void {
  if ('account' in event) {
    keepAccount(overwritten, ledger, event.account);
  } else if (event.name === 'Deleveraged') {
    for (const account of holdersOf(ledger, event)) keepAccount(overwritten, ledger, account);
  } else if (event.name === 'PerpUpdated') {
    if (!overwritten.perps.has(event.underlying)) {
      overwritten.perps.set(event.underlying, ledger.perps.get(event.underlying));
    }
  } else {
    overwritten.cash ??= ledger.cash;
  }
}

function keepAccount(overwritten: Overwritten, ledger: LedgerState, account: AccountId): void {
  if (overwritten.accounts.has(account)) return;
  overwritten.accounts.set(account, copyOf(ledger.accounts.get(account)));
}

function restore(ledger: LedgerState, { accounts, perps, cash }: LedgerPart): void {
  for (const [id, state] of accounts) {
    if (state === undefined) ledger.accounts.delete(id);
    else ledger.accounts.set(id, state);
  }
  for (const [underlying, perp] of perps) {
    if (perp === undefined) ledger.perps.delete(underlying);
    else ledger.perps.set(underlying, perp);
  }
  if (cash !== undefined) ledger.cash = cash;
}

/** Events change accounts in place: what is kept must be a copy. */
function copyOf(state: AccountState | undefined): AccountState | undefined {
  if (state === undefined) return undefined;
  return { ...state, collateral: new Map(state.collateral), positions: new Map(state.positions) };
}
