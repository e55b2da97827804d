import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import type { SignedOrder, SignedTriggerOrder } from '../../orders/index.ts';
import { abs, min } from '../../units/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { requireVault } from '../requireVault.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface ExecuteTriggeredParameters extends Sender {
  readonly order: SignedTriggerOrder;
  /** A signed order that crosses it; the liquidity vault takes the other side unless given. */
  readonly maker?: SignedOrder | undefined;
  /** Upper bound of the fill, units wad; as much as the orders allow unless given. */
  readonly maxSize?: bigint | undefined;
  /** The account that gets the tip: usually the sender's own. */
  readonly executor: AccountId;
}

/**
 * Prepares executing a trigger order for its tip. The result is the units that would trade, wad: the tip is that share of
 * the order's. Orders that are not due yet throw TriggerNotReached, and the simulation costs nothing.
 * @throws NovateContractError such as TriggerNotReached, TriggerPriceNotFresh, OrderAlreadyFilled, PricesDoNotCross,
 * FeeTooHigh (a tip above what a trade may cost), BelowInitialMargin
 * @throws MissingSenderError, MissingVaultError where neither a maker is given nor the deployment has a vault
 */
export async function prepareExecuteTriggered(
  client: NovateClient,
  addresses: NovateAddresses,
  { order, maker, maxSize, executor, sender }: ExecuteTriggeredParameters,
): Promise<Prepared<bigint>> {
  const account = senderOf(client, sender);
  const size = abs(order.triggerOrder.order.size);
  if (maker === undefined) {
    const request = {
      address: requireVault(addresses),
      abi: liquidityVaultAbi,
      functionName: 'fillTriggered',
      args: [order, maxSize ?? size, executor],
      account,
    } as const;
    return prepare(client, request, () => simulateContract(client, request));
  }
  const request = {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functionName: 'executeTriggered',
    args: [maker, order, maxSize ?? min(size, abs(maker.order.size)), executor],
    account,
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Executes a trigger order. @returns The transaction's hash. */
export async function sendExecuteTriggered(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: ExecuteTriggeredParameters,
): Promise<Hash> {
  return send(client, () => prepareExecuteTriggered(client, addresses, parameters));
}
