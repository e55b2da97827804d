import type { Command } from 'commander';
import { runMargin } from '../margin/index.ts';

interface Options {
  readonly portfolio: string;
  readonly market: string;
  readonly json?: boolean;
  readonly onchain?: boolean;
}

export function addMarginCommand(program: Command): void {
  program
    .command('margin')
    .description('Equity and margin of a portfolio at given prices.')
    .requiredOption('--portfolio <file>', 'what the account holds, JSON')
    .requiredOption('--market <file>', 'prices and risk profile, JSON')
    .option('--onchain', 'ask the contracts, on a chain inside this process, instead of their twin')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  novate margin --portfolio portfolio.json --market market.json
  novate margin --portfolio portfolio.json --market market.json --onchain --json`,
    )
    .action(async ({ portfolio, market, json = false, onchain = false }: Options) => {
      const options = { portfolioPath: portfolio, marketPath: market, json };
      if (!onchain) return runMargin(options);
      // imported here: it brings Hardhat with it
      const { runMarginOnchain } = await import('../onchain/runMarginOnchain.ts');
      await runMarginOnchain(options);
    });
}
