import { clearinghouseAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { Address, ContractEventName, GetContractEventsReturnType, PublicClient } from 'viem';

const WAD = 10n ** 18n;
const BLOCKS_PER_QUERY = 2_000n;

type Events = GetContractEventsReturnType<
  typeof clearinghouseAbi,
  ContractEventName<typeof clearinghouseAbi>,
  true
>;

/** What the clearinghouse's events alone say, from its deployment on. */
export interface EventLedger {
  /** Every account that ever had anything. */
  readonly accounts: readonly AccountId[];
  readonly underlyings: readonly number[];
  readonly modules: readonly Address[];
  /** Sums of positive and of negative cash principals. */
  readonly supplyPrincipal: bigint;
  readonly borrowPrincipal: bigint;
  readonly supplyIndex: bigint;
  readonly borrowIndex: bigint;
  /** Interest that borrowers owe beyond what lenders have earned until the last accrual, wad USD times 1e18. */
  readonly reserveScaled: bigint;
  readonly cashUpdates: number;
  readonly positionUpdates: number;
  /** How often a side of a market was deleveraged: each time rounds its positions' sizes. */
  readonly deleverages: number;
}

/** Rebuilds from events what conservation needs and no storage slot holds. */
export async function replayEvents(
  client: PublicClient,
  address: Address,
  toBlock: bigint,
): Promise<EventLedger> {
  const replay = createReplay();
  for (let from = 0n; from <= toBlock; from += BLOCKS_PER_QUERY) {
    const to = from + BLOCKS_PER_QUERY - 1n;
    const logs = await client.getContractEvents({
      abi: clearinghouseAbi,
      address,
      strict: true,
      fromBlock: from,
      toBlock: to < toBlock ? to : toBlock,
    });
    // a transaction's logs are neighbours, and never in two blocks
    for (const transaction of groupByTransaction(logs)) replay.apply(transaction);
  }
  return replay.result();
}

function createReplay() {
  const principals = new Map<AccountId, bigint>();
  const accounts = new Set<AccountId>();
  const underlyings = new Set<number>();
  const modules = new Set<Address>();
  let [supplyPrincipal, borrowPrincipal] = [0n, 0n];
  let [supplyIndex, borrowIndex] = [WAD, WAD];
  let reserveScaled = 0n;
  let [cashUpdates, positionUpdates, deleverages] = [0, 0, 0];

  const add = (principal: bigint, sign: bigint): void => {
    if (principal >= 0n) supplyPrincipal += sign * principal;
    else borrowPrincipal -= sign * principal;
  };
  const apply = (logs: Events): void => {
    // the indexes that a transaction stores are those it worked with, on what the balances were before it
    for (const log of logs) {
      if (log.eventName !== 'InterestAccrued') continue;
      reserveScaled += borrowPrincipal * (log.args.borrowIndex - borrowIndex);
      reserveScaled -= supplyPrincipal * (log.args.supplyIndex - supplyIndex);
      ({ supplyIndex, borrowIndex } = log.args);
    }
    for (const log of logs) {
      if (log.eventName === 'CashUpdated') {
        const { account, principal } = log.args;
        add(principals.get(account) ?? 0n, -1n);
        add(principal, 1n);
        principals.set(account, principal);
        accounts.add(account);
        cashUpdates++;
      } else if (log.eventName === 'PositionUpdated' || log.eventName === 'CollateralUpdated') {
        accounts.add(log.args.account);
        positionUpdates++;
      } else if (log.eventName === 'PositionsUpdated') {
        accounts.add(log.args.account);
        positionUpdates += log.args.positions.length;
      } else if (log.eventName === 'Deleveraged') deleverages++;
      else if (log.eventName === 'PerpSet') underlyings.add(log.args.underlying);
      else if (log.eventName === 'ModuleSet') modules.add(log.args.module);
    }
  };
  const result = (): EventLedger => ({
    accounts: [...accounts],
    underlyings: [...underlyings],
    modules: [...modules],
    supplyPrincipal,
    borrowPrincipal,
    supplyIndex,
    borrowIndex,
    reserveScaled,
    cashUpdates,
    positionUpdates,
    deleverages,
  });
  return { apply, result };
}

function groupByTransaction(logs: Events): Events[] {
  const groups: Events[] = [];
  for (const log of logs) {
    const last = groups.at(-1);
    if (last?.[0]?.transactionHash === log.transactionHash) last.push(log);
    else groups.push([log]);
  }
  return groups;
}
