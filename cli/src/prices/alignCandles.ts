import { UsageError } from '../usageError.ts';
import type { Candle, CandleSeries } from './candle.ts';

/** One candle of each underlying, all with the same open time. */
export interface CandleRow {
  readonly openTimeMs: number;
  readonly candles: Readonly<Record<string, Candle>>;
}

/** @property fromMs,toMs Only candles that open in [fromMs, toMs] are kept. */
export interface TimeLimits {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/**
 * Joins series by open time, over the span that all of them cover. Where one has a gap, its price stays at the last close.
 * @throws UsageError where they have no time in common
 */
export function alignCandles(series: readonly CandleSeries[], limits: TimeLimits = {}): CandleRow[] {
  const starts = series.map(({ candles }) => candles[0]?.openTimeMs ?? Infinity);
  const ends = series.map(({ candles }) => candles.at(-1)?.openTimeMs ?? -Infinity);
  const from = Math.max(limits.fromMs ?? -Infinity, ...starts);
  const to = Math.min(limits.toMs ?? Infinity, ...ends);
  const times = new Set(series.flatMap(({ candles }) => candles.map(({ openTimeMs }) => openTimeMs)));
  const span = [...times].filter((time) => time >= from && time <= to).sort((a, b) => a - b);
  if (span.length === 0)
    throw new UsageError('expected price files (and --from, --to) with a time span in common');
  const byTime = series.map(({ candles }) => new Map(candles.map((candle) => [candle.openTimeMs, candle])));
  const last = series.map(({ candles }) => lastBefore(candles, from));
  return span.map((openTimeMs) => {
    const row: Record<string, Candle> = {};
    series.forEach(({ symbol }, i) => {
      const candle = byTime[i]?.get(openTimeMs) ?? flat(openTimeMs, last[i]?.close);
      last[i] = candle;
      row[symbol] = candle;
    });
    return { openTimeMs, candles: row };
  });
}

function lastBefore(candles: readonly Candle[], timeMs: number): Candle | undefined {
  return candles.findLast(({ openTimeMs }) => openTimeMs < timeMs) ?? candles[0];
}

function flat(openTimeMs: number, price: bigint | undefined): Candle {
  if (price === undefined) throw new Error('a series without candles has no price to carry on');
  return { openTimeMs, open: price, high: price, low: price, close: price };
}
