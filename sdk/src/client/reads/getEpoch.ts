import { readContract } from 'viem/actions';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetEpochParameters extends AtBlock {
  readonly account: AccountId;
}

/** The account's cancel-all epoch, which its orders must carry. */
export async function getEpoch(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: GetEpochParameters,
): Promise<number> {
  const call = readContract(client, {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functionName: 'epochOf',
    args: [account],
    ...atBlock(block),
  });
  return explained(call);
}
