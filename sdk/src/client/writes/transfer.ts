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

export interface TransferParameters extends Sender {
  readonly from: AccountId;
  readonly to: AccountId;
  /** 0 is cash. */
  readonly assetId: number;
  /** Wad, whatever the token's decimals. */
  readonly amount: bigint;
}

/**
 * Prepares moving an asset to another account of the same owner, or to one that the sender may deposit into.
 * @throws NovateContractError such as WithdrawalTooLarge, InsufficientBalance, SameAccount, NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareTransfer(
  client: NovateClient,
  addresses: NovateAddresses,
  { from, to, assetId, amount, sender }: TransferParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'transfer',
    args: [from, to, assetId, amount],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Moves an asset between accounts. @returns The transaction's hash. */
export async function sendTransfer(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: TransferParameters,
): Promise<Hash> {
  return send(client, () => prepareTransfer(client, addresses, parameters));
}
