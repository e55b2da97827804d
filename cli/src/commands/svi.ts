import type { Command } from 'commander';

interface Options {
  readonly chain: string;
  readonly json?: boolean;
}

export function addSviCommand(program: Command): void {
  program
    .command('svi')
    .description('Fits a volatility surface (raw SVI, free of butterfly arbitrage) to an option chain.')
    .requiredOption('--chain <file>', 'the chain, CSV')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Also reproduces each option's mark by Black-76 on its stated volatility. Errors of the fit are in vol points.

Examples:
  novate svi --chain deribit-options-20260115T035850Z.csv
  novate svi --chain deribit-options-20260115T035850Z.csv --json`,
    )
    .action(async ({ chain, json = false }: Options) => {
      // imported here: no other command needs the optimiser
      const { runSvi } = await import('../svi/runSvi.ts');
      await runSvi({ chainPath: chain, json });
    });
}
