import { AddressFileError, loadDeployedAddresses } from '@novate/sdk';
import type { NovateAddresses } from '@novate/sdk';
import { createPublicClient, http, HttpRequestError, TimeoutError } from 'viem';
import type { PublicClient } from 'viem';
import { UsageError } from '../usageError.ts';

/** A deployment that can be read. */
export interface OpenDeployment {
  readonly client: PublicClient;
  readonly addresses: NovateAddresses;
  /** What the node answers; where it does not answer, an error that says which one. */
  readonly reached: <Answer>(answer: Promise<Answer>) => Promise<Answer>;
}

export interface DeploymentOptions {
  readonly rpcUrl: string;
  readonly addressesPath: string;
}

/** @throws UsageError where the URL or the file cannot be used */
export async function openDeployment({ rpcUrl, addressesPath }: DeploymentOptions): Promise<OpenDeployment> {
  const addresses = await loadAddresses(addressesPath);
  const client = openNode(rpcUrl);
  return { client, addresses, reached: (answer) => reached(rpcUrl, answer) };
}

/** @throws UsageError where it is no URL */
export function openNode(rpcUrl: string): PublicClient {
  if (!/^https?:\/\//.test(rpcUrl)) {
    throw new UsageError(`--rpc: expected a URL such as http://127.0.0.1:8545, found "${rpcUrl}"`);
  }
  return createPublicClient({ transport: http(rpcUrl), cacheTime: 0 });
}

async function loadAddresses(path: string): Promise<NovateAddresses> {
  try {
    return await loadDeployedAddresses(path);
  } catch (error) {
    throw error instanceof AddressFileError ? new UsageError(error.message) : error;
  }
}

async function reached<Answer>(rpcUrl: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof HttpRequestError || error instanceof TimeoutError)) throw error;
    throw new Error(`${rpcUrl}: no node answers there; start it, or check --rpc`, { cause: error });
  }
}
