// Prints how large the dashboard is when compressed, file by file, and fails where all of it is more than it may be.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesUnder } from './files.ts';
import { ROOT } from './process.ts';

const LIMIT_KB = 400;
const COUNTED = new Set(['.js', '.css', '.html']);

const dist = join(ROOT, 'dashboard', 'dist');
const sizes = filesUnder(dist, '')
  .filter((path) => COUNTED.has(extname(path)))
  .map((path) => ({ path, bytes: gzipSync(readFileSync(join(dist, path)), { level: 9 }).length }))
  .sort((a, b) => b.bytes - a.bytes);
for (const { path, bytes } of sizes) console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${path}`);
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
console.log(`${total.toFixed(1).padStart(7)} kB  compressed in all, at most ${LIMIT_KB} kB`);
if (sizes.length === 0) {
  console.error('check-bundle: dashboard/dist is empty; run "npm run build -w dashboard"');
  process.exit(1);
}
if (total > LIMIT_KB) {
  console.error(
    `check-bundle: ${(total - LIMIT_KB).toFixed(1)} kB too much; load less, or load it from fewer packages`,
  );
  process.exit(1);
}
