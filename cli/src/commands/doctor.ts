import type { Command } from 'commander';
import pc from 'picocolors';
import type { Check } from '../doctor/check.ts';
import type { SetExitCode } from '../program.ts';

interface Options {
  readonly rpc?: string;
  readonly addresses?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
}

const MARKS: Readonly<Record<Check['result'], string>> = {
  ok: pc.green('ok     '),
  warning: pc.yellow('warning'),
  failed: pc.red('FAILED '),
  skipped: pc.dim('skipped'),
};

export function addDoctorCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('doctor')
    .description('Looks at this machine and at a deployment, and says what to do about what is wrong.')
    .option('--rpc <url>', 'JSON-RPC of a chain')
    .option('--addresses <file>', 'deployed_addresses.json of the deployment')
    .option('--offline', "do not ask npm's registry")
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Looks at Node, installed packages, the build and npm's registry; with --rpc at the node; with --addresses too at the contracts, the age
and state of each price feed, and whether the pool covers its claims. Exits with 1 where something failed; warnings do not count.

Examples:
  novate doctor
  novate doctor --rpc http://127.0.0.1:8545 --addresses deployed_addresses.json --json`,
    )
    .action(async ({ rpc, addresses, offline = false, json = false }: Options) => {
      // imported here: no other command needs it
      const { runDoctor } = await import('../doctor/runDoctor.ts');
      const checks = await runDoctor({ rpcUrl: rpc, addressesPath: addresses, offline });
      const good = !checks.some(({ result }) => result === 'failed');
      const lines = checks.map(({ name, result, message }) => `${MARKS[result]} ${name}: ${message}`);
      process.stdout.write(
        `${json ? JSON.stringify({ ok: good, checks }, undefined, 2) : lines.join('\n')}\n`,
      );
      if (!good) setExitCode(1);
    });
}
