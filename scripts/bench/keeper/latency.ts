// From a price to the transaction: a real keeper process on a real node, through a proxy that notes when requests arrive.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeFunctionData, parseAbi } from 'viem';
import { ROOT, startChild } from '../../../cli/src/local/children.ts';
import type { Child } from '../../../cli/src/local/children.ts';
import { ensureBuilt } from '../../../cli/src/local/ensureBuilt.ts';
import { startHardhatNode } from '../../../cli/src/local/hardhatNode.ts';
import { startFaultProxy } from '../../../keeper/test/faults/faultProxy.ts';
import type { FaultProxy } from '../../../keeper/test/faults/faultProxy.ts';
import { openStage } from '../../../keeper/test/helpers/stage.ts';
import type { Stage } from '../../../keeper/test/helpers/stage.ts';
import type { Measurement } from '../measurement.ts';

const TRADERS = 3;
const FIRST_PRICE = 4_430;
/** Enough to put accounts that were restored to 1.2 times their margin below it again. */
const STEP = 1.03;
const GOAL_MS = 250;
const PATIENCE_MS = 60_000;
const WARM_ROUNDS = 3;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

export interface LatencyOptions {
  readonly rounds: number;
  /** Prints when each request of a round arrived. */
  readonly trace: boolean;
}

/** What arrived at the node, and when. */
interface Arrival {
  readonly method: string;
  readonly atMs: number;
}

/** The keeper, and how far it has come. */
interface Running {
  readonly child: Child;
  /** Waits until it has dealt with a block. */
  ticked(block: bigint): Promise<void>;
}

export async function benchLatency(options: LatencyOptions): Promise<readonly Measurement[]> {
  await ensureBuilt();
  const node = await startHardhatNode();
  const folder = await mkdtemp(join(tmpdir(), 'novate-bench-'));
  const arrivals: Arrival[] = [];
  const proxy = await startFaultProxy(node.url, (method) =>
    arrivals.push({ method, atMs: performance.now() }),
  );
  try {
    const stage = await openStage(node.url, { traders: TRADERS, size: 100, keeperCash: 10n ** 25n });
    const keeper = await startKeeper(stage, proxy, folder);
    try {
      return toRows(await playRounds(stage, keeper, arrivals, options), proxy.sockets > 0);
    } finally {
      await keeper.child.stop();
    }
  } finally {
    await proxy.close();
    await node.child.stop();
    await rm(folder, { recursive: true });
  }
}

async function startKeeper(stage: Stage, { url, wsUrl }: FaultProxy, folder: string): Promise<Running> {
  const path = join(folder, 'keeper.json');
  const privateKey = stage.keepers[0]?.privateKey;
  const { addresses } = stage;
  // everything else as it comes: the embedded database on disk, all duties
  const settings = { rpcUrl: url, wsUrl, privateKey, addresses, planMode: 'protocol', events: 'ndjson' };
  const more = { dataDir: join(folder, 'data'), logLevel: 'error', maxFeePerGasGwei: 5_000 };
  await writeFile(path, JSON.stringify({ ...settings, ...more }));
  let last = -1n;
  const child = startChild({
    name: 'keeper',
    args: [join(ROOT, 'keeper/src/main.ts'), '--config', path],
    cwd: ROOT,
    onLine: (line) => {
      const event = JSON.parse(line) as { event: string; block?: string };
      if (event.event === 'tick') last = BigInt(event.block ?? -1);
    },
  });
  async function ticked(block: bigint): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; last < block; await sleep(5)) {
      if (performance.now() > end) throw new Error(`the keeper stands at block ${last}:\n${child.tail()}`);
    }
  }
  await ticked((await stage.chain.mine()).number);
  return { child, ticked };
}

/** @returns Milliseconds from before the price's block is mined until the node is offered a liquidation, by round. */
async function playRounds(
  stage: Stage,
  keeper: Running,
  arrivals: Arrival[],
  { rounds, trace }: LatencyOptions,
): Promise<readonly number[]> {
  const times: number[] = [];
  let price = FIRST_PRICE;
  for (let round = -WARM_ROUNDS; round < rounds; ++round) {
    price *= STEP;
    await offerPrice(stage, price);
    // whatever the keeper does by the clock is at another point each time
    await sleep(20 + ((37 * (round + WARM_ROUNDS)) % 150));
    arrivals.length = 0;
    const startedAt = performance.now();
    const mined = stage.chain.request('evm_mine', []);
    const sent = await sending(arrivals);
    await mined;
    if (round >= 0) times.push(sent.atMs - startedAt);
    if (trace)
      for (const { method, atMs } of arrivals) console.log(`${(atMs - startedAt).toFixed(1)} ${method}`);
    // twice: what it sent is mined, and seen to be
    for (let i = 0; i < 2; ++i) {
      await keeper.ticked((await stage.chain.latest()).number);
      await stage.chain.mine();
    }
    await keeper.ticked((await stage.chain.latest()).number);
  }
  return times;
}

/** Puts a price that makes every trader liquidatable into the pool; it counts once a block is mined. */
async function offerPrice({ chain, stack }: Stage, price: number): Promise<void> {
  const args = [BigInt(Math.round(price * 1e8))] as const;
  const data = encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args });
  await chain.send([{ from: chain.deployer, to: stack.ethFeed, data, gas: 200_000n, label: 'price' }]);
}

async function sending(arrivals: readonly Arrival[]): Promise<Arrival> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(2)) {
    const found = arrivals.find(({ method }) => method === 'eth_sendRawTransaction');
    if (found !== undefined) return found;
  }
  throw new Error('the keeper sends nothing');
}

function toRows(times: readonly number[], bySocket: boolean): readonly Measurement[] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN) * 10) / 10;
  const how = `${times.length} prices, Hardhat node, ${bySocket ? 'woken by WebSocket' : 'polling'}`;
  return [
    {
      name: 'priceToTxMs',
      value: at(0.5),
      unit: 'ms',
      goal: GOAL_MS,
      peer: null,
      note: `median from before the price's block is mined until the node is offered the liquidation; ${how}`,
    },
    {
      name: 'priceToTxP90Ms',
      value: at(0.9),
      unit: 'ms',
      goal: null,
      peer: null,
      note: `the slowest ${at(1)} ms, the fastest ${at(0)} ms`,
    },
  ];
}
