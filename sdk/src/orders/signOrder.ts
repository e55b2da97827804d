import { signTypedData } from 'viem/actions';
import type { Account, Address } from 'viem';
import type { NovateClient } from '../client/types.ts';
import { senderOf } from '../client/sender.ts';
import { orderTypedData, triggerOrderTypedData } from './orderTypedData.ts';
import type { Order, OrderDomain, SignedOrder, SignedTriggerOrder, TriggerOrder } from './types.ts';

export interface SignOrderParameters extends OrderDomain {
  readonly order: Order;
  /** Who signs; the client's account unless given. */
  readonly signer?: Account | Address | undefined;
}

/**
 * Asks a wallet to sign an order.
 * @throws MissingSenderError where neither the client nor the call names a signer
 */
export async function signOrder(
  client: NovateClient,
  { order, chainId, orderMatcher, signer }: SignOrderParameters,
): Promise<SignedOrder> {
  const account = senderOf(client, signer);
  const signature = await signTypedData(client, {
    account,
    ...orderTypedData(order, { chainId, orderMatcher }),
  });
  return { order, signer: account.address, signature };
}

export interface SignTriggerOrderParameters extends OrderDomain {
  readonly triggerOrder: TriggerOrder;
  /** Who signs; the client's account unless given. */
  readonly signer?: Account | Address | undefined;
}

/**
 * Asks a wallet to sign a trigger order.
 * @throws MissingSenderError where neither the client nor the call names a signer
 */
export async function signTriggerOrder(
  client: NovateClient,
  { triggerOrder, chainId, orderMatcher, signer }: SignTriggerOrderParameters,
): Promise<SignedTriggerOrder> {
  const account = senderOf(client, signer);
  const signature = await signTypedData(client, {
    account,
    ...triggerOrderTypedData(triggerOrder, { chainId, orderMatcher }),
  });
  return { triggerOrder, signer: account.address, signature };
}
