import type { Candle } from './candle.ts';
import type { CandleRow } from './alignCandles.ts';

/** @property prices Price per underlying's symbol, 8 decimals. */
export interface PriceStep {
  readonly timeMs: number;
  readonly prices: Readonly<Record<string, bigint>>;
}

const POINTS = 4;
const ONE_BASIS_POINT = 10_000n;
/** The last candle's length where there is no other to tell. */
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
  rows.forEach((row, i) => {
    const intervalMs = intervalOf(rows, i);
    for (let point = 0; point < POINTS; point++) {
      const prices: Record<string, bigint> = {};
      for (const [symbol, candle] of Object.entries(row.candles)) prices[symbol] = pointsOf(candle)[point] ?? candle.close;
      const last = steps.at(-1);
      if (last !== undefined && !moved(last.prices, prices)) continue;
      steps.push({ timeMs: row.openTimeMs + Math.floor((intervalMs * point) / POINTS), prices });
    }
  });
  return steps;
}

function pointsOf({ open, high, low, close }: Candle): readonly bigint[] {
  return close < open ? [open, high, low, close] : [open, low, high, close];
}

function intervalOf(rows: readonly CandleRow[], i: number): number {
  const [row, next, previous] = [rows[i], rows[i + 1], rows[i - 1]];
  if (row !== undefined && next !== undefined) {
    // a gap in the data must not stretch the candle before it
    const before = previous === undefined ? Infinity : row.openTimeMs - previous.openTimeMs;
    return Math.min(next.openTimeMs - row.openTimeMs, before);
  }
  return row !== undefined && previous !== undefined ? row.openTimeMs - previous.openTimeMs : DEFAULT_INTERVAL_MS;
}

function moved(from: Readonly<Record<string, bigint>>, to: Readonly<Record<string, bigint>>): boolean {
  return Object.entries(to).some(([symbol, price]) => {
    const before = from[symbol] ?? price;
    const change = price > before ? price - before : before - price;
    return change * ONE_BASIS_POINT >= before;
  });
}
