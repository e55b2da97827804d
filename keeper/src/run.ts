import { encodeAccountId } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { privateKeyToAccount } from 'viem/accounts';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAlerts } from './alerts/index.ts';
import type { MarginCalls } from './alerts/marginCalls.ts';
import { AccountWatch } from './bands/accountWatch.ts';
import { MEND_SLICE_MS, mendUntil } from './bands/mendUntil.ts';
import { openChain } from './chain/viemChain.ts';
import type { ChainAccess } from './chain/viemChain.ts';
import type { BlockHead } from './chain/types.ts';
import { createTimer, createWebSocketWakeUp } from './chain/wakeUp.ts';
import type { WakeUp } from './chain/wakeUp.ts';
import { redactConfig } from './config/index.ts';
import type { KeeperConfig } from './config/index.ts';
import { createDuties, createDutyRunner } from './duties/index.ts';
import { createAttempts } from './execute/attempts.ts';
import { messageOf } from './execute/classify.ts';
import { createGasMemory } from './execute/gasMemory.ts';
import { createLiquidationPort } from './execute/liquidationPort.ts';
import type { LiquidationPort } from './execute/liquidationPort.ts';
import { createSettlementDuty } from './execute/settleExpired.ts';
import { createSettlementPort } from './execute/settlementPort.ts';
import { createSharedWork, unshared } from './execute/sharedWork.ts';
import type { SharedWork } from './execute/sharedWork.ts';
import type { Wallets } from './execute/wallets.ts';
import { createMirror } from './mirror/mirror.ts';
import { mirrorTopics } from './mirror/mirror.ts';
import type { Mirror } from './mirror/mirror.ts';
import { timedTopics } from './mirror/referenceTopics.ts';
import { feePolicy, openWallets } from './openWallets.ts';
import type { GasToken } from './openWallets.ts';
import { startOwnership } from './ownership.ts';
import type { EventSink } from './report/events.ts';
import type { Logger } from './report/logger.ts';
import { createMetrics } from './report/metrics.ts';
import type { Metrics } from './report/metrics.ts';
import { createReporter } from './report/reporter.ts';
import type { Reporter, Summary } from './report/reporter.ts';
import { startStatusServer } from './report/server.ts';
import { openKeeperStore } from './store/index.ts';
import type { KeeperStore } from './store/index.ts';
import { checkSetup, verifyChain } from './startupChecks.ts';
import type { Check } from './startupChecks.ts';
import { runTick } from './tick.ts';
import type { Rooms } from './tick.ts';
import { createTriggers, requireVaultForOrders, serveOrders } from './triggers/index.ts';
import type { Triggers } from './triggers/index.ts';
import { createFollower } from './watch/follower.ts';
import { createHeadClock } from './watch/headClock.ts';
import type { HeadClock } from './watch/headClock.ts';

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

interface Keeper extends ChainAccess {
  readonly sender: `0x${string}`;
  readonly own: AccountId;
}

/** All that a running keeper holds, and must give back. */
interface Running {
  readonly rooms: Rooms;
  /** What stands in the way of being ready, beyond the clock. */
  readonly problem: () => string | undefined;
  close(): Promise<void>;
}

/**
 * Runs a keeper until the signal. Blocks are dealt with one at a time; one that fails is tried again, with growing pauses.
 * @returns What it did.
 */
export async function runKeeper(
  config: KeeperConfig,
  { signal, log, emit = () => undefined }: RunOptions,
): Promise<Summary> {
  requireVaultForOrders(config);
  const keeper = createKeeper(config, log);
  const chainId = await verifyChain(keeper.client, config);
  log.info({ config: showable(config) }, 'starting');
  for (const { ok, message } of await checkSetup(keeper.client, config, keeper.sender, keeper.own)) {
    log[ok ? 'debug' : 'error'](message);
  }
  const metrics = createMetrics();
  const reporter = createReporter(log, metrics, emit, config.addresses.liquidator);
  const clock = createHeadClock(config.stallAfterMs, performance.now());
  const running = await open(config, keeper, chainId, reporter, metrics, log, emit);
  const { rooms } = running;
  try {
    const problem = (): string | undefined => running.problem() ?? clock.problem(performance.now());
    const stuck = (): string | undefined => clock.stuck(performance.now());
    const server = await serveStatus(config, metrics, problem, stuck);
    const orders = await serveOrders(config, rooms.triggers, log);
    emit({ event: 'start', chainId, keeper: keeper.own, dryRun: config.dryRun });
    try {
      await loop(rooms, keeper, clock, metrics, log, signal);
      await finish(rooms, keeper, log);
    } finally {
      await orders?.close();
      await server?.close();
    }
    const { ticks, failedTicks, liquidations, reward, gasUsed } = reporter.summary;
    const inFlight = rooms.lane.inFlight().length;
    emit({ event: 'stop', ticks, failedTicks, liquidations, reward, gasUsed, inFlight });
    return reporter.summary;
  } finally {
    await running.close();
  }
}

/** What a doctor looks at, without running. */
export async function checkKeeper(config: KeeperConfig): Promise<readonly Check[]> {
  const { client, sender, own } = createKeeper(config);
  await verifyChain(client, config);
  return checkSetup(client, config, sender, own);
}

function createKeeper(config: KeeperConfig, log?: Logger): Keeper {
  const { address } = privateKeyToAccount(config.privateKey);
  return {
    ...openChain({
      urls: [config.rpcUrl, ...config.rpcFallbackUrls],
      timeoutMs: config.rpcTimeoutMs,
      quorum: config.rpcQuorum,
      maxHeadLag: BigInt(config.maxHeadLagBlocks),
      onFailover: (endpoint) => log?.warn({ endpoint }, 'an endpoint did not answer'),
    }),
    sender: address,
    own: encodeAccountId(address, config.liquidatorSubAccount),
  };
}

function serveStatus(
  config: KeeperConfig,
  metrics: Metrics,
  problem: () => string | undefined,
  stuck: () => string | undefined,
) {
  const { metricsHost: host, metricsPort: port } = config;
  return port === 0
    ? undefined
    : startStatusServer({ host, port, registry: metrics.registry, problem, stuck });
}

/** Opens the store, takes what is free, and keeps it. */
async function open(
  config: KeeperConfig,
  keeper: Keeper,
  chainId: number,
  reporter: Reporter,
  metrics: Metrics,
  log: Logger,
  emit: EventSink,
): Promise<Running> {
  const mirror = createMirror(config.addresses.clearinghouse);
  const store = await openKeeperStore(config, chainId, mirror, log);
  const port = createLiquidationPort(keeper.agreeing, config.addresses, keeper.sender);
  const gasToken: GasToken = { price: undefined };
  const wallets = openWallets(config, { client: keeper.client, chainId, store, port, gasToken });
  const ownership = startOwnership(store.leases, wallets, store.shards, log);
  // a keeper that only looks owns nothing, so that it is in nobody's way
  if (!config.dryRun) await ownership.beat();
  const watch = new AccountWatch(mirror.book, { bandBudgetMs: MEND_SLICE_MS });
  const alerts = startAlerts(config, { chainId, store, mirror, watch, metrics, log });
  let rebuilding = false;
  const triggersOf = (work: SharedWork): Triggers | undefined => {
    const { registry } = metrics;
    const parts = { ...keeper, chainId, db: store.db, lane: wallets.lane, work, registry, log, emit };
    return createTriggers(config, { ...parts, policy: feePolicy(config) });
  };
  const { marginCalls } = alerts;
  const parts = { mirror, store, port, wallets, gasToken, watch, marginCalls, triggersOf };
  const rooms = createRooms(config, keeper, reporter, metrics, parts, (now) => {
    rebuilding = now;
  });
  return {
    rooms,
    problem: () =>
      rebuilding
        ? 'a reorganisation was deeper than finality: every account is read again, nothing is sent'
        : undefined,
    async close() {
      await alerts.close();
      await ownership.end();
      await store.close();
    },
  };
}

interface Parts {
  readonly mirror: Mirror;
  readonly store: KeeperStore;
  readonly port: LiquidationPort;
  readonly wallets: Wallets;
  readonly gasToken: GasToken;
  readonly watch: AccountWatch;
  readonly marginCalls: MarginCalls | undefined;
  readonly triggersOf: (work: SharedWork) => Triggers | undefined;
}

function createRooms(
  config: KeeperConfig,
  { client, agreeing, reader, own, sender }: Keeper,
  reporter: Reporter,
  metrics: Metrics,
  { mirror, store, port, wallets, gasToken, watch, marginCalls, triggersOf }: Parts,
  onRebuild: (now: boolean) => void,
): Rooms {
  const { addresses } = config;
  const { lane } = wallets;
  /** The newest block that a reorganisation left standing; what was mined after it is looked at again. */
  let standing: bigint | undefined;
  const follower = createFollower({
    reader,
    sink: store.sink,
    addresses: () => [
      addresses.clearinghouse,
      addresses.liquidator,
      rooms.references?.value.riskEngine ?? addresses.riskEngine,
    ],
    topics: mirrorTopics,
    timedTopics,
    fromBlock: config.fromBlock,
    maxBlockRange: config.maxBlockRange,
    finalityBlocks: config.finalityBlocks,
    onReorg(depth, rebuilt, cursor = -1n) {
      reporter.reorg(depth, rebuilt);
      standing = standing === undefined || cursor < standing ? cursor : standing;
      if (rebuilt) onRebuild(true);
    },
    onProgress: (cursor) => metrics.cursor.set(Number(cursor)),
  });
  const versionOf = (account: AccountId): string | undefined => store.sink.versionOf(account);
  const limits = { maxGas: config.maxGasPerTransaction, dryRun: config.dryRun };
  const { queue, shards } = store;
  const work = config.dryRun
    ? unshared
    : createSharedWork({ queue, shards, versionOf, most: config.maxAccountsPerTick });
  const rooms: Rooms = {
    client: agreeing,
    config,
    own,
    policy: feePolicy(config),
    mirror,
    watch,
    marginCalls,
    port,
    reporter,
    attempts: createAttempts(),
    references: undefined,
    gas: createGasMemory(config.batchGas > 0n),
    gasToken,
    follower: {
      get cursor() {
        return follower.cursor;
      },
      async follow(target, signal) {
        await follower.follow(target, signal);
        if (signal?.aborted === true) return;
        onRebuild(false);
        if (standing === undefined) return;
        await wallets.reopen(standing);
        await rooms.triggers?.reopen(standing);
        standing = undefined;
      },
    },
    lane,
    work,
    versionOf,
    triggers: triggersOf(work),
    duties: createDutyRunner(createDuties(config, client, own), port, lane, work, limits),
    settlement: createSettlementDuty(createSettlementPort(client, addresses, sender), lane, limits),
  };
  return rooms;
}

async function loop(
  rooms: Rooms,
  { reader, pool }: Keeper,
  clock: HeadClock,
  metrics: Metrics,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { config, reporter } = rooms;
  const wakeUp = openWakeUp(config, log);
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
    clock.beat(performance.now());
    metrics.headLag.set(Number(clock.lag));
    metrics.staleEndpoints.set(pool.stale().length);
    const pause = Math.min(config.pollIntervalMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
    const wait = wakeUp.next(Math.max(pause, failures === 0 ? config.pollIntervalMs : 0), signal);
    await mendUntil(rooms.watch, wait);
  }
  wakeUp.close();
}

function openWakeUp({ wsUrl }: KeeperConfig, log: Logger): WakeUp {
  if (wsUrl === undefined) return createTimer();
  return createWebSocketWakeUp(wsUrl, (message) => log.warn(message));
}

/** Sees what can still be seen of what was sent; the journal keeps the rest. */
async function finish(rooms: Rooms, { reader }: Keeper, log: Logger): Promise<void> {
  const { lane, config, reporter } = rooms;
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
