import { readFile } from 'node:fs/promises';
import { InputFormatError, parseProfile, PRESETS, toFloatProfile } from '@novate/sdk';
import type { FloatProfile } from '@novate/sdk';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { parseJson } from '../margin/parseJson.ts';
import type { CandleSeries } from '../prices/candle.ts';
import { parseCandles } from '../prices/parseCandles.ts';
import { readChain } from '../svi/index.ts';
import type { Quote } from '../svi/index.ts';
import { UsageError } from '../usageError.ts';

const SYMBOLS = UNDERLYINGS.map(({ symbol }) => symbol);
const IDS = new Map(UNDERLYINGS.map(({ symbol, id }) => [symbol, id]));

/** Reads `--chains`: files, comma-separated. */
export async function readChains(list: string): Promise<{ name: string; quotes: Quote[] }[]> {
  const paths = listOf(list);
  if (paths.length === 0) throw new UsageError('--chains: expected one or more CSV files, found none');
  return Promise.all(paths.map(async (name) => ({ name, quotes: await readChain(name) })));
}

/** Reads `--candles`: `btc=FILE.csv,eth=FILE.csv`. */
export async function readCandles(list: string): Promise<CandleSeries[]> {
  const series: CandleSeries[] = [];
  for (const entry of listOf(list)) {
    const [, name = '', path = ''] = /^([^=]+)=(.+)$/.exec(entry) ?? [];
    const symbol = name.toUpperCase();
    if (!SYMBOLS.includes(symbol)) {
      const known = SYMBOLS.map((one) => `${one.toLowerCase()}=FILE.csv`).join(', ');
      throw new UsageError(`--candles: expected ${known}, found "${entry}"`);
    }
    if (series.some((one) => one.symbol === symbol)) {
      throw new UsageError(`--candles: expected one file per underlying, ${symbol} was given before`);
    }
    series.push({ symbol, candles: parseCandles(await readText(path), path) });
  }
  if (series.length === 0) throw new UsageError('--candles: expected btc=FILE.csv,..., found none');
  return series;
}

/** Reads `--profile`: a preset's name, a JSON object as in a market file's `profile`, or a file with one. */
export async function readProfile(text: string): Promise<FloatProfile> {
  const isPreset = Object.hasOwn(PRESETS, text);
  const isJson = text.trimStart().startsWith('{');
  const isFile = !isPreset && !isJson && text.endsWith('.json');
  const input = isFile ? parseJson(text, await readText(text)) : isJson ? parseJson('--profile', text) : text;
  try {
    return toFloatProfile(parseProfile(input, IDS));
  } catch (error) {
    if (error instanceof InputFormatError) throw new UsageError(`--profile: ${error.message}`);
    throw error;
  }
}

function listOf(list: string): string[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`${path}: expected a readable file (${code})`);
  }
}
