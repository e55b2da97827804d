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

export interface CancelAllOrdersParameters extends Sender {
  readonly account: AccountId;
}

/**
 * Prepares cancelling every order that the account has signed so far, by advancing its epoch.
 * @throws NovateContractError NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareCancelAllOrders(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, sender }: CancelAllOrdersParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functionName: 'cancelAll',
    args: [account],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Cancels all orders of an account. @returns The transaction's hash. */
export async function sendCancelAllOrders(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: CancelAllOrdersParameters,
): Promise<Hash> {
  return send(client, () => prepareCancelAllOrders(client, addresses, parameters));
}
