import { UsageError } from '../usageError.ts';
import type { CandleSeries } from '../prices/candle.ts';

/** Length of a window: what a margin has to last for. */
export const WINDOW_SEC = 86_400;

/** Days that the average of realised variance needs before it is used. */
const WARM_UP_SEC = 30 * 86_400;
/**
 * Half-life of the average of squared returns whose root stands for implied volatility at 30 days. Six days give what the chains of
 * 2026-02-05 show: a fall of 11% in twelve hours raised volatility at the strike by some 40% at 22 days.
 */
const HALF_LIFE_SEC = 6 * 86_400;

/** Moves of one underlying, window by window; NaN where a candle is missing. */
export interface Moves {
  /** Relative change of the price over the window. */
  readonly price: Float64Array;
  /** Relative change of realised volatility over the window. */
  readonly realised: Float64Array;
}

/** Historical windows. They overlap: one begins with every candle. */
export interface Windows {
  readonly startsSec: Float64Array;
  readonly moves: ReadonlyMap<string, Moves>;
}

/**
 * The moves of all underlyings over the same 24 hours, close to close.
 * @param every Only each n-th window is kept.
 * @throws UsageError where the series are too short
 */
export function historicWindows(series: readonly CandleSeries[], every: number): Windows {
  const tracks = series.map(toTrack);
  const times = new Set(tracks.flatMap(({ closes }) => [...closes.keys()]));
  const starts = [...times].sort((a, b) => a - b);
  const usable = starts.filter((time) => tracks.some((track) => isWindow(track, time)));
  const startsSec = Float64Array.from(usable.filter((_, i) => i % every === 0));
  if (startsSec.length === 0) {
    throw new UsageError('--candles: expected more than 31 days of candles that are 24 hours apart');
  }
  const moves = new Map(
    tracks.map((track) => [
      track.symbol,
      {
        price: startsSec.map((time) => changeOf(track, track.closes, time)),
        realised: startsSec.map((time) => changeOf(track, track.vols, time)),
      },
    ]),
  );
  return { startsSec, moves };
}

interface Track {
  readonly symbol: string;
  readonly firstSec: number;
  /** By the time of the candle, Unix seconds. */
  readonly closes: ReadonlyMap<number, number>;
  readonly vols: ReadonlyMap<number, number>;
}

function toTrack({ symbol, candles }: CandleSeries): Track {
  const closes = new Map<number, number>();
  const vols = new Map<number, number>();
  let variance = 0;
  let before: { time: number; close: number } | undefined;
  for (const candle of candles) {
    const time = candle.openTimeMs / 1000;
    const close = Number(candle.close) / 1e8;
    if (before !== undefined) {
      const dt = time - before.time;
      const kept = 2 ** (-dt / HALF_LIFE_SEC);
      const square = Math.log(close / before.close) ** 2;
      variance = kept * variance + (1 - kept) * (square / dt);
    }
    closes.set(time, close);
    vols.set(time, Math.sqrt(variance));
    before = { time, close };
  }
  return { symbol, firstSec: (candles[0]?.openTimeMs ?? 0) / 1000, closes, vols };
}

function isWindow({ closes, firstSec }: Track, time: number): boolean {
  return time >= firstSec + WARM_UP_SEC && closes.has(time) && closes.has(time + WINDOW_SEC);
}

function changeOf(track: Track, values: ReadonlyMap<number, number>, time: number): number {
  if (!isWindow(track, time)) return NaN;
  const [from, to] = [values.get(time) ?? NaN, values.get(time + WINDOW_SEC) ?? NaN];
  return from > 0 ? to / from - 1 : 0;
}
