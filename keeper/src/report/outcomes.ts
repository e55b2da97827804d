import { liquidatorAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { isAddressEqual, parseEventLogs } from 'viem';
import type { Address, Hex, Log } from 'viem';
import type { Receipt } from '../chain/types.ts';
import type { LiquidationEvent } from './events.ts';

/** The liquidations that a mined transaction made, from the liquidator's own events. */
export function liquidationsOf(receipt: Receipt, liquidator: Address): LiquidationEvent[] {
  const logs = receipt.logs.filter(({ address }) => isAddressEqual(address, liquidator));
  const events = parseEventLogs({ abi: liquidatorAbi, logs: logs.map((log) => toLog(log, receipt)) });
  const done = events.filter(({ eventName }) => eventName === 'Liquidated').length;
  return events.flatMap((event) => {
    if (event.eventName !== 'Liquidated') return [];
    const { args } = event;
    const debt = events.find((other) => other.eventName === 'BadDebt' && other.args.account === args.account);
    const [covered, remaining] =
      debt?.eventName === 'BadDebt' ? [debt.args.covered, debt.args.remaining] : [0n, 0n];
    return [
      {
        event: 'liquidation' as const,
        account: args.account,
        block: receipt.blockNumber,
        txHash: receipt.hash,
        gasUsed: receipt.gasUsed / BigInt(done),
        penalty: args.penalty,
        incentive: args.incentive,
        equityBefore: args.equityBefore,
        mmBefore: args.maintenanceBefore,
        equityAfter: args.equityAfter,
        mmAfter: args.maintenanceAfter,
        badDebtCovered: covered,
        badDebtRemaining: remaining,
      },
    ];
  });
}

/** The accounts of a batch that could not be liquidated, with what their liquidation reverted with. */
export function failuresOf(receipt: Receipt, liquidator: Address): Map<AccountId, Hex> {
  const logs = receipt.logs.filter(({ address }) => isAddressEqual(address, liquidator));
  const events = parseEventLogs({
    abi: liquidatorAbi,
    eventName: 'LiquidationFailed',
    logs: logs.map((log) => toLog(log, receipt)),
  });
  return new Map(events.map(({ args }) => [args.account, args.reason]));
}

/** As viem takes logs. */
export function toLog(
  { address, topics, data, logIndex, blockHash }: Receipt['logs'][number],
  receipt: Receipt,
): Log {
  const [first, ...rest] = topics;
  return {
    address,
    topics: first === undefined ? [] : [first, ...rest],
    data,
    blockHash,
    blockNumber: receipt.blockNumber,
    logIndex,
    transactionHash: receipt.hash,
    transactionIndex: 0,
    removed: false,
  };
}
