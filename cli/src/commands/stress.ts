import { parseWad } from '@novate/sdk';
import type { Command } from 'commander';
import { runStress } from '../stress/runStress.ts';
import { UsageError } from '../usageError.ts';

interface Options {
  readonly portfolio: string;
  readonly market: string;
  readonly moves: string;
  readonly vols: string;
  readonly json?: boolean;
}

export function addStressCommand(program: Command): void {
  program
    .command('stress')
    .description('Equity and margin with the market moved, liquidation prices and Greeks.')
    .requiredOption('--portfolio <file>', 'what the account holds, JSON')
    .requiredOption('--market <file>', 'prices and risk profile, JSON')
    .option(
      '--moves <list>',
      'changes of all prices, as fractions',
      '-0.3,-0.2,-0.1,-0.05,0,0.05,0.1,0.2,0.3',
    )
    .option('--vols <list>', 'changes of implied volatility, as fractions of itself', '0')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  novate stress --portfolio portfolio.json --market market.json
  novate stress --portfolio portfolio.json --market market.json --moves -0.5,0,0.5 --vols -0.25,0,0.4 --json`,
    )
    .action(({ portfolio, market, moves, vols, json = false }: Options) => {
      const options = { portfolioPath: portfolio, marketPath: market, json };
      runStress({ ...options, moves: fractions('--moves', moves), vols: fractions('--vols', vols) });
    });
}

function fractions(option: string, list: string): bigint[] {
  return list.split(',').map((text) => {
    const value = toWad(text.trim());
    if (value !== undefined && value > -(10n ** 18n)) return value;
    throw new UsageError(
      `${option}: expected fractions above -1 with commas between, such as -0.1,0,0.1, found "${text}"`,
    );
  });
}

function toWad(text: string): bigint | undefined {
  try {
    return parseWad(text);
  } catch {
    return undefined;
  }
}
