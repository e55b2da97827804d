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

export interface ClearFlagParameters extends Sender {
  readonly account: AccountId;
}

/**
 * Prepares clearing the flag of an account whose health has returned.
 * @throws NovateContractError NotFlagged, NotHealthy, PriceNotUsable
 * @throws MissingSenderError
 */
export async function prepareClearFlag(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, sender }: ClearFlagParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'clearFlag',
    args: [account],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Clears an account's flag. @returns The transaction's hash. */
export async function sendClearFlag(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: ClearFlagParameters,
): Promise<Hash> {
  return send(client, () => prepareClearFlag(client, addresses, parameters));
}
