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

export type AccrueInterestParameters = Sender;

/**
 * Prepares bringing the cash indexes up to now.
 * @throws MissingSenderError
 */
export async function prepareAccrueInterest(
  client: NovateClient,
  addresses: NovateAddresses,
  { sender }: AccrueInterestParameters = {},
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'accrueInterest',
    args: [],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Brings the cash indexes up to now. @returns The transaction's hash. */
export async function sendAccrueInterest(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: AccrueInterestParameters = {},
): Promise<Hash> {
  return send(client, () => prepareAccrueInterest(client, addresses, parameters));
}
