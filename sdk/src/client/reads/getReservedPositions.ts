import { readContract } from 'viem/actions';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetReservedPositionsParameters extends AtBlock {
  readonly account: AccountId;
}

/** How many positions the account can have, those it has included, before one needs storage that was never used: 0 to 64. */
export async function getReservedPositions(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: GetReservedPositionsParameters,
): Promise<number> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'reservedPositions',
    args: [account],
    ...atBlock(block),
  });
  return Number(await explained(call));
}
