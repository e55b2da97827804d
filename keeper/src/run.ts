import { encodeAccountId } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { privateKeyToAccount } from 'viem/accounts';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountWatch } from './bands/accountWatch.ts';
import { createChainReader, createChainWriter, createKeeperClient } from './chain/viemChain.ts';
import type { KeeperClient } from './chain/viemChain.ts';
import type { BlockHead } from './chain/types.ts';
import { redactConfig } from './config/index.ts';
import type { KeeperConfig } from './config/index.ts';
import { createAttempts } from './execute/attempts.ts';
import { messageOf } from './execute/classify.ts';
import { openJournal } from './execute/journal.ts';
import { createLane } from './execute/lane.ts';
import { createLiquidationPort } from './execute/liquidationPort.ts';
import { createSettlementDuty } from './execute/settleExpired.ts';
import { createSettlementPort } from './execute/settlementPort.ts';
import { createMirror } from './mirror/mirror.ts';
import { mirrorTopics } from './mirror/mirror.ts';
import { timedTopics } from './mirror/referenceTopics.ts';
import type { EventSink } from './report/events.ts';
import type { Logger } from './report/logger.ts';
import { createMetrics } from './report/metrics.ts';
import type { Metrics } from './report/metrics.ts';
import { createReporter } from './report/reporter.ts';
import type { Reporter, Summary } from './report/reporter.ts';
import { startStatusServer } from './report/server.ts';
import { checkSetup, verifyChain } from './startupChecks.ts';
import type { Check } from './startupChecks.ts';
import { initialGas, runTick } from './tick.ts';
import type { Rooms } from './tick.ts';
import { createFollower } from './watch/follower.ts';
import { createHeadClock } from './watch/headClock.ts';
import type { HeadClock } from './watch/headClock.ts';

/** What a tick may spend on computing bands; the rest of them wait, and are judged each tick instead. */
const BAND_BUDGET_MS = 15;
const LONGEST_PAUSE_MS = 10_000;
/** How long a stopping keeper waits for what it has sent. */
const GRACE_MS = 2_000;

export interface RunOptions {
  /** Ends the run, gracefully. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Takes every event; nothing unless given. */
  readonly emit?: EventSink;
}

interface Keeper {
  readonly client: KeeperClient;
  readonly sender: `0x${string}`;
  readonly own: AccountId;
}

/**
 * Runs a keeper until the signal. Blocks are dealt with one at a time; one that fails is tried again, with growing pauses.
 * @returns What it did.
 */
export async function runKeeper(
  config: KeeperConfig,
  { signal, log, emit = () => undefined }: RunOptions,
): Promise<Summary> {
  const keeper = createKeeper(config);
  const chainId = await verifyChain(keeper.client, config);
  log.info({ config: showable(config) }, 'starting');
  for (const { ok, message } of await checkSetup(keeper.client, config, keeper.sender, keeper.own)) {
    log[ok ? 'debug' : 'error'](message);
  }
  const metrics = createMetrics();
  const reporter = createReporter(log, metrics, emit, config.addresses.liquidator);
  const clock = createHeadClock(config.stallAfterMs, performance.now());
  const rooms = await openRooms(config, keeper, chainId, reporter, metrics);
  const server =
    config.metricsPort === 0
      ? undefined
      : await startStatusServer({
          host: config.metricsHost,
          port: config.metricsPort,
          registry: metrics.registry,
          problem: () => clock.problem(performance.now()),
        });
  emit({ event: 'start', chainId, keeper: keeper.own, dryRun: config.dryRun });
  try {
    await loop(rooms, clock, metrics, signal);
    await finish(rooms, log);
  } finally {
    await server?.close();
  }
  const { summary } = reporter;
  const { ticks, failedTicks, liquidations, reward, gasUsed } = summary;
  emit({
    event: 'stop',
    ticks,
    failedTicks,
    liquidations,
    reward,
    gasUsed,
    inFlight: rooms.lane.inFlight().length,
  });
  return summary;
}

/** What a doctor looks at, without running. */
export async function checkKeeper(config: KeeperConfig): Promise<readonly Check[]> {
  const { client, sender, own } = createKeeper(config);
  await verifyChain(client, config);
  return checkSetup(client, config, sender, own);
}

function createKeeper(config: KeeperConfig): Keeper {
  const { address } = privateKeyToAccount(config.privateKey);
  return {
    client: createKeeperClient(config.rpcUrl, config.rpcTimeoutMs),
    sender: address,
    own: encodeAccountId(address, config.liquidatorSubAccount),
  };
}

async function openRooms(
  config: KeeperConfig,
  { client, own }: Keeper,
  chainId: number,
  reporter: Reporter,
  metrics: Metrics,
): Promise<Rooms> {
  const { addresses } = config;
  const mirror = createMirror(addresses.clearinghouse);
  const key = privateKeyToAccount(config.privateKey);
  const policy = {
    maxFeePerGas: config.maxFeePerGasGwei,
    priorityFee: config.priorityFeeGwei,
    bumpPercent: config.feeBumpPercent,
  };
  const port = createLiquidationPort(client, addresses, key.address);
  const lane = createLane({
    writer: createChainWriter(client, key, chainId),
    journal: await openJournal(config.journalPath),
    policy,
    replaceAfterBlocks: config.replaceAfterBlocks,
    async stillWanted({ body }, head) {
      try {
        await port.replay(body, head.number);
        return true;
      } catch {
        return false;
      }
    },
  });
  const rooms: Rooms = {
    client,
    config,
    own,
    policy,
    mirror,
    watch: new AccountWatch(mirror.book, { bandBudgetMs: BAND_BUDGET_MS }),
    port,
    reporter,
    attempts: createAttempts(),
    references: undefined,
    meanGas: initialGas,
    follower: createFollower({
      reader: createChainReader(client),
      sink: mirror,
      addresses: () => [
        addresses.clearinghouse,
        addresses.liquidator,
        rooms.references?.value.riskEngine ?? addresses.riskEngine,
      ],
      topics: mirrorTopics,
      timedTopics,
      fromBlock: config.fromBlock,
      maxBlockRange: config.maxBlockRange,
      onReorg: (depth, rebuilt) => reporter.reorg(depth, rebuilt),
      onProgress: (cursor) => metrics.cursor.set(Number(cursor)),
    }),
    lane,
    settlement: createSettlementDuty(createSettlementPort(client, addresses, key.address), lane, {
      maxGas: config.maxGasPerTransaction,
      dryRun: config.dryRun,
    }),
  };
  return rooms;
}

async function loop(rooms: Rooms, clock: HeadClock, metrics: Metrics, signal: AbortSignal): Promise<void> {
  const { config, reporter } = rooms;
  const reader = createChainReader(rooms.client);
  let failures = 0;
  while (!signal.aborted) {
    let head: BlockHead | undefined;
    try {
      head = await reader.getHead();
      clock.see(head, performance.now());
      if (head.hash !== clock.completed?.hash) {
        await runTick(rooms, head, signal);
        if (!signal.aborted) clock.complete(head, performance.now());
      }
      failures = 0;
    } catch (error) {
      failures++;
      reporter.tickFailed(head, messageOf(error));
    }
    metrics.headLag.set(Number(clock.lag));
    const pause = Math.min(config.pollIntervalMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
    // an abort ends the pause too
    await sleep(Math.max(pause, failures === 0 ? config.pollIntervalMs : 0), undefined, { signal }).catch(
      () => undefined,
    );
  }
}

/** Sees what can still be seen of what was sent; the journal keeps the rest. */
async function finish(rooms: Rooms, log: Logger): Promise<void> {
  const { lane, config, reporter } = rooms;
  const reader = createChainReader(rooms.client);
  const end = performance.now() + GRACE_MS;
  try {
    while (lane.inFlight().length > 0 && performance.now() < end) {
      for (const outcome of await lane.settle(await reader.getHead())) {
        if (outcome.kind === 'mined' && outcome.receipt.succeeded)
          reporter.minedSuccess(outcome.entry, outcome.receipt);
      }
      if (lane.inFlight().length > 0) await sleep(config.pollIntervalMs);
    }
  } catch (error) {
    log.warn({ message: messageOf(error) }, 'could not look after what was sent');
  }
  const left = lane.inFlight();
  for (const { nonce, sent } of left) log.warn({ nonce, tx: sent.at(-1)?.hash }, 'still in flight');
  const { ticks, liquidations, reverted } = reporter.summary;
  log.info({ ticks, liquidations, reverted, inFlight: left.length }, 'stopped');
}

function showable(config: KeeperConfig): Record<string, unknown> {
  const text = JSON.stringify(redactConfig(config), (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
