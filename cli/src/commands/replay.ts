import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { SetExitCode } from '../program.ts';
import { alignCandles } from '../prices/alignCandles.ts';
import { pricePath } from '../prices/pricePath.ts';
import { readPriceFiles } from '../prices/readPriceFiles.ts';

interface Options {
  readonly prices: string;
  readonly accounts: number;
  readonly seed: number;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

export function addReplayCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('replay')
    .description('Plays candles through the real contracts with the real keeper on a local chain.')
    .requiredOption('--prices <files>', 'CSV files, comma-separated; btc-, eth- or sol- begins each name')
    .option('--accounts <n>', 'how many accounts trade', parseCount, 120)
    .option('--seed <n>', 'which accounts they are', parseSeed, 1)
    .option('--from <time>', 'first candle: ISO time (UTC) or Unix milliseconds', parseTime)
    .option('--to <time>', 'last candle', parseTime)
    .option('--json', 'print one JSON object; progress goes to standard error')
    .addHelpText(
      'after',
      `
A file has the columns open_time_ms,open,high,low,close,volume. Files are joined by open time.
Exits with 1 where totals do not conserve.

Examples:
  novate replay --prices btc-usd-15m-2025-10.csv,eth-usd-15m-2025-10.csv
  novate replay --prices eth-usd-2h.csv --from 2020-03-11 --to 2020-03-14 --accounts 200 --json`,
    )
    .action(async (options: Options) => {
      const { prices, from: fromMs, to: toMs, accounts, seed, json = false } = options;
      const series = await readPriceFiles(prices.split(',').map((path) => path.trim()));
      const steps = pricePath(alignCandles(series, { fromMs, toMs }));
      // imported here: it brings Ignition with it
      const { runWithOutput } = await import('../job/runWithOutput.ts');
      setExitCode(await runWithOutput({ accounts, seed, steps, json }));
    });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 4 || count > 5_000) {
    throw new InvalidArgumentError('expected a whole number from 4 to 5000');
  }
  return count;
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new InvalidArgumentError('expected a whole number from 0 to 4294967295');
  }
  return seed;
}

function parseTime(text: string): number {
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z?)?$/.test(text);
  const time = /^\d{11,15}$/.test(text) ? Number(text) : isIso ? Date.parse(toUtc(text)) : NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('expected a time such as 2025-10-10, 2025-10-10T21:00 or 1760130000000');
  }
  return time;
}

function toUtc(iso: string): string {
  return iso.includes('T') && !iso.endsWith('Z') ? `${iso}Z` : iso;
}
