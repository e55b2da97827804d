import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

interface Options {
  readonly chains: string;
  readonly candles: string;
  readonly portfolios: number;
  readonly seed: number;
  readonly every: number;
  readonly profile: string;
  readonly picture?: string;
  readonly json?: boolean;
}

export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description("How often a day's loss of random portfolios would have exceeded their margins.")
    .requiredOption('--chains <files>', 'option chains, CSV, comma-separated')
    .requiredOption('--candles <files>', 'price history: btc=FILE.csv,eth=FILE.csv,...')
    .option('--portfolios <n>', 'how many portfolios, of eight types alike', wholeFrom(8, 100_000), 1000)
    .option('--seed <n>', 'which portfolios they are', wholeFrom(0, 2 ** 32 - 1), 1)
    .option('--every <n>', 'take each n-th window only', wholeFrom(1, 1000), 1)
    .option('--profile <profile>', "a preset's name, a JSON object or a .json file", 'portfolio')
    .option('--picture <file>', 'also write a picture, SVG')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
A window of 24 hours begins with every candle. The price moves of all underlyings are those of the same 24 hours; options age by a
day. What volatility does meanwhile is assumed in three ways; docs/model.md says how.

Examples:
  novate backtest --chains chain.csv --candles btc=btc-usd-2h.csv,eth=eth-usd-2h.csv
  novate backtest --chains a.csv,b.csv --candles btc=btc-usd-2h.csv,eth=eth-usd-2h.csv --profile standard --json
  novate backtest --chains a.csv --candles btc=b.csv,eth=e.csv --profile '{ "scanRange": { "BTC": "0.2" }, "rho": "0" }'`,
    )
    .action(async ({ picture, json = false, ...options }: Options) => {
      // imported here: no other command needs the optimiser
      const { runBacktest } = await import('../backtest/runBacktest.ts');
      await runBacktest({ ...options, json, picturePath: picture });
    });
}

function wholeFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
    }
    return value;
  };
}
