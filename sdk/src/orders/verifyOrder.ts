import { isAddressEqual, recoverTypedDataAddress } from 'viem';
import type { Address } from 'viem';
import { verifyTypedData } from 'viem/actions';
import type { NovateClient } from '../client/types.ts';
import { orderTypedData, triggerOrderTypedData } from './orderTypedData.ts';
import type { OrderDomain, SignedOrder, SignedTriggerOrder } from './types.ts';

export interface VerifyOrderParameters extends OrderDomain {
  readonly signedOrder: SignedOrder;
}

/**
 * Whether the signature is the signer's: of a key, checked here, or of a contract wallet (ERC-1271), asked on chain.
 * Says nothing about whether the signer may trade for the account; see getApproval for that.
 */
export async function verifyOrder(
  client: NovateClient,
  { signedOrder, chainId, orderMatcher }: VerifyOrderParameters,
): Promise<boolean> {
  const { order, signer, signature } = signedOrder;
  const recovered = await recoverOrderSigner({ signedOrder, chainId, orderMatcher });
  if (recovered !== undefined && isAddressEqual(recovered, signer)) return true;
  return verifyTypedData(client, {
    address: signer,
    signature,
    ...orderTypedData(order, { chainId, orderMatcher }),
  });
}

/** The key that signed, by recovery and without a network; undefined where the signature is not one of a key. */
export async function recoverOrderSigner({
  signedOrder: { order, signature },
  chainId,
  orderMatcher,
}: VerifyOrderParameters): Promise<Address | undefined> {
  try {
    return await recoverTypedDataAddress({ signature, ...orderTypedData(order, { chainId, orderMatcher }) });
  } catch {
    return undefined;
  }
}

export interface VerifyTriggerOrderParameters extends OrderDomain {
  readonly signedOrder: SignedTriggerOrder;
}

/** As `verifyOrder`, for a trigger order. */
export async function verifyTriggerOrder(
  client: NovateClient,
  { signedOrder, chainId, orderMatcher }: VerifyTriggerOrderParameters,
): Promise<boolean> {
  const { triggerOrder, signer, signature } = signedOrder;
  const typedData = triggerOrderTypedData(triggerOrder, { chainId, orderMatcher });
  try {
    const recovered = await recoverTypedDataAddress({ signature, ...typedData });
    if (isAddressEqual(recovered, signer)) return true;
  } catch {
    // not a signature of a key: a contract wallet may still know it
  }
  return verifyTypedData(client, { address: signer, signature, ...typedData });
}
