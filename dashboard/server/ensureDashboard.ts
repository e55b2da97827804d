import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DASHBOARD, DIST } from './paths.ts';

/** What the built page is made of. */
const SOURCES = ['src', 'index.html', 'vite.config.ts', 'package.json', '../sdk/src'];

/** Builds the page where it is missing or older than its sources. @returns whether it was built */
export async function ensureDashboard(): Promise<boolean> {
  const built = await newest(join(DIST, 'index.html'));
  const changed = await Promise.all(SOURCES.map((source) => newest(join(DASHBOARD, source))));
  if (built > Math.max(...changed)) return false;
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  await runQuietly([vite, 'build', '--logLevel', 'warn']);
  return true;
}

/** When the newest file at or below a path was written; 0 where there is none. */
async function newest(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(
    files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs),
  );
  return times.reduce((latest, time) => Math.max(latest, time), 0);
}

function runQuietly(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: DASHBOARD, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (text: Buffer): void => void (output += text.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the dashboard does not build:\n${output.trim()}`));
    });
  });
}
