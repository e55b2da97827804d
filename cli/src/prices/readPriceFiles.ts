import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '../usageError.ts';
import { UNDERLYINGS } from '../local/underlyings.ts';
import type { CandleSeries } from './candle.ts';
import { parseCandles } from './parseCandles.ts';

/**
 * Reads one CSV file per underlying. The name's first letters say which: `btc-...csv`, `eth-...csv`, `sol-...csv`.
 * @throws UsageError
 */
export async function readPriceFiles(paths: readonly string[]): Promise<CandleSeries[]> {
  const series: CandleSeries[] = [];
  for (const path of paths) {
    const symbol = symbolOf(path);
    const other = series.find((one) => one.symbol === symbol);
    if (other !== undefined)
      throw new UsageError(`${path}: expected one file per underlying, ${symbol} was given before`);
    series.push({ symbol, candles: parseCandles(await readText(path), path) });
  }
  if (series.length === 0) throw new UsageError('--prices: expected at least one CSV file');
  return series;
}

function symbolOf(path: string): string {
  const known = UNDERLYINGS.map(({ symbol }) => symbol.toLowerCase());
  const start = /^[a-z]+/.exec(basename(path).toLowerCase())?.[0];
  if (start === undefined || !known.includes(start)) {
    throw new UsageError(
      `${path}: expected a file name that begins with ${known.map((one) => `${one}-`).join(', ')}`,
    );
  }
  return start.toUpperCase();
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`${path}: expected a readable CSV file (${code})`);
  }
}
