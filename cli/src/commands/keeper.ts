import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { fileURLToPath } from 'node:url';
import type { SetExitCode } from '../program.ts';

const EXAMPLES = `
Examples:
  novate keeper run --config keeper.json
  novate keeper run --config keeper.json --check
  novate keeper doctor --config keeper.json
  novate keeper status --config keeper.json --json
  novate keeper replay --config keeper.json --block 123 --account 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266/0
  novate keeper stress --config keeper.json --moves -0.2,-0.1`;

export function addKeeperCommand(program: Command, setExitCode: SetExitCode): void {
  const keeper = program
    .command('keeper')
    .description('The bot that liquidates.')
    .addHelpText('after', EXAMPLES);
  keeper
    .command('run')
    .description(
      'Runs the keeper until it is stopped. Its own options follow as they are; see `novate keeper run --help`.',
    )
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[options...]', "the keeper's options")
    .action(async (options: string[]) => setExitCode(await runKeeper(options)));
  for (const [name, description] of Object.entries(LOOKS)) {
    keeper
      .command(name)
      .description(`${description} Options as of \`run\`; see \`novate keeper run --help\`.`)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .argument('[options...]', "the keeper's options")
      .action(async (options: string[]) => setExitCode(await runKeeper([name, ...options])));
  }
}

/** What looks at a keeper, or as one. */
const LOOKS = {
  doctor: 'Checks configuration, endpoints, contracts, wallets, prices, store and clocks; says what to do.',
  status: 'What a running keeper says of itself.',
  replay: 'What the keeper would decide at a past block, about whom, and why.',
  stress: 'Who would be liquidated if prices moved, and the capital and gas that it would take.',
} as const;

/** Hands over the terminal: the keeper's output, signals and exit code are ours. */
async function runKeeper(options: readonly string[]): Promise<number> {
  const script = fileURLToPath(new URL('./main.ts', import.meta.resolve('@novate/keeper')));
  const child = spawn(process.execPath, [script, ...options], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
