import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SkipCounts } from '../decide/skip.ts';
import { SKIP_REASONS } from '../decide/skip.ts';

/** What a keeper measures about itself. */
export type Metrics = ReturnType<typeof createMetrics>;

const TICK_BUCKETS_SEC = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics in a registry of their own, so that two keepers in one process do not mix. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `novate_keeper_${name}`, help, registers });
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `novate_keeper_${name}`, help, registers });
  const skipped = new Gauge({
    name: 'novate_keeper_skipped',
    help: 'Accounts left alone in the last tick, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const labelled = (name: string, help: string): Counter<'duty'> =>
    new Counter({ name: `novate_keeper_${name}`, help, labelNames: ['duty'] as const, registers });
  return {
    registry,
    headLag: gauge('head_lag_blocks', 'Blocks between the newest head seen and the newest dealt with'),
    staleEndpoints: gauge('stale_endpoints', 'Endpoints whose head is too far behind the best one'),
    cursor: gauge('cursor_block', 'Last block whose events have been taken in'),
    accounts: gauge('accounts', 'Accounts in the mirror'),
    suspects: gauge('suspects', 'Accounts that screening could not call healthy in the last tick'),
    liquidatable: gauge('liquidatable', 'Accounts below maintenance margin in the last tick'),
    inFlight: gauge('in_flight', 'Transactions sent and not yet seen mined'),
    nonceGap: gauge('nonce_gap', 'Nonces that keep later ones waiting, and nothing of ours stands for'),
    tickSeconds: new Histogram({
      name: 'novate_keeper_tick_seconds',
      help: 'Time to deal with a block',
      buckets: TICK_BUCKETS_SEC,
      registers,
    }),
    failedTicks: counter('failed_ticks_total', 'Ticks that failed and were tried again'),
    reorgs: counter('reorgs_total', 'Reorganisations followed'),
    rebuilds: counter('rebuilds_total', 'Reorganisations deeper than finality: raise an alert'),
    sent: counter('sent_total', 'Liquidations sent'),
    liquidations: counter('liquidations_total', 'Liquidations mined'),
    reverted: counter('reverted_total', 'Liquidations mined that reverted'),
    batchFailures: counter('batch_failures_total', 'Liquidations that failed inside a batch that was mined'),
    duties: labelled('duties_total', 'Things done by other duties than liquidating, mined'),
    dutyFailures: labelled('duty_failures_total', 'Things of other duties that could not be done'),
    alerts: counter('alerts_total', 'Margin calls raised'),
    alertsDelivered: counter('alerts_delivered_total', 'Messages that a webhook took'),
    alertFailures: counter('alert_failures_total', 'Messages that a webhook did not take, each try'),
    settled: counter('settled_total', 'Accounts whose expired positions were turned into cash'),
    replacements: counter('replacements_total', 'Transactions replaced by a higher bid or cancelled'),
    reward: counter('reward_usd_total', 'Penalties and incentives earned, USD'),
    gas: counter('gas_total', 'Gas used'),
    gasUsd: counter('gas_usd_total', 'Gas paid, USD, where the gas token had a price'),
    profit: gauge('profit_usd', 'Penalties and incentives less gas since the start, USD'),
    gasPriceKnown: gauge('gas_price_known', '1 where the gas token has a price, else 0'),
    setSkipped(counts: SkipCounts): void {
      for (const reason of SKIP_REASONS) skipped.set({ reason }, counts.get(reason) ?? 0);
    },
  };
}
