import { round } from './tally.ts';
import type { Windows } from './windows.ts';

/** Sizes of one underlying's moves over 24 hours, rise or fall, as fractions of the price. */
export interface MoveFacts {
  readonly symbol: string;
  readonly windows: number;
  readonly scanRange: number;
  /** Windows with a larger move than the scan range, in %. */
  readonly beyondRange: number;
  readonly p99: number;
  readonly p995: number;
  readonly p999: number;
  readonly largestFall: number;
  readonly largestRise: number;
}

/** What offset of a pair history supports. */
export interface PairFacts {
  readonly pair: string;
  readonly windows: number;
  readonly correlation: number;
  /**
   * The greatest rho at which the scan of equal values, one long and one short, is at least the loss of 99.5% (99.9%) of windows:
   * `rho |r1 - r2| + (1 - rho) (r1 + r2) >= loss`. 1 is no bound.
   */
  readonly rho995: number;
  readonly rho999: number;
}

/** Facts of the windows that begin at `sinceSec` or later. */
export interface HistoryFacts {
  readonly moves: readonly MoveFacts[];
  readonly pairs: readonly PairFacts[];
}

export function historyFacts(
  { startsSec, moves }: Windows,
  scanRanges: Readonly<Record<string, number>>,
  sinceSec: number,
): HistoryFacts {
  const first = startsSec.findIndex((start) => start >= sinceSec);
  const tracks = [...moves].map(([symbol, { price }]) => ({
    symbol,
    range: scanRanges[symbol] ?? NaN,
    price: first === -1 ? new Float64Array(0) : price.subarray(first),
  }));
  return {
    moves: tracks.map(({ symbol, range, price }) => movesOf(symbol, range, [...price])),
    pairs: tracks.flatMap((a, i) => tracks.slice(i + 1).map((b) => pairOf(a, b))),
  };
}

function movesOf(symbol: string, scanRange: number, all: readonly number[]): MoveFacts {
  const price = all.filter((move) => !Number.isNaN(move));
  const sizes = price.map(Math.abs).sort((a, b) => a - b);
  const beyond = sizes.filter((size) => size > scanRange).length;
  return {
    symbol,
    windows: price.length,
    scanRange,
    beyondRange: round((100 * beyond) / Math.max(1, price.length), 3),
    p99: quantile(sizes, 0.99),
    p995: quantile(sizes, 0.995),
    p999: quantile(sizes, 0.999),
    largestFall: round(least(price), 4),
    largestRise: round(-least(price.map((move) => -move)), 4),
  };
}

interface Track {
  readonly symbol: string;
  readonly range: number;
  readonly price: Float64Array;
}

function pairOf(a: Track, b: Track): PairFacts {
  const both = [...a.price]
    .map((move, i) => [move, b.price[i] ?? NaN] as const)
    .filter(([x, y]) => !Number.isNaN(x + y));
  const gaps = both.map(([x, y]) => Math.abs(x - y)).sort((x, y) => x - y);
  const apart = a.range + b.range;
  const offset = apart - Math.abs(a.range - b.range);
  const rho = (q: number): number => round(Math.min(1, Math.max(0, (apart - quantile(gaps, q)) / offset)), 2);
  return {
    pair: `${a.symbol}/${b.symbol}`,
    windows: both.length,
    correlation: round(correlation(both), 2),
    rho995: rho(0.995),
    rho999: rho(0.999),
  };
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (const [a, b] of pairs) {
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const n = Math.max(1, pairs.length);
  return (xy - (x * y) / n) / Math.sqrt(Math.max(1e-300, (xx - (x * x) / n) * (yy - (y * y) / n)));
}

function quantile(sorted: readonly number[], q: number): number {
  return round(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0, 4);
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), 0);
}
