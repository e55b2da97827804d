import type { NovateAddresses } from '@novate/sdk';
import type { PublicClient } from 'viem';
import { openDeployment, openNode } from '../chain/openDeployment.ts';
import { skipped } from './check.ts';
import type { Check } from './check.ts';
import { checkContracts, checkFeeds, checkRpc, checkSolvency, refusal } from './checkChain.ts';
import { checkBuild, checkNode, checkPackages, checkRegistry } from './checkMachine.ts';

export interface DoctorOptions {
  readonly rpcUrl?: string | undefined;
  readonly addressesPath?: string | undefined;
  /** Do not ask npm's registry. */
  readonly offline: boolean;
}

/** Looks at this machine and, where it is told one, at a deployment. @throws UsageError where an option cannot be used */
export async function runDoctor({ rpcUrl, addressesPath, offline }: DoctorOptions): Promise<Check[]> {
  // what cannot be used is said before anything takes time
  const chain = rpcUrl === undefined ? undefined : openNode(rpcUrl);
  const deployment =
    rpcUrl === undefined || addressesPath === undefined
      ? undefined
      : await openDeployment({ rpcUrl, addressesPath });
  const machine = [
    checkNode(process.versions.node),
    ...(await Promise.all([checkPackages(), checkBuild(), checkRegistry(offline)])),
  ];
  if (chain === undefined || rpcUrl === undefined) {
    return [...machine, skipped('rpc', 'name a node with --rpc'), skipped('contracts', 'needs --rpc')];
  }
  const node = await checkRpc(chain, rpcUrl, Math.floor(Date.now() / 1_000));
  if (node.some(({ result }) => result === 'failed')) return [...machine, ...node];
  if (deployment === undefined) {
    return [...machine, ...node, skipped('contracts', 'name the deployment with --addresses')];
  }
  return [...machine, ...node, ...(await checkDeployment(chain, deployment.addresses))];
}

async function checkDeployment(client: PublicClient, addresses: NovateAddresses): Promise<Check[]> {
  const contracts = await checkContracts(client, addresses);
  if (contracts.some(({ result }) => result === 'failed')) return contracts;
  const [feeds, solvency] = await Promise.all([
    checkFeeds(client, addresses).catch((error: unknown) => [refusal('feeds', error)]),
    checkSolvency(client, addresses).catch((error: unknown) => refusal('solvency', error)),
  ]);
  return [...contracts, ...feeds, solvency];
}
