import { readContract } from 'viem/actions';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId, InstrumentId } from '../../codec/index.ts';
import type { PositionAmounts } from '../../risk/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetPositionParameters extends AtBlock {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
}

/**
 * One position of an account: size in units, wad, 0 where there is none; stored cost basis in wad USD, a perp's funding
 * folded in (SPEC-F6).
 */
export async function getPosition(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, instrument, ...block }: GetPositionParameters,
): Promise<PositionAmounts> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'positionOf',
    args: [account, instrument],
    ...atBlock(block),
  });
  const [size, cost] = await explained(call);
  return { size, cost };
}
