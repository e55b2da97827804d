import { hashTypedData } from 'viem';
import type { Hex } from 'viem';
import { orderTypedData, triggerOrderTypedData } from './orderTypedData.ts';
import type { Order, OrderDomain, TriggerOrder } from './types.ts';

/** The order's EIP-712 hash, the same as `IOrderMatcher.orderHash`. */
export function hashOrder(order: Order, domain: OrderDomain): Hex {
  return hashTypedData(orderTypedData(order, domain));
}

/** The trigger order's EIP-712 hash, the same as `IOrderMatcher.triggerOrderHash`. */
export function hashTriggerOrder(triggerOrder: TriggerOrder, domain: OrderDomain): Hex {
  return hashTypedData(triggerOrderTypedData(triggerOrder, domain));
}
