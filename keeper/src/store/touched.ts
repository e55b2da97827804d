import { AccountMap, stateEventTopics } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { toEventSelector } from 'viem';
import type { Address, Hex } from 'viem';
import type { ChainLog } from '../chain/types.ts';

const PERP = toEventSelector('PerpUpdated(uint16,int256,int256,uint256)');
const INTEREST = toEventSelector('InterestAccrued(uint256,uint256,uint256,uint256)');
/** All others of the state events begin with the account. */
const ACCOUNT_TOPICS: ReadonlySet<Hex> = new Set(
  stateEventTopics.filter((topic) => topic !== PERP && topic !== INTEREST),
);

/** What logs are about: accounts with the last log of each, markets, and whether the cash indexes moved. */
export interface Touched {
  readonly accounts: ReadonlyMap<AccountId, ChainLog>;
  readonly perps: ReadonlySet<number>;
  readonly cash: boolean;
}

/** Reads topics only: nothing is decoded. */
export function touchedBy(logs: readonly ChainLog[], clearinghouse: Address): Touched {
  const lower = clearinghouse.toLowerCase();
  const byTopic = new Map<Hex, ChainLog>();
  const perps = new Set<number>();
  let cash = false;
  for (const log of logs) {
    if (log.address !== lower && log.address.toLowerCase() !== lower) continue;
    const [event, first] = log.topics;
    if (event === undefined) continue;
    if (event === INTEREST) cash = true;
    else if (first === undefined) continue;
    else if (event === PERP) perps.add(Number(first));
    else if (ACCOUNT_TOPICS.has(event)) byTopic.set(first, log);
  }
  const accounts = new AccountMap<ChainLog>();
  for (const [topic, log] of byTopic) accounts.set(BigInt(topic), log);
  return { accounts, perps, cash };
}
