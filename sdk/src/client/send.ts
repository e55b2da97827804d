import { waitForTransactionReceipt, writeContract } from 'viem/actions';
import { MethodNotFoundRpcError, MethodNotSupportedRpcError, UnsupportedProviderMethodError } from 'viem';
import type { Hash } from 'viem';
import { RequirementFailedError, RequirementsNotMetError } from './errors.ts';
import { explained } from './explained.ts';
import { signPermit } from './permits.ts';
import type { SignedPermit } from './permits.ts';
import type { PermitRequirement, Prepared, Requirement, WriteRequest } from './prepare.ts';
import type { NovateClient } from './types.ts';

/**
 * Prepares a write, has signed what it requires or sends it and waits until that is mined, then sends the write itself.
 * @param prepareWrite Gets the permit that was signed for it, or `false` where the wallet can sign none.
 * @returns The hash of the write, which may still be pending.
 * @throws NovateContractError where it would revert, RequirementFailedError, RequirementsNotMetError
 */
export async function send<Result>(
  client: NovateClient,
  prepareWrite: (permit?: SignedPermit | false) => Promise<Prepared<Result>>,
): Promise<Hash> {
  let prepared = await prepareWrite();
  if (prepared.ready) return sendRequest(client, prepared.request);
  const [first] = prepared.requirements;
  if (first.type === 'permit') prepared = await prepareWrite(await signIfAble(client, first));
  if (prepared.ready) return sendRequest(client, prepared.request);
  for (const requirement of prepared.requirements) await fulfil(client, requirement);
  const last = await prepareWrite(false);
  if (!last.ready) throw new RequirementsNotMetError(last.requirements.map(({ description }) => description));
  return sendRequest(client, last.request);
}

/** Signs and sends a prepared request. @returns The hash; the transaction may still be pending. */
export async function sendRequest(client: NovateClient, request: WriteRequest): Promise<Hash> {
  return explained(writeContract(client, { ...request, chain: client.chain ?? null }));
}

/** @returns false where the wallet does not sign typed data; whoever declines is not asked in another way */
async function signIfAble(
  client: NovateClient,
  requirement: PermitRequirement,
): Promise<SignedPermit | false> {
  try {
    return await signPermit(client, requirement);
  } catch (error) {
    if (isUnable(error)) return false;
    throw error;
  }
}

/** Whether somewhere on the way down it says that there is no such method. */
function isUnable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error instanceof MethodNotFoundRpcError ||
    error instanceof MethodNotSupportedRpcError ||
    error instanceof UnsupportedProviderMethodError ||
    isUnable(error.cause)
  );
}

async function fulfil(client: NovateClient, requirement: Requirement): Promise<void> {
  const { description } = requirement;
  // asked for after one was signed, or though there can be none: whoever prepares ignores what he is given
  if (requirement.type === 'permit') throw new RequirementsNotMetError([description]);
  const hash = await sendRequest(client, requirement.request);
  const { status } = await waitForTransactionReceipt(client, { hash });
  if (status !== 'success') throw new RequirementFailedError(description, hash);
}
