// `npm run fuzz:bands`: a keeper's watch on a simulated walk, the exact twin as judge; exits 1 where a liquidatable account was missed.
//   --accounts N  how many accounts, 500 unless given
//   --ticks N     how many ticks, 20,000 unless given; what counts is their product
//   --tick-sec N  seconds per tick, 60 unless given
//   --seed N      the same seed walks the same way; the time unless given
//   --stretch X   stretches bands beyond what is safe: 1.05 must be found out
import { parseArgs } from 'node:util';
import { walkBands } from './fuzz/bandWalk.ts';

const LINE_EVERY_MS = 30_000;
const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { accounts: text, ticks: text, 'tick-sec': text, seed: text, stretch: text },
});

function read(name: keyof typeof values, unless: number): number {
  const value = Number(values[name] ?? unless);
  if (value > 0 && Number.isFinite(value)) return value;
  console.error(`fuzz:bands: --${name} ${values[name]} must be a number above 0`);
  process.exit(2);
}

const seed = read('seed', Date.now() % 2 ** 31);
const started = Date.now();
let shown = started;
const counts = walkBands({
  accounts: read('accounts', 500),
  ticks: read('ticks', 20_000),
  tickSec: read('tick-sec', 60),
  seed,
  stretch: read('stretch', 1),
  onProgress: (ticks) => {
    if (Date.now() - shown < LINE_EVERY_MS) return;
    shown = Date.now();
    console.log(`${number(ticks)} ticks`);
  },
});
const seconds = (Date.now() - started) / 1_000;
const { ticks, accountTicks, exact, liquidatable, missed, left, built, banded, strays, firstMiss } = counts;
console.log(
  `${number(ticks)} ticks, ${number(accountTicks)} account-ticks in ${number(seconds)} s, seed ${seed}: ` +
    `${number(exact)} judged by the twin, ${number(liquidatable)} liquidatable, ${missed} missed`,
);
console.log(
  `${((100 * banded) / accountTicks).toFixed(1)}% inside a band; ${number(left)} bands left, ${number(built)} computed, ${strays} strays`,
);
if (firstMiss !== undefined) console.error(firstMiss);
process.exitCode = missed > 0 || strays > 0 ? 1 : 0;
