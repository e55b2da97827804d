import { readContract } from 'viem/actions';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toMargin } from '../values.ts';
import type { MarginAtPrices } from '../values.ts';

export interface GetMarginParameters extends AtBlock {
  readonly account: AccountId;
}

/**
 * Equity and margins now, wad USD, at prices adverse to the account while they are guarded.
 * @throws NovateContractError such as PriceUnavailable
 */
export async function getMargin(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: GetMarginParameters,
): Promise<MarginAtPrices> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'marginOf',
    args: [account],
    ...atBlock(block),
  });
  return toMargin(await explained(call));
}
