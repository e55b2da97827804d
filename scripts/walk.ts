// `npm run walk`: no liquidatable account is missed on a long walk. The keeper's watch names who may be liquidatable; the exact
// twin has a verdict on every account at every tick; exits 1 at the first miss, which it prints with all that replays it.
//   --ticks N            10,000,000 unless given
//   --accounts N         32 unless given
//   --ticks-per-epoch N  200,000 unless given: time, surfaces, funding and interest move on between epochs, prices at every tick
//   --seed N             the same seed walks the same way; the time unless given
//   --stretch X          stretches bands beyond what is safe: 1.5 must be found out
import { parseArgs } from 'node:util';
import { longWalk } from './fuzz/longWalk/run.ts';
import type { LongWalkCounts } from './fuzz/longWalk/run.ts';

const LINE_EVERY_MS = 60_000;
const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { ticks: text, accounts: text, 'ticks-per-epoch': text, seed: text, stretch: text },
});

function read(name: keyof typeof values, unless: number): number {
  const value = Number(values[name] ?? unless);
  if (value > 0 && Number.isFinite(value)) return value;
  console.error(`walk: --${name} ${values[name]} must be a number above 0`);
  process.exit(2);
}

const started = Date.now();
let shown = started;

function show({ ticks, epochs, exact, liquidatable, missed }: Readonly<LongWalkCounts>): void {
  const minutes = ((Date.now() - started) / 60_000).toFixed(1);
  console.log(
    `${number(ticks)} ticks, ${epochs} epochs, ${number(exact)} evaluations by the twin, ` +
      `${number(liquidatable)} liquidatable, ${missed} missed, ${minutes} min`,
  );
}

const seed = read('seed', Date.now() % 2 ** 31);
const accounts = read('accounts', 32);
const counts = longWalk({
  accounts,
  ticks: read('ticks', 10_000_000),
  ticksPerEpoch: read('ticks-per-epoch', 200_000),
  seed,
  stretch: read('stretch', 1),
  onProgress: (now) => {
    if (now.ticks % 1_000 !== 0 || Date.now() - shown < LINE_EVERY_MS) return;
    shown = Date.now();
    show(now);
  },
});
show(counts);
const { accountTicks, moved, banded, judged, built, missed, firstMiss } = counts;
const share = (part: number): string => `${((100 * part) / accountTicks).toFixed(1)}%`;
console.log(
  `seed ${seed}, ${accounts} accounts: ${number(accountTicks)} verdicts, ${number(moved)} ticks with a new price; ` +
    `${share(banded)} of account-ticks inside a band, ${share(judged)} judged by the watch; ${number(built)} bands`,
);
if (firstMiss !== undefined) console.error(firstMiss);
process.exitCode = missed > 0 ? 1 : 0;
