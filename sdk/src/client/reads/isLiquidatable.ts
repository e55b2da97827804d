import { readContract } from 'viem/actions';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toMargin } from '../values.ts';
import type { MarginAtPrices } from '../values.ts';

export interface IsLiquidatableParameters extends AtBlock {
  readonly account: AccountId;
}

export interface Liquidatability {
  readonly liquidatable: boolean;
  /** At the prices that favour the account while they are guarded, wad USD. */
  readonly margin: MarginAtPrices;
}

/** Whether the account is below maintenance margin now; never while a price of it is stale. */
export async function isLiquidatable(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: IsLiquidatableParameters,
): Promise<Liquidatability> {
  const call = readContract(client, {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'isLiquidatable',
    args: [account],
    ...atBlock(block),
  });
  const [liquidatable, margin] = await explained(call);
  return { liquidatable, margin: toMargin(margin) };
}
