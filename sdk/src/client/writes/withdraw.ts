import { simulateContract } from 'viem/actions';
import type { Address, Hash } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface WithdrawParameters extends Sender {
  readonly account: AccountId;
  /** 0 is cash, which may go below zero: then the account borrows. */
  readonly assetId: number;
  /** In the token's own decimals. */
  readonly amountRaw: bigint;
  readonly to: Address;
}

/**
 * Prepares a withdrawal.
 * @throws NovateContractError such as WithdrawalTooLarge, InsufficientBalance, InsufficientLiquidity, ReduceOnly,
 * NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareWithdraw(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, assetId, amountRaw, to, sender }: WithdrawParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'withdraw',
    args: [account, assetId, amountRaw, to],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Withdraws. @returns The transaction's hash. */
export async function sendWithdraw(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: WithdrawParameters,
): Promise<Hash> {
  return send(client, () => prepareWithdraw(client, addresses, parameters));
}
