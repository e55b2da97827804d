import type { AccountId } from '@novate/sdk';
import type { Hash } from 'viem';
import type { SkipReason } from '../decide/skip.ts';
import type { TriggerEvent } from '../triggers/outcomes.ts';

/** A liquidation of this keeper, as the chain recorded it. Amounts are wad USD. */
export interface LiquidationEvent {
  readonly event: 'liquidation';
  readonly account: AccountId;
  readonly block: bigint;
  readonly txHash: Hash;
  /** Of its transaction; of a batch, its even share. */
  readonly gasUsed: bigint;
  readonly penalty: bigint;
  readonly incentive: bigint;
  readonly equityBefore: bigint;
  readonly mmBefore: bigint;
  readonly equityAfter: bigint;
  readonly mmAfter: bigint;
  /** What the emptied account still owed: paid by the insurance fund, and left. */
  readonly badDebtCovered: bigint;
  readonly badDebtRemaining: bigint;
}

/** A block that has been dealt with: everything that was to be sent for it has been sent. */
export interface TickEvent {
  readonly event: 'tick';
  readonly block: bigint;
  readonly timestamp: bigint;
  readonly accounts: number;
  /** Accounts that screening could not call healthy. */
  readonly suspects: number;
  /** Accounts below maintenance margin, those with a liquidation on its way included. */
  readonly liquidatable: number;
  readonly sent: number;
  readonly inFlight: number;
  readonly skipped: Partial<Record<SkipReason, number>>;
  readonly tickMs: number;
}

export interface StartEvent {
  readonly event: 'start';
  readonly chainId: number;
  readonly keeper: AccountId;
  readonly dryRun: boolean;
}

export interface StopEvent {
  readonly event: 'stop';
  readonly ticks: number;
  readonly failedTicks: number;
  readonly liquidations: number;
  /** Wad USD. */
  readonly reward: bigint;
  readonly gasUsed: bigint;
  readonly inFlight: number;
}

/** A liquidation that was sent, and failed on chain: its transaction reverted, or its part of a batch did. */
export interface FailureEvent {
  readonly event: 'failure';
  readonly account: AccountId;
  readonly block: bigint;
  readonly txHash: Hash;
  readonly reason: string;
}

export type KeeperEvent = LiquidationEvent | TickEvent | StartEvent | StopEvent | FailureEvent | TriggerEvent;
export type EventSink = (event: KeeperEvent) => void;

/** One line of JSON per event; block numbers and times are numbers, every other integer a decimal string. */
export function toLine(event: KeeperEvent): string {
  return `${JSON.stringify(event, (key, value: unknown) => {
    if (typeof value !== 'bigint') return value;
    return key === 'block' || key === 'timestamp' || key === 'gasUsed' ? Number(value) : value.toString();
  })}\n`;
}
