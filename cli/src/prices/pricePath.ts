import type { Candle } from './candle.ts';
import type { CandleRow } from './alignCandles.ts';

/** @property prices Price per underlying's symbol, 8 decimals. */
export interface PriceStep {
  readonly timeMs: number;
  readonly prices: Readonly<Record<string, bigint>>;
}

const POINTS = 4;
const ONE_BASIS_POINT = 10_000n;
/** A candle's length where there is only one. */
const DEFAULT_INTERVAL_MS = 15 * 60_000;

/**
 * The prices that a row of candles goes through, four a candle, evenly spaced in its time.
 *
 * A candle does not say in which order its extremes came. A falling one is played open, high, low, close and a rising one
 * open, low, high, close: the largest move that the candle allows in one step goes the way the candle went, which is the
 * order that hurts most. Points at which no price has moved by a basis point since the last are left out, such as an open
 * that is the last close.
 */
export function pricePath(rows: readonly CandleRow[]): PriceStep[] {
  const steps: PriceStep[] = [];
  const intervalMs = intervalOf(rows);
  for (const row of rows) {
    for (let point = 0; point < POINTS; point++) {
      const prices: Record<string, bigint> = {};
      for (const [symbol, candle] of Object.entries(row.candles))
        prices[symbol] = pointsOf(candle)[point] ?? candle.close;
      const last = steps.at(-1);
      if (last !== undefined && !moved(last.prices, prices)) continue;
      steps.push({ timeMs: row.openTimeMs + Math.floor((intervalMs * point) / POINTS), prices });
    }
  }
  return steps;
}

function pointsOf({ open, high, low, close }: Candle): readonly bigint[] {
  return close < open ? [open, high, low, close] : [open, low, high, close];
}

/** The shortest distance of two candles: a gap in the data must not stretch the candle before it. */
function intervalOf(rows: readonly CandleRow[]): number {
  const distances = rows.slice(1).map((row, i) => row.openTimeMs - (rows[i]?.openTimeMs ?? 0));
  return distances.length === 0
    ? DEFAULT_INTERVAL_MS
    : distances.reduce((least, one) => Math.min(least, one));
}

function moved(from: Readonly<Record<string, bigint>>, to: Readonly<Record<string, bigint>>): boolean {
  return Object.entries(to).some(([symbol, price]) => {
    const before = from[symbol] ?? price;
    const change = price > before ? price - before : before - price;
    return change * ONE_BASIS_POINT >= before;
  });
}
