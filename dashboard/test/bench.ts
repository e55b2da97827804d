// `npm run bench:dashboard`: what the dashboard and the SDK cost a visitor, in a headless Chromium, beside their goals. Exits 0 whether or
// not goals are met.
//   --json   prints the measurements as an array
import { parseArgs } from 'node:util';
import { ensureDashboard } from '../server/ensureDashboard.ts';
import { findChromium, NO_CHROMIUM } from './support/browser.ts';
import { browserFigures } from './bench/browserFigures.ts';
import type { Measurement } from '../../scripts/bench/measurement.ts';
import { printTable } from '../../scripts/bench/printTable.ts';
import { BUNDLE_LIMIT_KB, bundleKb } from '../../scripts/bundleSize.ts';
import { buildSdk } from '../../scripts/sdk/buildSdk.ts';
import { CORE_LIMIT_KB, measureSdk } from '../../scripts/sdk/measureSdk.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const chromium = findChromium();
if (chromium === undefined) {
  console.error(`bench:dashboard: ${NO_CHROMIUM}`);
  process.exit(1);
}

await ensureDashboard();
await buildSdk();
const { core } = await measureSdk();
const size = (name: string, value: number, goal: number, note: string): Measurement => ({
  name,
  value: Math.round(value * 10) / 10,
  unit: 'kB',
  goal,
  peer: null,
  note,
});
const rows: readonly Measurement[] = [
  ...(await browserFigures(chromium)),
  size('dashboard', bundleKb(), BUNDLE_LIMIT_KB, 'all scripts, styles and HTML, gzip'),
  size('sdk core', core, CORE_LIMIT_KB, 'every action, errors, orders; without viem, gzip'),
];
if (values.json) console.log(JSON.stringify(rows, null, 2));
else printTable(rows);
// the chain's connections keep no process
process.exit(0);
