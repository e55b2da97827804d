import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface FlagParameters extends Sender {
  readonly account: AccountId;
}

/**
 * Prepares flagging an account below maintenance margin, which starts its penalty ramp.
 * @throws NovateContractError NotLiquidatable, PriceNotUsable
 * @throws MissingSenderError
 */
export async function prepareFlag(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, sender }: FlagParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'flag',
    args: [account],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Flags an account. @returns The transaction's hash. */
export async function sendFlag(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: FlagParameters,
): Promise<Hash> {
  return send(client, () => prepareFlag(client, addresses, parameters));
}
