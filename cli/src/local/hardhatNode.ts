import { startChild, ROOT } from './children.ts';
import type { Child } from './children.ts';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const START_TIMEOUT_MS = 60_000;
const STARTED = /Started HTTP .* at (http:\/\/\S+?)\/?\s*$/;
// the terminal's colours would end up in the address
const NO_COLOR = { NO_COLOR: '1', FORCE_COLOR: undefined };

export interface HardhatNode {
  readonly url: string;
  readonly child: Child;
}

/** Starts a Hardhat node on a port that the system picks, and waits until it answers. */
export async function startHardhatNode(): Promise<HardhatNode> {
  let onStarted: (url: string) => void;
  const started = new Promise<string>((resolve) => (onStarted = resolve));
  const child = startChild({
    name: 'hardhat node',
    args: [hardhatCli(), 'node', '--hostname', '127.0.0.1', '--port', '0'],
    cwd: ROOT,
    env: { ...process.env, ...NO_COLOR },
    onLine: (line) => {
      const url = STARTED.exec(line)?.[1];
      if (url !== undefined) onStarted(url);
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), START_TIMEOUT_MS);
  });
  const url = await Promise.race([started, timeout, child.ended.then(() => undefined)]);
  clearTimeout(timer);
  if (url === undefined) {
    await child.stop();
    throw new Error(`the Hardhat node did not start:\n${child.tail()}`);
  }
  return { url, child };
}

/** The script of the `hardhat` command. */
export function hardhatCli(): string {
  const manifest = createRequire(import.meta.url).resolve('hardhat/package.json');
  return join(dirname(manifest), 'dist', 'src', 'cli.js');
}
