import { writeFile } from 'node:fs/promises';
import type { FloatProfile } from '@novate/sdk';
import { UNDERLYINGS } from '../local/underlyings.ts';
import type { CandleSeries } from '../prices/candle.ts';
import { UsageError } from '../usageError.ts';
import { backtest, RECENT_SEC } from './backtest.ts';
import type { TypeResult } from './backtest.ts';
import { drawBacktest } from './drawBacktest.ts';
import { formatBacktest } from './formatBacktest.ts';
import { historyFacts } from './moveFacts.ts';
import type { HistoryFacts } from './moveFacts.ts';
import { readCandles, readChains, readProfile } from './readBacktest.ts';
import { round } from './tally.ts';
import { toVenue } from './venue.ts';
import type { Venue } from './venue.ts';
import { DEFAULT_BETA, measureBetas, measureTenors } from './volResponse.ts';
import type { TenorSlope } from './volResponse.ts';
import { historicWindows } from './windows.ts';

export interface BacktestOptions {
  readonly chains: string;
  readonly candles: string;
  readonly portfolios: number;
  readonly seed: number;
  readonly every: number;
  readonly profile: string;
  readonly json: boolean;
  readonly picturePath?: string | undefined;
  /** Where the output goes; standard output unless given. */
  readonly print?: (text: string) => void;
}

/** What `novate backtest --json` prints. */
export interface BacktestResult {
  readonly profile: string;
  readonly scanRanges: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly portfolios: number;
  readonly windows: number;
  /** First and last window's start, ISO. */
  readonly from: string;
  readonly to: string;
  readonly betas: Readonly<Record<string, number>>;
  /** What betas, and their scaling by time, are judged by. */
  readonly tenors: readonly TenorSlope[];
  /** What the price history alone says: of all windows, and of those since 2022. */
  readonly history: HistoryFacts;
  readonly recentHistory: HistoryFacts;
  readonly results: readonly TypeResult[];
}

/**
 * `novate backtest`: how often a day's loss of random portfolios would have exceeded their margins.
 * @throws UsageError where an input cannot be used
 */
export async function runBacktest(options: BacktestOptions): Promise<void> {
  const { json, picturePath, print = toStandardOutput } = options;
  const result = await calculate(options);
  if (picturePath !== undefined) await writePicture(picturePath, drawBacktest(result));
  print(json ? JSON.stringify(result, undefined, 2) : formatBacktest(result));
}

async function calculate(options: BacktestOptions): Promise<BacktestResult> {
  const { portfolios, seed, every } = options;
  const profile = await readProfile(options.profile);
  const series = await readCandles(options.candles);
  const chains = await readChains(options.chains);
  const windows = historicWindows(series, every);
  const betas = measureBetas(chains.map(({ quotes }) => quotes));
  const venues = chains.map(({ quotes, name }) => toVenue(quotes, lastPrices(series), name));
  requireCandles(venues, series);
  const scanRanges = scanRangesOf(profile, series);
  const results = backtest({ venues, windows, betas, profile, portfolios, seed });
  return {
    profile: profile.name,
    scanRanges,
    seed,
    portfolios: results.at(-1)?.portfolios ?? 0,
    windows: windows.startsSec.length,
    from: toIso(windows.startsSec[0]),
    to: toIso(windows.startsSec.at(-1)),
    betas: Object.fromEntries(
      series.map(({ symbol }) => [symbol, round(betas.get(symbol) ?? DEFAULT_BETA, 2)]),
    ),
    tenors: measureTenors(chains.map(({ quotes }) => quotes)).map((one) => ({
      ...one,
      days: round(one.days, 1),
      slope: round(one.slope, 2),
    })),
    history: historyFacts(windows, scanRanges, 0),
    recentHistory: historyFacts(windows, scanRanges, RECENT_SEC),
    results,
  };
}

/** What chains do not list trades at the last candle's close: sizes are in USD, so that the level matters little. */
function lastPrices(series: readonly CandleSeries[]): Map<number, number> {
  return new Map(
    UNDERLYINGS.flatMap(({ symbol, id }) => {
      const last = series.find((one) => one.symbol === symbol)?.candles.at(-1);
      return last === undefined ? [] : [[id, Number(last.close) / 1e8] as const];
    }),
  );
}

function requireCandles(venues: readonly Venue[], series: readonly CandleSeries[]): void {
  for (const { symbol, id } of UNDERLYINGS) {
    const isListed = venues.some(({ strikes }) => strikes.has(id));
    if (isListed && !series.some((one) => one.symbol === symbol)) {
      throw new UsageError(
        `--candles: expected ${symbol.toLowerCase()}=FILE.csv, which the chains have options on`,
      );
    }
  }
}

function scanRangesOf(profile: FloatProfile, series: readonly CandleSeries[]): Record<string, number> {
  return Object.fromEntries(
    series.map(({ symbol }) => {
      const id = UNDERLYINGS.find((one) => one.symbol === symbol)?.id;
      const special = profile.underlyings.find(({ underlying }) => underlying === id);
      return [symbol, special?.scanRange ?? profile.defaultScanRange];
    }),
  );
}

async function writePicture(path: string, picture: string): Promise<void> {
  try {
    await writeFile(path, picture);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unwritable';
    throw new UsageError(`--picture: expected a path that can be written, found ${path} (${code})`);
  }
}

function toIso(seconds: number | undefined): string {
  return new Date((seconds ?? 0) * 1000).toISOString();
}

function toStandardOutput(text: string): void {
  process.stdout.write(`${text}\n`);
}
