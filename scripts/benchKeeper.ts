// `npm run bench:keeper`: what a keeper's work costs, beside goals and peers. Exits 0 whether or not goals are met.
//   --json            prints the measurements as an array
//   --accounts N      100,000 unless given
//   --ticks N         1,000 unless given
//   --tick-sec N      seconds between blocks, 12 unless given
//   --mend-ms N       milliseconds that bands may be computed for between two ticks, 1,000 unless given: half of a block of 2 s
//   --prices A,B,C    candle files (btc-..., eth-..., sol-...) whose returns are played, scaled to ticks by the root of time
//   --seed N          1 unless given
//   --cpu-time        measures the bands in CPU time instead of wall time: for a machine that others use too
//   --rounds N        prices until the keeper's transaction is there, 30 unless given
//   --trace           prints when each request of such a round arrived at the node
//   --only a,b        parts: bands, brute (which needs bands), store, latency; all unless given
import { parseArgs } from 'node:util';
import { benchBands } from './bench/keeper/bands.ts';
import { benchLatency } from './bench/keeper/latency.ts';
import { benchBrute } from './bench/keeper/brute.ts';
import { benchKeeperStore } from './bench/keeperStore.ts';
import type { Measurement } from './bench/measurement.ts';
import { printTable } from './bench/printTable.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'cpu-time': { type: 'boolean', default: false },
    accounts: text,
    ticks: text,
    'tick-sec': text,
    'mend-ms': text,
    prices: text,
    seed: text,
    rounds: text,
    trace: { type: 'boolean', default: false },
    only: text,
  },
});

function read(
  name: 'accounts' | 'ticks' | 'tick-sec' | 'mend-ms' | 'seed' | 'rounds',
  unless: number,
): number {
  const value = Number(values[name] ?? unless);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`bench:keeper: --${name} ${values[name]} must be a whole number from 1`);
  process.exit(2);
}

const wanted = values.only?.split(',');
const isWanted = (part: string): boolean => wanted === undefined || wanted.includes(part);
const rows: Measurement[] = [];

const accounts = read('accounts', 100_000);

const bandsWanted = isWanted('bands') || isWanted('brute');
if (bandsWanted) {
  const { rows: ofBands, world } = await benchBands({
    accounts,
    ticks: read('ticks', 1_000),
    tickSec: read('tick-sec', 12),
    prices: values.prices?.split(',') ?? [],
    seed: read('seed', 1),
    mendMs: read('mend-ms', 1_000),
    cpuTime: values['cpu-time'],
  });
  rows.push(...ofBands);
  if (isWanted('brute')) rows.push(...(await benchBrute(world, ofBands[0]?.value ?? NaN)));
}
// after the bands: their world is garbage by then
if (isWanted('store')) rows.push(...(await benchKeeperStore(accounts)));
if (isWanted('latency'))
  rows.push(...(await benchLatency({ rounds: read('rounds', 30), trace: values.trace })));

if (values.json) console.log(JSON.stringify(rows, null, 2));
else printTable(rows);
