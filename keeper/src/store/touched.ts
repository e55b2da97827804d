import { AccountMap, decodeStateLog, holdersOf, stateEventTopics } from '@novate/sdk';
import type { AccountId, LedgerState } from '@novate/sdk';
import { numberToHex, toEventSelector } from 'viem';
import type { Address, Hex } from 'viem';
import type { ChainLog } from '../chain/types.ts';

const PERP = toEventSelector('PerpUpdated(uint16,int256,int256,uint256)');
const INTEREST = toEventSelector('InterestAccrued(uint256,uint256,uint256,uint256)');
const DELEVERAGED = toEventSelector(
  'Deleveraged(uint96,bool,uint256,uint256,uint256,int256,uint256,int256,uint256)',
);
/** All others of the state events begin with the account. */
const ACCOUNT_TOPICS: ReadonlySet<Hex> = new Set(
  stateEventTopics.filter((topic) => topic !== PERP && topic !== INTEREST && topic !== DELEVERAGED),
);

/** What logs are about: accounts with the last log of each, markets, and whether the cash indexes moved. */
export interface Touched {
  readonly accounts: ReadonlyMap<AccountId, ChainLog>;
  readonly perps: ReadonlySet<number>;
  readonly cash: boolean;
}

/** What was seen in logs so far. Accounts are still topics: most are named more than once. */
export interface Seen {
  /** The last log of each. */
  readonly accounts: Map<Hex, ChainLog>;
  readonly perps: Set<number>;
  cash: boolean;
}

export function nothingSeen(): Seen {
  return { accounts: new Map(), perps: new Set(), cash: false };
}

/**
 * Adds what logs are about. Reads topics only; nothing is decoded but a deleveraging, which is about all who hold a side.
 * @param ledger Before the logs: whoever opens a position in them is named by them.
 */
export function see(
  seen: Seen,
  logs: readonly ChainLog[],
  clearinghouse: Address,
  ledger: LedgerState,
): void {
  const lower = clearinghouse.toLowerCase();
  for (const log of logs) {
    if (log.address !== lower && log.address.toLowerCase() !== lower) continue;
    const [event, first] = log.topics;
    if (event === undefined) continue;
    if (event === INTEREST) seen.cash = true;
    else if (first === undefined) continue;
    else if (event === PERP) seen.perps.add(Number(first));
    else if (event === DELEVERAGED) {
      const decoded = decodeStateLog(log);
      if (decoded?.name !== 'Deleveraged') continue;
      for (const id of holdersOf(ledger, decoded)) seen.accounts.set(numberToHex(id, { size: 32 }), log);
    } else if (ACCOUNT_TOPICS.has(event)) seen.accounts.set(first, log);
  }
}

/** What these logs are about, as `see` says. */
export function touchedBy(logs: readonly ChainLog[], clearinghouse: Address, ledger: LedgerState): Touched {
  const seen = nothingSeen();
  see(seen, logs, clearinghouse, ledger);
  return { ...seen, accounts: accountsOf(seen) };
}

export function accountsOf({ accounts }: Seen): AccountMap<ChainLog> {
  const byId = new AccountMap<ChainLog>();
  for (const [topic, log] of accounts) byId.set(BigInt(topic), log);
  return byId;
}
