import { resolve } from 'node:path';
import { createPublicClient, custom, formatEther, getAddress } from 'viem';
import type { Address, PublicClient } from 'viem';
import type { Progress } from '../report/progress.ts';
import { UsageError } from '../usageError.ts';
import { checkDeployment, checkInputs } from './checkDeployment.ts';
import type { DeployCheck, DeployedContracts } from './checkDeployment.ts';
import type { DeployNetwork } from './networks.ts';
import { openNetwork } from './openNetwork.ts';
import type { Connection } from './openNetwork.ts';
import { checkParameters, deployedParameters } from './parameters.ts';
import type { DeployParameters } from './parameters.ts';

export interface DeployOptions {
  readonly network: DeployNetwork;
  readonly parametersPath: string;
  readonly rpcUrl: string | undefined;
  readonly dryRun: boolean;
  readonly deploymentId: string | undefined;
  readonly progress: Progress;
}

/** @property ok Whether every check of the deployment holds. */
export interface DeployResult {
  readonly network: string;
  readonly chainId: number;
  readonly deployer: Address;
  readonly dryRun: boolean;
  readonly contracts: DeployedContracts;
  readonly gasUsed: string;
  readonly cost: string;
  readonly checks: readonly DeployCheck[];
  readonly ok: boolean;
}

/**
 * Deploys the protocol, or goes on where an earlier run stopped, and checks what came of it. Nothing is sent before the
 * parameters and what they point to have been checked.
 * @throws UsageError where the parameters cannot be used
 */
export async function runDeploy(options: DeployOptions): Promise<DeployResult> {
  const { network, dryRun, progress } = options;
  const parametersPath = resolve(options.parametersPath);
  const parameters = await readParameters(parametersPath, network.isPublic);
  const connection = await openNetwork(options);
  try {
    const client = clientOf(connection);
    const deployer = await deployerOf(connection);
    await progress.task('check tokens and feeds', () => requireInputs(client, parameters));
    const [startBlock, balance] = [
      await client.getBlockNumber(),
      await client.getBalance({ address: deployer }),
    ];
    const contracts = await progress.task(dryRun ? 'deploy on a copy of the chain' : 'deploy', () =>
      deployAll(connection, parameters, options.deploymentId),
    );
    const spent = balance - (await client.getBalance({ address: deployer }));
    const gasUsed = await gasSince(client, startBlock, deployer);
    const checks = await progress.task('check the deployment', () =>
      checkDeployment(client, contracts, parameters, deployer),
    );
    return {
      network: network.name,
      chainId: await client.getChainId(),
      deployer,
      dryRun,
      contracts,
      gasUsed: gasUsed.toString(),
      cost: formatEther(spent),
      checks,
      ok: checks.every(({ ok }) => ok),
    };
  } finally {
    await connection.close();
  }
}

async function readParameters(path: string, isPublic: boolean): Promise<DeployParameters> {
  const { readDeploymentParameters } = await import('@nomicfoundation/hardhat-ignition/helpers');
  let all: Record<string, unknown>;
  try {
    all = await readDeploymentParameters(path);
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { Novate: own, ...others } = all;
  const [stray] = Object.keys(others);
  if (own === undefined)
    throw new UsageError(
      `${path}: needs one object named "Novate"${stray === undefined ? '' : `, not "${stray}"`}`,
    );
  return checkParameters(own, path, isPublic);
}

function clientOf(connection: Connection): PublicClient {
  const { provider } = connection;
  return createPublicClient({
    transport: custom({
      request: ({ method, params }: { method: string; params?: unknown[] }) =>
        provider.request({ method, params: params ?? [] }),
    }),
    pollingInterval: 50,
  });
}

async function deployerOf(connection: Connection): Promise<Address> {
  const accounts: unknown = await connection.provider.request({ method: 'eth_accounts' });
  const first: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  if (typeof first !== 'string') {
    throw new UsageError(
      'there is no key to deploy with; run `npx hardhat keystore set DEPLOYER_PRIVATE_KEY`',
    );
  }
  return getAddress(first);
}

async function requireInputs(client: PublicClient, parameters: DeployParameters): Promise<void> {
  const bad = (await checkInputs(client, parameters)).find(({ ok }) => !ok);
  if (bad !== undefined) throw new UsageError(bad.message);
}

async function deployAll(
  connection: Connection,
  parameters: DeployParameters,
  deploymentId: string | undefined,
): Promise<DeployedContracts> {
  const { default: Novate } = await import('../../../deploy/modules/Novate.ts');
  const deployed = await connection.ignition.deploy(Novate, {
    parameters: { Novate: deployedParameters(parameters) as never },
    displayUi: false,
    ...(deploymentId === undefined ? {} : { deploymentId }),
  });
  const addressOf = async (name: keyof DeployedContracts): Promise<Address> =>
    getAddress(await deployed[name].getAddress());
  return {
    accessManager: await addressOf('accessManager'),
    priceRouter: await addressOf('priceRouter'),
    riskEngine: await addressOf('riskEngine'),
    clearinghouse: await addressOf('clearinghouse'),
    insuranceFund: await addressOf('insuranceFund'),
    orderMatcher: await addressOf('orderMatcher'),
    liquidityVault: await addressOf('liquidityVault'),
    liquidator: await addressOf('liquidator'),
    marginLens: await addressOf('marginLens'),
  };
}

/** Gas of the deployer's transactions in the blocks after `from`. */
async function gasSince(client: PublicClient, from: bigint, deployer: Address): Promise<bigint> {
  const last = await client.getBlockNumber();
  let gas = 0n;
  for (let blockNumber = from + 1n; blockNumber <= last; blockNumber++) {
    const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true });
    for (const { hash, from: sender } of transactions) {
      if (getAddress(sender) !== deployer) continue;
      gas += (await client.getTransactionReceipt({ hash })).gasUsed;
    }
  }
  return gas;
}
