import { orderMatcherAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { isAddressEqual, parseEventLogs } from 'viem';
import type { Address, Hash, Hex } from 'viem';
import type { Receipt } from '../chain/types.ts';
import { toLog } from '../report/outcomes.ts';

/** A trigger order that this keeper executed, as the chain recorded it. Wad USD. */
export interface TriggerEvent {
  readonly event: 'trigger';
  /** EIP-712 hash. */
  readonly order: Hex;
  readonly account: AccountId;
  readonly executor: AccountId;
  readonly block: bigint;
  readonly txHash: Hash;
  readonly gasUsed: bigint;
  /** The index that triggered it. */
  readonly index: bigint;
  readonly tip: bigint;
}

/** The trigger orders that a mined transaction executed, from the matcher's own events. */
export function triggersOf(receipt: Receipt, orderMatcher: Address): TriggerEvent[] {
  const logs = receipt.logs.filter(({ address }) => isAddressEqual(address, orderMatcher));
  const events = parseEventLogs({
    abi: orderMatcherAbi,
    eventName: 'OrderTriggered',
    logs: logs.map((log) => toLog(log, receipt)),
  });
  return events.map(({ args: { orderHash, account, executor, index, tip } }) => ({
    event: 'trigger',
    order: orderHash,
    account,
    executor,
    block: receipt.blockNumber,
    txHash: receipt.hash,
    gasUsed: receipt.gasUsed,
    index,
    tip,
  }));
}
