import type { TriggerOrder } from './types.ts';

/**
 * Whether an index price triggers the order. The chain also wants the price's status to be ok: a guarded or stale price
 * triggers nothing.
 * @param index Wad USD.
 */
export function isTriggered({ triggerPrice, above }: TriggerOrder, index: bigint): boolean {
  return above ? index >= triggerPrice : index <= triggerPrice;
}
