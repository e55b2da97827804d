import type { Command } from 'commander';
import type { SetExitCode } from '../program.ts';
import { createProgress } from '../report/progress.ts';
import { UsageError } from '../usageError.ts';

interface Options {
  readonly network: string;
  readonly parameters?: string;
  readonly rpc?: string;
  readonly deploymentId?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addDeployCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('deploy')
    .description('Deploys the protocol to a network, or goes on where an earlier run stopped, and checks it.')
    .requiredOption('--network <name>', 'localhost, sepolia, arbitrumSepolia or baseSepolia')
    .option('--parameters <file>', 'JSON5 (default deploy/parameters/<network>.json5)')
    .option('--rpc <url>', "instead of the network's own node")
    .option('--deployment-id <id>', "where Ignition keeps its journal (default chain-<the chain's id>)")
    .option('--dry-run', 'play it on a copy of the chain and say what it would cost; nothing is sent')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Parameters, tokens and feeds are checked before anything is sent; afterwards code, wiring, roles, delays, assets and prices are
checked on chain, and the exit code is 1 where one is not as it must be. An interrupted run is resumed by the same command.
The key is Hardhat's: npx hardhat keystore set DEPLOYER_PRIVATE_KEY. See docs/deploy.md.

Examples:
  novate deploy --network sepolia --dry-run
  novate deploy --network sepolia`,
    )
    .action(async (options: Options) => setExitCode(await deployOnce(options)));
}

async function deployOnce({ network: name, json = false, ...options }: Options): Promise<number> {
  // imported here: no other command needs them
  const { NETWORKS } = await import('../deploy/networks.ts');
  const { runDeploy } = await import('../deploy/runDeploy.ts');
  const { formatDeployment } = await import('../deploy/formatDeployment.ts');
  const { ROOT } = await import('../local/children.ts');
  const network = NETWORKS.find((one) => one.name === name);
  if (network === undefined) {
    const known = NETWORKS.map((one) => one.name);
    const { nearest } = await import('@novate/keeper');
    const close = nearest(name, known);
    const hint = close === undefined ? '' : `; did you mean ${close}?`;
    throw new UsageError(`unknown network "${name}"; known are ${known.join(', ')}${hint}`);
  }
  const result = await runDeploy({
    network,
    parametersPath: options.parameters ?? `${ROOT}/deploy/parameters/${name}.json5`,
    rpcUrl: options.rpc,
    dryRun: options.dryRun === true,
    deploymentId: options.deploymentId,
    progress: createProgress(process.stderr),
  });
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : formatDeployment(result, network));
  return result.ok ? 0 : 1;
}
