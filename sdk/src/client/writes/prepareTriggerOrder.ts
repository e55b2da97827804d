import type { NovateAddresses } from '../../addresses/index.ts';
import { buildTriggerOrder } from '../../orders/index.ts';
import type { BuildTriggerOrderParameters, TriggerOrder } from '../../orders/index.ts';
import type { NovateClient } from '../types.ts';
import { prepareOrder } from './prepareOrder.ts';

/**
 * Builds a trigger order with what the chain knows for what is left out, as `prepareOrder` does.
 * @throws InvalidOrderError
 */
export async function prepareTriggerOrder(
  client: NovateClient,
  addresses: NovateAddresses,
  { triggerPrice, above, tip, ...parameters }: BuildTriggerOrderParameters,
): Promise<TriggerOrder> {
  const order = await prepareOrder(client, addresses, parameters);
  return buildTriggerOrder({ ...order, triggerPrice, above, tip });
}
