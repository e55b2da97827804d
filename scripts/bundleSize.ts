import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesUnder } from './files.ts';
import { ROOT } from './process.ts';

/** What all scripts, styles and HTML of the dashboard may have, compressed. */
export const BUNDLE_LIMIT_KB = 400;
const COUNTED = new Set(['.js', '.css', '.html']);

/** The files of dashboard/dist that count, compressed, the largest first. */
export function bundleFiles(): { readonly path: string; readonly bytes: number }[] {
  const dist = join(ROOT, 'dashboard', 'dist');
  return filesUnder(dist, '')
    .filter((path) => COUNTED.has(extname(path)))
    .map((path) => ({ path, bytes: gzipSync(readFileSync(join(dist, path)), { level: 9 }).length }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** All of them together, kB (1000 bytes). */
export function bundleKb(files = bundleFiles()): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
}
