import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config/index.ts';
import type { KeeperConfig } from '../../src/config/index.ts';
import type { KeeperEvent, TickEvent } from '../../src/report/events.ts';
import { createLogger } from '../../src/report/logger.ts';
import { runKeeper } from '../../src/run.ts';
import { freePort } from '../../../cli/src/local/freePort.ts';

/** A process that does not answer so long is stopped, or gone. */
const ANSWER_MS = 3_000;

/** Settings by way of a file, as a person would give them. */
export async function configOf(settings: object): Promise<KeeperConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'novate-keeper-test-'));
  try {
    const path = join(folder, 'keeper.json');
    const common = {
      pollIntervalMs: 20,
      dataDir: 'memory',
      logLevel: 'silent',
      minProfitUsd: -100,
      // tests count transactions
      reservePositions: 0,
    };
    await writeFile(path, JSON.stringify({ ...common, ...settings }));
    return (await loadConfig({ args: ['--config', path], env: {} })).config;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The real keeper, running in this process. */
export interface RunningKeeper {
  readonly events: readonly KeeperEvent[];
  readonly metricsPort: number;
  lastTick(): TickEvent | undefined;
  /** Waits until a block was dealt with. */
  ticked(block: bigint, patienceMs?: number): Promise<TickEvent>;
  /** Sum of a metric over its labels, or of one label: `name{label="value"}`. */
  metric(name: string): Promise<number>;
  /** Undefined while it calls itself ready, else why not. */
  unready(): Promise<string | undefined>;
  stop(): Promise<void>;
}

export async function runTestKeeper(settings: object): Promise<RunningKeeper> {
  const metricsPort = await freePort();
  const config = await configOf({ ...settings, metricsPort });
  const aborter = new AbortController();
  const events: KeeperEvent[] = [];
  const running = runKeeper(config, {
    signal: aborter.signal,
    log: createLogger('silent'),
    emit: (event) => void events.push(event),
  });
  let failure: Error | undefined;
  running.catch((error: unknown) => (failure = error instanceof Error ? error : new Error(String(error))));
  return {
    ...watchKeeper(events, metricsPort, () => failure),
    async stop() {
      aborter.abort();
      await running;
    },
  };
}

/** What can be seen of a keeper from its events and its status port. @param failure Why it has ended, if so. */
export function watchKeeper(
  events: readonly KeeperEvent[],
  metricsPort: number,
  failure: () => Error | undefined,
): Omit<RunningKeeper, 'stop'> {
  const ask = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${metricsPort}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
  const lastTick = (): TickEvent | undefined =>
    events.findLast((event): event is TickEvent => event.event === 'tick');
  return {
    events,
    metricsPort,
    lastTick,
    async ticked(block, patienceMs = 60_000) {
      for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(5)) {
        const ended = failure();
        if (ended !== undefined) throw ended;
        const tick = lastTick();
        if (tick !== undefined && tick.block >= block) return tick;
      }
      throw new Error(`the keeper has not dealt with block ${block}, only with ${lastTick()?.block}`);
    },
    async metric(name) {
      const text = await (await ask('/metrics')).text();
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async unready() {
      const answer = await ask('/readyz').catch(() => undefined);
      if (answer === undefined) return 'does not answer';
      return answer.ok ? undefined : (await answer.text()).trim();
    },
  };
}
