import { waitForTransactionReceipt, writeContract } from 'viem/actions';
import type { Hash } from 'viem';
import { RequirementFailedError, RequirementsNotMetError } from './errors.ts';
import { explained } from './explained.ts';
import type { Prepared, Requirement, WriteRequest } from './prepare.ts';
import type { NovateClient } from './types.ts';

/**
 * Prepares a write, sends what it requires and waits until that is mined, then sends the write itself.
 * @returns The hash of the write, which may still be pending.
 * @throws NovateContractError where it would revert, RequirementFailedError, RequirementsNotMetError
 */
export async function send<Result>(
  client: NovateClient,
  prepareWrite: () => Promise<Prepared<Result>>,
): Promise<Hash> {
  const first = await prepareWrite();
  if (first.ready) return sendRequest(client, first.request);
  for (const requirement of first.requirements) await fulfil(client, requirement);
  const second = await prepareWrite();
  if (!second.ready)
    throw new RequirementsNotMetError(second.requirements.map(({ description }) => description));
  return sendRequest(client, second.request);
}

/** Signs and sends a prepared request. @returns The hash; the transaction may still be pending. */
export async function sendRequest(client: NovateClient, request: WriteRequest): Promise<Hash> {
  return explained(writeContract(client, { ...request, chain: client.chain ?? null }));
}

async function fulfil(client: NovateClient, { request, description }: Requirement): Promise<void> {
  const hash = await sendRequest(client, request);
  const { status } = await waitForTransactionReceipt(client, { hash });
  if (status !== 'success') throw new RequirementFailedError(description, hash);
}
