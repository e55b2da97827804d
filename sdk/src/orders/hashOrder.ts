import { hashTypedData } from 'viem';
import type { Hex } from 'viem';
import { orderTypedData } from './orderTypedData.ts';
import type { Order, OrderDomain } from './types.ts';

/** The order's EIP-712 hash, the same as `IOrderMatcher.orderHash`. */
export function hashOrder(order: Order, domain: OrderDomain): Hex {
  return hashTypedData(orderTypedData(order, domain));
}
