import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { KeeperEvent } from '../../src/report/events.ts';
import { watchKeeper } from './keeperRun.ts';
import type { RunningKeeper } from './keeperRun.ts';
import { freePort } from '../../../cli/src/local/freePort.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const SKEWED = pathToFileURL(join(import.meta.dirname, 'skewedClock.ts')).href;

/** The keeper as people run it: a process of its own, which can be stopped, killed, or given a wrong clock. */
export interface KeeperProcess extends RunningKeeper {
  signal(signal: NodeJS.Signals): void;
  /** Resolves once the process is gone. */
  readonly ended: Promise<void>;
}

/** @param clockSkewMs How far its clock is ahead; the right time unless given. */
export async function startKeeperProcess(settings: object, clockSkewMs?: number): Promise<KeeperProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'novate-keeper-process-'));
  const metricsPort = await freePort();
  const path = join(folder, 'keeper.json');
  const common = { pollIntervalMs: 50, dataDir: 'memory', logLevel: 'error', events: 'ndjson' };
  await writeFile(path, JSON.stringify({ ...common, ...settings, metricsPort }));
  const skew = clockSkewMs === undefined ? [] : ['--import', SKEWED];
  const child = spawn(process.execPath, [...skew, MAIN, '--config', path], {
    env: { ...process.env, CLOCK_SKEW_MS: String(clockSkewMs ?? 0) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events: KeeperEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void events.push(eventOf(line)));
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      failure = new Error(`the keeper's process has ended with ${signal ?? code}`);
      resolve();
    });
  });
  return {
    ...watchKeeper(events, metricsPort, () => failure),
    signal: (signal) => void child.kill(signal),
    ended,
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Only what tests look at is put back to what it was: the block, and the account of a liquidation. */
function eventOf(line: string): KeeperEvent {
  return JSON.parse(line, (key, value: unknown) => {
    if (key === 'block' && typeof value === 'number') return BigInt(value);
    return key === 'account' && typeof value === 'string' ? BigInt(value) : value;
  }) as KeeperEvent;
}
