import type { Hash } from 'viem';
import { waitForTransactionReceipt } from 'viem/actions';
import type { WriteRequest } from '../client/prepare.ts';
import { sendRequest } from '../client/send.ts';
import type { NovateClient } from '../client/types.ts';
import { TestDeploymentError } from './errors.ts';

/** Sends and waits until it is mined. @throws NovateContractError, TestDeploymentError where it reverted */
export async function sendMined(client: NovateClient, request: WriteRequest): Promise<Hash> {
  const hash = await sendRequest(client, request);
  const { status } = await waitForTransactionReceipt(client, { hash });
  if (status !== 'success') throw new TestDeploymentError(`${request.functionName} reverted: ${hash}`);
  return hash;
}
