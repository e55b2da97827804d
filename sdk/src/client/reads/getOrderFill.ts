import { maxUint256 } from 'viem';
import { readContract } from 'viem/actions';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetOrderFillParameters extends AtBlock {
  readonly account: AccountId;
  readonly nonce: bigint;
}

export interface OrderFill {
  readonly cancelled: boolean;
  /** Units filled, wad; what was filled before a cancellation is not kept: 0 then. */
  readonly filled: bigint;
}

/** How much of an account's order with this nonce is filled. */
export async function getOrderFill(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, nonce, ...block }: GetOrderFillParameters,
): Promise<OrderFill> {
  const call = readContract(client, {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functionName: 'filledOf',
    args: [account, nonce],
    ...atBlock(block),
  });
  const filled = await explained(call);
  return filled === maxUint256 ? { cancelled: true, filled: 0n } : { cancelled: false, filled };
}
