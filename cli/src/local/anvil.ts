import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './freePort.ts';

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export interface AnvilNode {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts Anvil on a free port and waits until it answers.
 * @param args Options of Anvil's own
 * @throws Error where there is no Anvil for this platform, or it does not answer
 */
export async function startAnvil(args: readonly string[] = []): Promise<AnvilNode> {
  const port = await freePort();
  const child = spawn(anvilBinary(), ['--port', String(port), '--quiet', ...args], { stdio: 'ignore' });
  const kill = (): boolean => child.kill('SIGKILL');
  // it never outlives this process
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  return {
    url,
    async stop() {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  const headers = { 'content-type': 'application/json' };
  for (const end = performance.now() + START_TIMEOUT_MS; performance.now() < end; await sleep(POLL_MS)) {
    if (child.exitCode !== null) throw new Error(`Anvil ended at once with exit code ${child.exitCode}`);
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.ok === true) return;
  }
  child.kill('SIGKILL');
  throw new Error(`Anvil did not answer at ${url} within ${START_TIMEOUT_MS / 1_000} s`);
}

/** The package of the platform; the `anvil` command is a Node script around it. */
function anvilBinary(): string {
  const { platform, arch } = process;
  const name = `@foundry-rs/anvil-${platform}-${arch === 'x64' ? 'amd64' : arch}/package.json`;
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(`there is no Anvil for ${platform} ${arch} among the installed packages`, { cause });
  }
  return join(dirname(manifest), 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil');
}
