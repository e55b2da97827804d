// What one block costs the deciding part of a keeper: bands against a full local sweep, on the same accounts and prices.
// A tick is what stands between new prices and the list of candidates. Bands are computed after it, as by a keeper that waits for
// the next block, for at most `mendMs`; what is left over then costs the next tick, as those accounts are judged by it.
import { cashAt, decide } from '../../../keeper/src/decide/decide.ts';
import { AccountWatch } from '../../../keeper/src/bands/accountWatch.ts';
import type { WatchInputs } from '../../../keeper/src/bands/accountWatch.ts';
import type { Measurement } from '../measurement.ts';
import { candleWalk, fittedWalk } from './walk.ts';
import type { ReturnSource } from './walk.ts';
import { boardOf, floatMarketOf, fundAccount, LISTED, moveWorld, openWorld, references } from './world.ts';
import type { World } from './world.ts';

const MEBIBYTE = 2 ** 20;
const WARM_TICKS = 20;
const SWEEPS = 5;

export interface BandBenchOptions {
  readonly accounts: number;
  readonly ticks: number;
  readonly tickSec: number;
  /** Candle files whose returns are played; a fitted walk unless given. */
  readonly prices: readonly string[];
  readonly seed: number;
  /** Milliseconds that bands have between two ticks. */
  readonly mendMs: number;
  /** Measures, and keeps `mendMs`, in CPU time of this process: for a machine that others use too. */
  readonly cpuTime: boolean;
}

export interface BandBench {
  readonly rows: readonly Measurement[];
  /** As it is after the last tick: what other measurements compare with. */
  readonly world: World;
}

export async function benchBands(options: BandBenchOptions): Promise<BandBench> {
  const { accounts, ticks, tickSec, seed, prices } = options;
  clock = options.cpuTime ? cpuMs : () => performance.now();
  const world = openWorld(accounts, seed);
  const walk =
    prices.length === 0 ? fittedWalk(LISTED, tickSec, seed + 1) : await candleWalk(prices, LISTED, tickSec);
  const watch = new AccountWatch(world.book, { bandBudgetMs: options.mendMs, clock });
  const buildMs = timed(() => watch.tick(inputsOf(world), Infinity)).ms;
  const found = playTicks(world, watch, walk, options);
  const sweeps = Array.from({ length: SWEEPS }, () => timed(() => sweep(watch)).ms);
  const rss = process.memoryUsage().rss / MEBIBYTE;
  const [p50, p99, sweepMs] = [
    quantile(found.times, 0.5),
    quantile(found.times, 0.99),
    quantile(sweeps, 0.5),
  ];
  const peer = { name: 'full local sweep', value: round(sweepMs) };
  const what = `${accounts} accounts, ${ticks} ticks of ${tickSec} s${options.cpuTime ? ', CPU time' : ''}`;
  const per = (sum: number): string => (sum / ticks).toFixed(0);
  return {
    world,
    rows: [
      {
        name: 'tickP50Ms',
        value: round(p50),
        unit: 'ms',
        goal: 50,
        peer,
        note: `${what}; ${ratio(sweepMs, p50)} of the sweep`,
      },
      {
        name: 'tickP99Ms',
        value: round(p99),
        unit: 'ms',
        goal: 50,
        peer,
        note: `per tick ${per(found.left)} bands left, ${per(found.judged)} judged, ${per(found.liquidatable)} liquidatable; longest ${round(Math.max(...found.times))} ms`,
      },
      {
        name: 'mendP50Ms',
        value: round(quantile(found.mendTimes, 0.5)),
        unit: 'ms',
        goal: null,
        peer: null,
        note: `bands computed while waiting for the next block, ${per(found.built)} each time; not in the tick`,
      },
      {
        name: 'mendP99Ms',
        value: round(quantile(found.mendTimes, 0.99)),
        unit: 'ms',
        goal: null,
        peer: null,
        note: `at most ${options.mendMs} ms, which was too little ${found.unfinished} times; longest ${round(Math.max(...found.mendTimes))} ms`,
      },
      {
        name: 'sweepMs',
        value: round(sweepMs),
        unit: 'ms',
        goal: null,
        peer: null,
        note: 'every account judged in floating point, one core',
      },
      {
        name: 'buildS',
        value: round(buildMs / 1_000),
        unit: 's',
        goal: 60,
        peer: null,
        note: 'first bands of all accounts, one core',
      },
      {
        name: 'rssMb',
        value: Math.round(rss),
        unit: 'MiB',
        goal: 1_536,
        peer: null,
        note: 'ledger, mirror, bands and index; the bench included',
      },
    ],
  };
}

function playTicks(
  world: World,
  watch: AccountWatch,
  walk: ReturnSource,
  { ticks, tickSec, mendMs }: BandBenchOptions,
) {
  const found = {
    times: new Float64Array(ticks),
    mendTimes: new Float64Array(ticks),
    left: 0,
    judged: 0,
    built: 0,
    unfinished: 0,
    liquidatable: 0,
  };
  for (let i = -WARM_TICKS; i < ticks; ++i) {
    moveWorld(world, walk(), tickSec);
    const inputs = inputsOf(world);
    const { ms, value } = timed(() => {
      const watched = watch.look(inputs);
      return {
        watched,
        decision: decide({ ...NOBODY, ledger: world.ledger, watched, board: inputs.board, references }),
      };
    });
    const mended = timed(() => watch.mend(mendMs));
    const { watched, decision } = value;
    // as if liquidated within the block: the account comes back with a margin that is kept
    const market = floatMarketOf(world);
    for (const { account } of decision.candidates) fundAccount(world, account, market, 1.2);
    if (i < 0) continue;
    found.times[i] = ms;
    found.mendTimes[i] = mended.ms;
    found.left += watched.figures.left;
    found.judged += watched.figures.judged;
    found.built += mended.value;
    if (watch.waiting > 0) found.unfinished++;
    found.liquidatable += decision.liquidatable;
  }
  return found;
}

const NOBODY = {
  own: 1n,
  inFlight: new Set<bigint>(),
  coolingDown: new Set<bigint>(),
  gasCost: 0n,
  mode: 'protocol' as const,
  minProfit: 0n,
  basketChoice: 'pro-rata' as const,
  limit: 1_000_000,
};

function inputsOf(world: World): WatchInputs {
  const board = boardOf(world);
  return { board, cash: cashAt(world.ledger.cash, board.timestamp), references };
}

function sweep(watch: AccountWatch): number {
  let unhealthy = 0;
  watch.sweepAll((_, { health }) => {
    if (!(health >= 0)) unhealthy++;
  });
  return unhealthy;
}

let clock = (): number => performance.now();

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function timed<T>(work: () => T): { readonly ms: number; readonly value: T } {
  const startedAt = clock();
  const value = work();
  return { ms: clock() - startedAt, value };
}

function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

const round = (value: number): number => Math.round(value * 100) / 100;
const ratio = (whole: number, part: number): string => `1/${Math.round(whole / part)}`;
