import { readContract } from 'viem/actions';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

/** The cash market now. Indexes and yearly rates in wad, totals at present value in wad USD. */
export interface CashState {
  readonly supplyIndex: bigint;
  readonly borrowIndex: bigint;
  readonly supplyRate: bigint;
  readonly borrowRate: bigint;
  readonly supplied: bigint;
  readonly borrowed: bigint;
}

/** Interest indexes, rates and totals of cash, brought up to now. */
export async function getCashState(
  client: NovateClient,
  addresses: NovateAddresses,
  block: AtBlock = {},
): Promise<CashState> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'cashState',
    ...atBlock(block),
  });
  return explained(call);
}
