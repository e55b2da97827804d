import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, startChild } from '../local/children.ts';
import type { LocalChain } from '../local/chain.ts';
import { freePort } from '../local/freePort.ts';
import type { StackAddresses } from '../local/deployLocal.ts';
import type { Person } from '../seed/traders.ts';

/** The real keeper, as a process of its own that knows the chain by JSON-RPC only. */
export interface KeeperProcess {
  /** Whether the keeper says within `timeoutMs` that it has dealt with this block. */
  waitForBlock(blockNumber: bigint, timeoutMs: number): Promise<boolean>;
  /** Where it serves what it measures. */
  readonly metricsUrl: string;
  /** Where it takes stop-loss and take-profit orders. */
  readonly ordersUrl: string;
  stop(): Promise<void>;
}

const STARTED_WITHIN_MS = 60_000;

/** Starts the keeper and waits until it follows the chain. */
export async function startKeeper(
  chain: LocalChain,
  stack: StackAddresses,
  keeper: Person,
): Promise<KeeperProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'novate-keeper-'));
  const config = join(folder, 'keeper.json');
  const [metricsPort, ordersPort] = [await freePort(), await freePort()];
  await writeFile(config, JSON.stringify({ ...settings(chain, stack, keeper), metricsPort, ordersPort }), {
    mode: 0o600,
  });
  const waiters = new Set<() => void>();
  let handled = -1n;
  const child = startChild({
    name: 'keeper',
    args: ['keeper/src/main.ts', '--config', config, '--events', 'ndjson'],
    cwd: ROOT,
    onLine: (line) => {
      const block = blockOf(line);
      if (block === undefined || block <= handled) return;
      handled = block;
      waiters.forEach((wake) => wake());
    },
  });
  let ended = false;
  void child.ended.then(() => {
    ended = true;
    waiters.forEach((wake) => wake());
  });
  const waitForBlock = async (blockNumber: bigint, timeoutMs: number): Promise<boolean> => {
    const end = performance.now() + timeoutMs;
    while (handled < blockNumber) {
      if (ended) throw new Error(`the keeper ended unexpectedly:\n${child.tail()}`);
      const left = end - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiters.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        waiters.add(wake);
      });
    }
    return true;
  };
  // its store takes a moment to open; whoever watches it should find it there
  const { number } = await chain.latest();
  if (!(await waitForBlock(number, STARTED_WITHIN_MS))) {
    throw new Error(
      `the keeper has not dealt with block ${number} in ${STARTED_WITHIN_MS / 1000} s:\n${child.tail()}`,
    );
  }
  return {
    waitForBlock,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    ordersUrl: `http://127.0.0.1:${ordersPort}`,
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function settings(chain: LocalChain, stack: StackAddresses, { privateKey }: Person) {
  const {
    clearinghouse,
    liquidator,
    orderMatcher,
    riskEngine,
    priceRouter,
    marginLens,
    insuranceFund,
    liquidityVault,
    accessManager,
  } = stack;
  return {
    rpcUrl: chain.url,
    addresses: {
      clearinghouse,
      liquidator,
      orderMatcher,
      riskEngine,
      priceRouter,
      marginLens,
      insuranceFund,
      liquidityVault,
      accessManager,
    },
    privateKey,
    pollIntervalMs: 10,
    // the chain ends with the play
    dataDir: 'memory',
    // the last dollars of an account are taken too, although they are not worth the gas
    minProfitUsd: '-100',
    logLevel: 'warn',
  };
}

/** The block that a line says the keeper has dealt with. */
function blockOf(line: string): bigint | undefined {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== 'object' || event === null || !('event' in event) || event.event !== 'tick')
      return undefined;
    return 'block' in event ? BigInt(String(event.block)) : undefined;
  } catch {
    return undefined;
  }
}
