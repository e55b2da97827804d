import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface AccrueFundingParameters extends Sender {
  readonly underlying: number;
}

/**
 * Prepares bringing a perp's funding index up to now. Changes nobody's equity.
 * @throws NovateContractError UnknownInstrument
 * @throws MissingSenderError
 */
export async function prepareAccrueFunding(
  client: NovateClient,
  addresses: NovateAddresses,
  { underlying, sender }: AccrueFundingParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'accrueFunding',
    args: [underlying],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Brings a funding index up to now. @returns The transaction's hash. */
export async function sendAccrueFunding(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: AccrueFundingParameters,
): Promise<Hash> {
  return send(client, () => prepareAccrueFunding(client, addresses, parameters));
}
