import { simulateContract } from 'viem/actions';
import type { Address, Hash } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { encodeScopes } from '../scopes.ts';
import type { Scope } from '../scopes.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface SetOperatorParameters extends Sender {
  readonly account: AccountId;
  readonly operator: Address;
  /** What the operator may do from now on; replaces what it might before. None revokes. */
  readonly scopes: readonly Scope[];
  /** Unix seconds, the last at which it holds. */
  readonly expirySec: number;
}

/**
 * Prepares an approval of an operator. Only the account's owner may send it.
 * Warning: an operator with the withdraw scope can take everything the account could withdraw.
 * @throws NovateContractError NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareSetOperator(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, operator, scopes, expirySec, sender }: SetOperatorParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'setOperator',
    args: [account, operator, encodeScopes(scopes), expirySec],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Approves or revokes an operator. @returns The transaction's hash. */
export async function sendSetOperator(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: SetOperatorParameters,
): Promise<Hash> {
  return send(client, () => prepareSetOperator(client, addresses, parameters));
}
