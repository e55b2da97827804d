import { readContract } from 'viem/actions';
import { orderMatcherAbi } from '../../abi/orderMatcher.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { UnexpectedValueError } from '../errors.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetOrderFillParameters extends AtBlock {
  readonly account: AccountId;
  readonly nonce: bigint;
}

/** In the order of the contract's codes. */
const STATES = ['open', 'partial', 'filled', 'cancelled'] as const;

export interface OrderFill {
  /** `filled` and `cancelled` are final: nothing more of this nonce can fill. */
  readonly state: (typeof STATES)[number];
  /** Units filled, wad, while the state is `partial`; else 0. */
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
  const [code, filled] = await explained(call);
  const state = STATES[code];
  if (state === undefined) throw new UnexpectedValueError('order state', code);
  return { state, filled };
}
