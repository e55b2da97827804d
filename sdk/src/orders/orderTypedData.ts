import type { TypedDataDomain } from 'viem';
import type { Order, OrderDomain, TriggerOrder } from './types.ts';

/** EIP-712 types of an order, in the order of the Solidity struct. */
export const orderTypes = {
  Order: [
    { name: 'account', type: 'uint256' },
    { name: 'instrument', type: 'uint96' },
    { name: 'size', type: 'int128' },
    { name: 'limitPrice', type: 'uint128' },
    { name: 'maxFee', type: 'uint64' },
    { name: 'nonce', type: 'uint64' },
    { name: 'epoch', type: 'uint32' },
    { name: 'expirySec', type: 'uint40' },
    { name: 'reduceOnly', type: 'bool' },
    { name: 'postOnly', type: 'bool' },
  ],
} as const;

/** EIP-712 types of a trigger order, in the order of the Solidity struct. */
export const triggerOrderTypes = {
  TriggerOrder: [
    { name: 'order', type: 'Order' },
    { name: 'triggerPrice', type: 'uint128' },
    { name: 'above', type: 'bool' },
    { name: 'tip', type: 'uint128' },
  ],
  ...orderTypes,
} as const;

export interface OrderTypedData {
  readonly domain: TypedDataDomain;
  readonly types: typeof orderTypes;
  readonly primaryType: 'Order';
  readonly message: Order;
}

/** What a wallet is asked to sign for an order: pass it to any EIP-712 signer. */
export function orderTypedData(order: Order, domain: OrderDomain): OrderTypedData {
  return { domain: typedDataDomain(domain), types: orderTypes, primaryType: 'Order', message: order };
}

export interface TriggerOrderTypedData {
  readonly domain: TypedDataDomain;
  readonly types: typeof triggerOrderTypes;
  readonly primaryType: 'TriggerOrder';
  readonly message: TriggerOrder;
}

/** What a wallet is asked to sign for a trigger order: pass it to any EIP-712 signer. */
export function triggerOrderTypedData(
  triggerOrder: TriggerOrder,
  domain: OrderDomain,
): TriggerOrderTypedData {
  return {
    domain: typedDataDomain(domain),
    types: triggerOrderTypes,
    primaryType: 'TriggerOrder',
    message: triggerOrder,
  };
}

function typedDataDomain({ chainId, orderMatcher }: OrderDomain): TypedDataDomain {
  return { name: 'Novate OrderMatcher', version: '1', chainId, verifyingContract: orderMatcher };
}
