import { parseWad } from '@novate/sdk';
import { UsageError } from '../usageError.ts';
import { PRICE_DECIMALS } from './candle.ts';
import type { Candle } from './candle.ts';

export const CANDLE_COLUMNS = 'open_time_ms,open,high,low,close,volume';

const DECIMAL = /^\d+(\.\d+)?$/;

/**
 * Candles out of the text of a CSV file.
 * @param name What the file is called in messages.
 * @throws UsageError naming the file, the line and what was expected
 */
export function parseCandles(text: string, name: string): Candle[] {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== CANDLE_COLUMNS) {
    throw new UsageError(
      `${name}:1: expected the header "${CANDLE_COLUMNS}", found "${shorten(lines[0] ?? '')}"`,
    );
  }
  const candles: Candle[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '' && lines.slice(i).every((rest) => rest === '')) break;
    const candle = parseLine(line, `${name}:${i + 1}`);
    const last = candles.at(-1);
    if (last !== undefined && candle.openTimeMs <= last.openTimeMs) {
      throw new UsageError(
        `${name}:${i + 1}: expected open_time_ms after ${last.openTimeMs}, the line before, found ${candle.openTimeMs}`,
      );
    }
    candles.push(candle);
  }
  if (candles.length === 0)
    throw new UsageError(`${name}:2: expected at least one candle, found the end of the file`);
  return candles;
}

function parseLine(line: string, where: string): Candle {
  const fields = line.split(',');
  const columns = CANDLE_COLUMNS.split(',');
  if (fields.length !== columns.length) {
    throw new UsageError(
      `${where}: expected ${columns.length} columns (${CANDLE_COLUMNS}), found ${fields.length}`,
    );
  }
  const [time = '', open = '', high = '', low = '', close = '', volume = ''] = fields;
  if (!/^\d{1,15}$/.test(time)) {
    throw new UsageError(
      `${where}: expected open_time_ms to be whole Unix milliseconds, found "${shorten(time)}"`,
    );
  }
  if (!DECIMAL.test(volume)) {
    throw new UsageError(`${where}: expected volume to be a number >= 0, found "${shorten(volume)}"`);
  }
  const candle: Candle = {
    openTimeMs: Number(time),
    open: parsePrice(open, 'open', where),
    high: parsePrice(high, 'high', where),
    low: parsePrice(low, 'low', where),
    close: parsePrice(close, 'close', where),
  };
  if (
    candle.high < candle.open ||
    candle.high < candle.close ||
    candle.low > candle.open ||
    candle.low > candle.close
  ) {
    throw new UsageError(`${where}: expected low <= open, close <= high, found ${shorten(line)}`);
  }
  return candle;
}

function parsePrice(text: string, column: string, where: string): bigint {
  const expected = `${where}: expected ${column} to be a price > 0 with at most ${PRICE_DECIMALS} decimals`;
  if (!DECIMAL.test(text)) throw new UsageError(`${expected}, found "${shorten(text)}"`);
  let price: bigint;
  try {
    price = parseWad(text, PRICE_DECIMALS);
  } catch {
    throw new UsageError(`${expected}, found "${shorten(text)}"`);
  }
  // an aggregator's answer has 192 bits; a price beyond 2^63 is no price in USD
  if (price === 0n || price >= 1n << 63n) throw new UsageError(`${expected}, found "${shorten(text)}"`);
  return price;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
