import { readContract } from 'viem/actions';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { LiquidationSelection } from '../liquidation.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface ProRataLiquidationParameters extends AtBlock {
  readonly account: AccountId;
}

export interface ProRataLiquidation {
  readonly selection: LiquidationSelection;
  /** Share of every leg and balance, wad, at most 1e18. */
  readonly fraction: bigint;
}

/**
 * The same share of everything the account holds, as large as brings it to 1.2 times its maintenance margin.
 * @throws NovateContractError NotLiquidatable, PriceNotUsable
 */
export async function proRataLiquidation(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: ProRataLiquidationParameters,
): Promise<ProRataLiquidation> {
  const call = readContract(client, {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'proRata',
    args: [account],
    ...atBlock(block),
  });
  const [selection, fraction] = await explained(call);
  return { selection, fraction };
}
