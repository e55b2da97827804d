import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface CancelOrderParameters extends Sender {
  readonly account: AccountId;
  readonly nonce: bigint;
}

/**
 * Prepares cancelling the order with this nonce for good.
 * @throws NovateContractError NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareCancelOrder(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, nonce, sender }: CancelOrderParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functionName: 'cancel',
    args: [account, nonce],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Cancels one order. @returns The transaction's hash. */
export async function sendCancelOrder(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: CancelOrderParameters,
): Promise<Hash> {
  return send(client, () => prepareCancelOrder(client, addresses, parameters));
}
