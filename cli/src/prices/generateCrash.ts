import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { CandleRow } from './alignCandles.ts';
import type { Candle } from './candle.ts';

const INTERVAL_MS = 15 * 60_000;
const START_MS = Date.UTC(2026, 0, 5);

/** @property beta How much of the market's move this one makes. */
interface Market {
  readonly symbol: string;
  readonly start: number;
  readonly beta: number;
}

const MARKETS: readonly Market[] = [
  { symbol: 'BTC', start: 100_000, beta: 0.82 },
  { symbol: 'ETH', start: 4_000, beta: 1.1 },
];

/** A stretch of candles over which the market moves by `change`, each candle with that much noise. */
interface Phase {
  readonly candles: number;
  readonly change: number;
  readonly noise: number;
}

const CALM: Phase = { candles: 8, change: 0.004, noise: 0.0015 };
/**
 * The market loses 35% within two hours, 16% of it in one gap that no liquidation can come before, and takes back a good
 * quarter of that in the next.
 */
const CRASH: readonly Phase[] = [
  CALM,
  { candles: 3, change: -0.07, noise: 0.004 },
  { candles: 1, change: -0.16, noise: 0.003 },
  { candles: 1, change: 0.03, noise: 0.004 },
  { candles: 3, change: -0.19, noise: 0.006 },
  { candles: 4, change: 0.14, noise: 0.006 },
  { candles: 4, change: -0.03, noise: 0.004 },
];

/** A calm, a crash and a partial rebound for BTC and ETH. The same seed gives the same candles. */
export function generateCrash(seed: number): CandleRow[] {
  const random = createRandom(seed);
  const prices = MARKETS.map(({ start }) => start);
  const rows: CandleRow[] = [];
  for (const phase of CRASH) {
    // in logarithms, so that candles of a phase multiply to its change
    const drift = Math.log1p(phase.change) / phase.candles;
    for (let i = 0; i < phase.candles; i++)
      rows.push(nextRow(rows.length, prices, drift, phase.noise, random));
  }
  return rows;
}

/** Endless quiet candles that go on from `prices`, for a demo that keeps running. */
export function* generateQuiet(seed: number, from: CandleRow): Generator<CandleRow, never> {
  const random = createRandom(seed ^ 0x5eed);
  const prices = MARKETS.map(({ symbol, start }) => {
    const candle = from.candles[symbol];
    return candle === undefined ? start : Number(candle.close) / 1e8;
  });
  const first = (from.openTimeMs - START_MS) / INTERVAL_MS + 1;
  for (let n = first; ; n++) yield nextRow(n, prices, 0, CALM.noise, random);
}

/** Moves `prices` to the candle's close. */
function nextRow(n: number, prices: number[], drift: number, noise: number, random: Random): CandleRow {
  const market = random.normal();
  const candles: Record<string, Candle> = {};
  const openTimeMs = START_MS + n * INTERVAL_MS;
  MARKETS.forEach(({ symbol, beta, start }, i) => {
    const open = prices[i] ?? start;
    const close = open * Math.exp(beta * drift + noise * (0.8 * market + 0.6 * random.normal()));
    const reach = Math.abs(noise * random.normal());
    const high = Math.max(open, close) * Math.exp(reach);
    const low = Math.min(open, close) * Math.exp(-Math.abs(noise * random.normal()));
    prices[i] = close;
    candles[symbol] = {
      openTimeMs,
      open: cents(open),
      high: cents(high),
      low: cents(low),
      close: cents(close),
    };
  });
  return { openTimeMs, candles };
}

/** Whole cents, with 8 decimals. */
function cents(price: number): bigint {
  return BigInt(Math.round(price * 100)) * 1_000_000n;
}
