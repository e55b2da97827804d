import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface SetProfileParameters extends Sender {
  readonly account: AccountId;
  readonly profileId: number;
}

/**
 * Prepares switching an account to another risk profile; needs that profile's initial margin.
 * @throws NovateContractError such as UnknownProfile, BelowInitialMargin, ReduceOnly, NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareSetProfile(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, profileId, sender }: SetProfileParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'setProfile',
    args: [account, profileId],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Switches the risk profile. @returns The transaction's hash. */
export async function sendSetProfile(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: SetProfileParameters,
): Promise<Hash> {
  return send(client, () => prepareSetProfile(client, addresses, parameters));
}
