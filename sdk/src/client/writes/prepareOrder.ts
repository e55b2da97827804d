import { getBlock, readContract } from 'viem/actions';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { buildOrder, DEFAULT_LIFETIME_SEC } from '../../orders/index.ts';
import type { BuildOrderParameters, Order } from '../../orders/index.ts';
import { max } from '../../units/index.ts';
import { explained } from '../explained.ts';
import { getEpoch } from '../reads/getEpoch.ts';
import type { NovateClient } from '../types.ts';

const WAD_PER_BPS = 10n ** 14n;

/**
 * Builds an order with what the chain knows for what is left out: the account's epoch, an expiry one day after the latest
 * block, and a fee limit of twice the matcher's higher rate, so that rounding or a small change does not stop it.
 * @throws InvalidOrderError
 */
export async function prepareOrder(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: BuildOrderParameters,
): Promise<Order> {
  const [epoch, [makerFeeBps, takerFeeBps], block] = await Promise.all([
    parameters.epoch ?? getEpoch(client, addresses, { account: parameters.account }),
    explained(
      readContract(client, { address: addresses.orderMatcher, abi: orderMatcherAbi, functionName: 'fees' }),
    ),
    getBlock(client),
  ]);
  const rate = max(BigInt(makerFeeBps), BigInt(takerFeeBps)) * WAD_PER_BPS;
  return buildOrder({
    ...parameters,
    epoch,
    maxFee: parameters.maxFee ?? 2n * rate,
    expirySec: parameters.expirySec ?? Number(block.timestamp) + DEFAULT_LIFETIME_SEC,
  });
}
