import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const TETHER = new URL('./tether.mjs', import.meta.url).href;
const GRACE_MS = 5_000;
const KEPT_LINES = 30;

export interface Child {
  readonly name: string;
  /** Ends it, gracefully first. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Settles when it ends: with its exit code, or null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** The last lines it wrote to standard error (and those of standard output that nobody wanted). */
  tail(): string;
}

export interface ChildOptions {
  readonly name: string;
  /** Script and arguments for this process's own Node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called for each line of standard output. */
  readonly onLine: (line: string) => void;
}

type Spawned = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a Node process that never outlives this one. */
export function startChild(options: ChildOptions): Child {
  const spawned: Spawned = spawn(process.execPath, ['--import', TETHER, ...options.args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // a group of its own: Ctrl-C in a terminal reaches this process only, which ends its children when it is done
    detached: true,
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
  };
  createInterface({ input: spawned.stdout }).on('line', options.onLine);
  createInterface({ input: spawned.stderr }).on('line', keep);
  // the pipe breaks when the child ends first
  spawned.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    spawned.once('error', (error) => {
      keep(error.message);
      resolve(null);
    });
    spawned.once('close', resolve);
  });
  return { name: options.name, ended, tail: () => lines.join('\n'), stop: () => stop(spawned, ended) };
}

async function stop(spawned: Spawned, ended: Promise<number | null>): Promise<void> {
  if (spawned.exitCode === null && spawned.signalCode === null) {
    spawned.kill('SIGTERM');
    const timer = setTimeout(() => spawned.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** The repository's root, from which Hardhat and the keeper run. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
