import { readContract } from 'viem/actions';
import type { Address } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import { decodeScopes } from '../scopes.ts';
import type { Scope } from '../scopes.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetApprovalParameters extends AtBlock {
  readonly account: AccountId;
  readonly operator: Address;
}

export interface Approval {
  readonly scopes: readonly Scope[];
  /** Unix seconds, the last at which it holds; 0 means none. The owner needs no approval. */
  readonly expirySec: number;
}

/** What an operator may do for an account, and until when. */
export async function getApproval(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, operator, ...block }: GetApprovalParameters,
): Promise<Approval> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'approvalOf',
    args: [account, operator],
    ...atBlock(block),
  });
  const { scopes, expirySec } = await explained(call);
  return { scopes: decodeScopes(scopes), expirySec };
}
