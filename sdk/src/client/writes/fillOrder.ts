import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { SignedOrder } from '../../orders/index.ts';
import { abs } from '../../units/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { requireVault } from '../requireVault.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface FillOrderParameters extends Sender {
  readonly order: SignedOrder;
  /** Upper bound of the fill, units wad; what the order has left unless given. */
  readonly maxSize?: bigint | undefined;
}

/**
 * Prepares filling a signed order from the liquidity vault. The result is the units that would trade, wad.
 * @throws NovateContractError such as PricesDoNotCross (the quote is worse than the limit), PriceNotFresh,
 * PositionCapExceeded, OrderAlreadyFilled, BelowInitialMargin
 * @throws MissingSenderError, MissingVaultError
 */
export async function prepareFillOrder(
  client: NovateClient,
  addresses: NovateAddresses,
  { order, maxSize, sender }: FillOrderParameters,
): Promise<Prepared<bigint>> {
  const request = {
    address: requireVault(addresses),
    abi: liquidityVaultAbi,
    functionName: 'fillOrder',
    args: [order, maxSize ?? abs(order.order.size)],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Fills a signed order from the vault. @returns The transaction's hash. */
export async function sendFillOrder(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: FillOrderParameters,
): Promise<Hash> {
  return send(client, () => prepareFillOrder(client, addresses, parameters));
}
