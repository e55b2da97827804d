import { formatAccount, formatWad } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { Address } from 'viem';
import type { BlockHead, Receipt } from '../chain/types.ts';
import type { SkipCounts } from '../decide/skip.ts';
import type { DutyReport } from '../duties/index.ts';
import type { SimulationFailure } from '../execute/classify.ts';
import type { Execution } from '../execute/execute.ts';
import type { InFlight } from '../execute/journal.ts';
import type { Settlement } from '../execute/settleExpired.ts';
import type { Upkeep } from '../execute/lane.ts';
import type { EventSink, TickEvent } from './events.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { liquidationsOf } from './outcomes.ts';

/** What a run did. */
export interface Summary {
  ticks: number;
  failedTicks: number;
  liquidations: number;
  /** Mined, and reverted: mostly a rival was first. */
  reverted: number;
  /** Penalties and incentives, wad USD. */
  reward: bigint;
  gasUsed: bigint;
}

export interface TickReport extends Omit<TickEvent, 'event' | 'skipped' | 'sent' | 'inFlight'> {
  readonly skipped: SkipCounts;
  readonly inFlight: number;
}

/** Tells logs, metrics and the event stream what happened. */
export interface Reporter {
  readonly summary: Summary;
  minedSuccess(entry: InFlight, receipt: Receipt): void;
  /** A transaction that was to liquidate these reverted. */
  failed(accounts: readonly AccountId[], receipt: Receipt, reason: string): void;
  /** Part of a batch failed on chain; the rest of it did not. */
  failedPart(
    account: AccountId,
    receipt: Receipt,
    failure: Pick<SimulationFailure, 'skip' | 'message'>,
  ): void;
  lost(entry: InFlight): void;
  /** A transaction that was no liquidation reverted. */
  minedFailure(entry: InFlight, receipt: Receipt): void;
  settling(done: Settlement): void;
  duty(report: DutyReport): void;
  upkeep(done: Upkeep): void;
  execution(result: Execution): void;
  ticked(report: TickReport, execution: Execution): void;
  tickFailed(head: BlockHead | undefined, message: string): void;
  reorg(depth: number, rebuilt: boolean): void;
  unpriced(board: ReadonlyMap<number, string>): void;
  /** The gas token's price from now on, wad USD; undefined where it is not known. */
  gasPriced(price: bigint | undefined): void;
}

export function createReporter(
  log: Logger,
  metrics: Metrics,
  emit: EventSink,
  liquidator: Address,
): Reporter {
  const summary: Summary = {
    ticks: 0,
    failedTicks: 0,
    liquidations: 0,
    reverted: 0,
    reward: 0n,
    gasUsed: 0n,
  };
  let [toldUnpriced, toldMargin] = ['', false];
  let gasTokenPrice: bigint | undefined | 'unset' = 'unset';
  let earned = 0;

  /** What a transaction cost, in USD. */
  function countGas({ gasUsed, effectiveGasPrice }: Receipt): void {
    const price = typeof gasTokenPrice === 'bigint' ? gasTokenPrice : 0n;
    const paid = (Number(gasUsed * effectiveGasPrice) / 1e18) * (Number(price) / 1e18);
    earned -= paid;
    metrics.gas.inc(Number(gasUsed));
    metrics.gasUsd.inc(paid);
    metrics.profit.set(earned);
  }

  return {
    summary,
    minedSuccess(entry, receipt) {
      summary.gasUsed += receipt.gasUsed;
      countGas(receipt);
      const { purpose } = entry;
      if (purpose.kind === 'settlement') metrics.settled.inc(purpose.accounts.length);
      if (purpose.kind === 'duty') metrics.duties.inc({ duty: purpose.duty }, purpose.keys.length);
      for (const event of liquidationsOf(receipt, liquidator)) {
        const reward = event.penalty + event.incentive;
        summary.liquidations++;
        summary.reward += reward;
        metrics.liquidations.inc();
        metrics.reward.inc(Number(reward) / 1e18);
        metrics.profit.set((earned += Number(reward) / 1e18));
        log.info(
          {
            account: formatAccount(event.account),
            block: Number(event.block),
            reward: usd(reward),
            equity: usd(event.equityBefore),
            maintenanceMargin: usd(event.mmBefore),
            gas: Number(event.gasUsed),
            tx: event.txHash,
          },
          entry.purpose.kind === 'liquidation' ? 'liquidated' : 'liquidated by a version thought cancelled',
        );
        if (event.badDebtRemaining > 0n) {
          log.warn(
            { account: formatAccount(event.account), remaining: usd(event.badDebtRemaining) },
            'bad debt that the insurance fund could not cover',
          );
        }
        emit(event);
      }
    },
    failed(accounts, receipt, reason) {
      summary.gasUsed += receipt.gasUsed;
      countGas(receipt);
      for (const account of accounts) {
        summary.reverted++;
        metrics.reverted.inc();
        log.info({ account: formatAccount(account), tx: receipt.hash, reason }, 'a liquidation reverted');
        emit({ event: 'failure', account, block: receipt.blockNumber, txHash: receipt.hash, reason });
      }
    },
    failedPart(account, receipt, { skip, message }) {
      metrics.batchFailures.inc();
      log.info(
        { account: formatAccount(account), tx: receipt.hash, reason: skip, message },
        'a liquidation of a batch failed',
      );
      emit({ event: 'failure', account, block: receipt.blockNumber, txHash: receipt.hash, reason: message });
    },
    minedFailure({ nonce, purpose }, receipt) {
      summary.gasUsed += receipt.gasUsed;
      countGas(receipt);
      log.warn({ nonce, purpose: purpose.kind, tx: receipt.hash }, 'a transaction reverted');
    },
    settling({ accounts, failure }) {
      if (failure === undefined) log.info({ accounts: accounts.length }, 'settling what has expired');
      else log.debug({ accounts: accounts.length, reason: failure }, 'expired accounts not settled');
    },
    duty({ duty, sent, failures }) {
      metrics.dutyFailures.inc({ duty }, failures.length);
      if (sent.length > 0) log.info({ duty, keys: sent }, 'sent for a duty');
      for (const reason of new Set(failures)) log.warn({ duty, reason }, 'a duty could not be done');
    },
    lost({ nonce }) {
      log.error(
        { nonce },
        'a transaction that is not ours used this nonce: does another process have the key?',
      );
    },
    upkeep({ replaced, cancelled, capped, filled, gaps }) {
      metrics.nonceGap.set(gaps);
      metrics.replacements.inc(replaced.length + cancelled.length);
      for (const { nonce, fees } of replaced) {
        log.warn(
          { nonce, maxFeePerGas: fees.maxFeePerGas.toString() },
          'outbid: a transaction waits too long',
        );
      }
      for (const { nonce } of cancelled) log.info({ nonce }, 'cancelled: what waited is no longer of use');
      for (const { nonce } of capped)
        log.warn({ nonce }, 'waits at the fee cap, or at what it earns; raise maxFeePerGasGwei to outbid');
      for (const nonce of filled) log.warn({ nonce }, 'filled a gap that kept later transactions waiting');
    },
    execution({ executed, skipped, details }) {
      metrics.sent.inc(executed.filter(({ entry }) => entry !== undefined).length);
      for (const { candidate, simulated, entry } of executed) {
        log.debug(
          {
            account: formatAccount(candidate.account),
            reward: usd(simulated.penalty + simulated.incentive),
            nonce: entry?.nonce,
            tx: entry?.sent.at(-1)?.hash,
          },
          entry === undefined ? 'would liquidate' : 'sent',
        );
      }
      for (const { account, reason, message } of details) {
        log[reason === 'rpcError' || reason === 'wouldRevert' || reason === 'sendFailed' ? 'warn' : 'debug'](
          { account: formatAccount(account), reason, message },
          'skipped',
        );
      }
      const short = (skipped.get('keeperNeedsCollateral') ?? 0) > 0;
      if (short && !toldMargin) {
        log.error(
          "the keeper needs more collateral: liquidations wait for room under its account's initial margin",
        );
      }
      toldMargin = short;
    },
    ticked({ skipped, ...report }, { executed }) {
      summary.ticks++;
      metrics.setSkipped(skipped);
      metrics.accounts.set(report.accounts);
      metrics.suspects.set(report.suspects);
      metrics.liquidatable.set(report.liquidatable);
      metrics.inFlight.set(report.inFlight);
      metrics.tickSeconds.observe(report.tickMs / 1000);
      const sent = executed.filter(({ entry }) => entry !== undefined).length;
      emit({ event: 'tick', ...report, sent, skipped: Object.fromEntries(skipped) });
    },
    tickFailed(head, message) {
      summary.failedTicks++;
      metrics.failedTicks.inc();
      log.warn(
        { block: head === undefined ? undefined : Number(head.number), message },
        'tick failed, trying again',
      );
    },
    reorg(depth, rebuilt) {
      metrics.reorgs.inc();
      if (!rebuilt) {
        log.warn({ depth }, 'reorganisation followed');
        return;
      }
      metrics.rebuilds.inc();
      log.error(
        { depth },
        'a reorganisation deeper than finality: every account is read again, nothing is sent',
      );
    },
    gasPriced(price) {
      metrics.gasPriceKnown.set(price === undefined ? 0 : 1);
      if (price === undefined && gasTokenPrice !== undefined) {
        log.warn('the gas token has no price: what must be profitable waits; give gasTokenPriceUsd');
      }
      gasTokenPrice = price;
    },
    unpriced(board) {
      const told = JSON.stringify([...board]);
      if (told === toldUnpriced) return;
      toldUnpriced = told;
      for (const [underlying, reason] of board) {
        log.warn({ underlying, reason }, 'no price: accounts that hold it are unknown, not healthy');
      }
    },
  };
}

/** A wad amount of USD, cut to cents. */
function usd(wad: bigint): string {
  return formatWad(wad / 10n ** 16n, 2);
}
