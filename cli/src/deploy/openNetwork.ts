import type * as hardhat from 'hardhat';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { ROOT } from '../local/children.ts';
import { UsageError } from '../usageError.ts';
import type { DeployNetwork } from './networks.ts';

type Hardhat = typeof hardhat;
export type Connection = Awaited<ReturnType<Hardhat['network']['create']>>;

export interface OpenOptions {
  readonly network: DeployNetwork;
  /** Instead of the network's own address. */
  readonly rpcUrl: string | undefined;
  /** Play the deployment on a copy of the network in this process. */
  readonly dryRun: boolean;
}

/**
 * Connects to a network of `hardhat.config.ts`, whose keys come from Hardhat's keystore. A dry run forks it.
 * @throws UsageError where it is another chain than its name says
 */
export async function openNetwork({ network, rpcUrl, dryRun }: OpenOptions): Promise<Connection> {
  // Hardhat finds its configuration from where it runs
  process.chdir(ROOT);
  const { config, network: networks } = await loadHardhat();
  const url = rpcUrl ?? (await urlOf(config, network.name));
  const connection = dryRun
    ? await networks.create({ network: 'default', override: { forking: { url } } })
    : await networks.create({ network: network.name, override: rpcUrl === undefined ? {} : { url: rpcUrl } });
  const found = dryRun
    ? await chainIdAt(url)
    : Number(await connection.provider.request({ method: 'eth_chainId' }));
  if (network.chainId !== undefined && found !== network.chainId) {
    await connection.close();
    throw new UsageError(
      `${network.name} is chain ${network.chainId}, but the node is on chain ${found}; check the RPC`,
    );
  }
  return connection;
}

/** At run time only: nothing but a deployment loads Hardhat into this process. */
async function loadHardhat(): Promise<Hardhat> {
  process.env['HARDHAT_CONFIG'] ??= pathToFileURL(join(ROOT, 'hardhat.config.ts')).pathname;
  return import('hardhat');
}

async function urlOf(config: Hardhat['config'], name: string): Promise<string> {
  const found = config.networks[name];
  if (found?.type !== 'http') throw new UsageError(`network ${name} has no RPC address in hardhat.config.ts`);
  return found.url.getUrl();
}

async function chainIdAt(url: string): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null || !('result' in answer)) {
    throw new UsageError(`the node at ${new URL(url).origin} does not tell its chain`);
  }
  return Number(answer.result);
}
