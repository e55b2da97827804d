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

export interface ReservePositionsParameters extends Sender {
  readonly account: AccountId;
  /** 0 to 64: for so many positions the account is to have storage in use. */
  readonly count: number;
}

/**
 * Prepares paying ahead for the storage of positions: 22,100 gas for each that the account never had, and 17,100 less when one is
 * opened there. Anyone may.
 * @throws NovateContractError TooManyPositions
 * @throws MissingSenderError
 */
export async function prepareReservePositions(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, count, sender }: ReservePositionsParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'reservePositions',
    args: [account, BigInt(count)],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Pays ahead for the storage of positions. @returns The transaction's hash. */
export async function sendReservePositions(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: ReservePositionsParameters,
): Promise<Hash> {
  return send(client, () => prepareReservePositions(client, addresses, parameters));
}
