import { readContract } from 'viem/actions';
import { marginLensAbi } from '../../abi/marginLens.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toReport } from '../values.ts';
import type { MarginReport } from '../values.ts';

export interface GetReportParameters extends AtBlock {
  readonly account: AccountId;
}

/**
 * The margin of an account with everything that led to it: worst scenario, charges, each underlying's share. Wad USD.
 * @throws NovateContractError such as PriceUnavailable
 */
export async function getReport(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: GetReportParameters,
): Promise<MarginReport> {
  const call = readContract(client, {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functionName: 'marginOf',
    args: [account],
    ...atBlock(block),
  });
  return toReport(await explained(call));
}
