import { AccountMap, decodeStateLog, holdersOf, stateEventTopics } from '@novate/sdk';
import type { AccountId, LedgerState } from '@novate/sdk';
import { toEventSelector } from 'viem';
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

/**
 * Reads topics only; nothing is decoded but a deleveraging, which is about all who hold a side.
 * @param ledger Before the logs: whoever opens a position in them is named by them.
 */
export function touchedBy(logs: readonly ChainLog[], clearinghouse: Address, ledger: LedgerState): Touched {
  const lower = clearinghouse.toLowerCase();
  const byTopic = new Map<Hex, ChainLog>();
  const perps = new Set<number>();
  const accounts = new AccountMap<ChainLog>();
  let cash = false;
  for (const log of logs) {
    if (log.address !== lower && log.address.toLowerCase() !== lower) continue;
    const [event, first] = log.topics;
    if (event === undefined) continue;
    if (event === INTEREST) cash = true;
    else if (first === undefined) continue;
    else if (event === PERP) perps.add(Number(first));
    else if (event === DELEVERAGED) {
      const decoded = decodeStateLog(log);
      if (decoded?.name !== 'Deleveraged') continue;
      for (const id of holdersOf(ledger, decoded)) accounts.set(id, log);
    } else if (ACCOUNT_TOPICS.has(event)) byTopic.set(first, log);
  }
  for (const [topic, log] of byTopic) accounts.set(BigInt(topic), log);
  return { accounts, perps, cash };
}
