import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { SignedOrder } from '../../orders/index.ts';
import { abs, min } from '../../units/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface MatchOrdersParameters extends Sender {
  /** Sets the price. */
  readonly maker: SignedOrder;
  readonly taker: SignedOrder;
  /** Upper bound of the fill, units wad; the smaller of both orders unless given. */
  readonly maxSize?: bigint | undefined;
}

/**
 * Prepares matching two signed orders that cross. The result is the units that would trade, wad.
 * @throws NovateContractError such as PricesDoNotCross, OrderExpired, InvalidSignature, BelowInitialMargin, PriceOutOfBand
 * @throws MissingSenderError
 */
export async function prepareMatchOrders(
  client: NovateClient,
  addresses: NovateAddresses,
  { maker, taker, maxSize, sender }: MatchOrdersParameters,
): Promise<Prepared<bigint>> {
  const request = {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functionName: 'matchOrders',
    args: [maker, taker, maxSize ?? min(abs(maker.order.size), abs(taker.order.size))],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Matches two orders. @returns The transaction's hash. */
export async function sendMatchOrders(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: MatchOrdersParameters,
): Promise<Hash> {
  return send(client, () => prepareMatchOrders(client, addresses, parameters));
}
