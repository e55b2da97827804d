import { readContract } from 'viem/actions';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import { toLiquidationQuote } from '../liquidation.ts';
import type { LiquidationQuote, LiquidationSelection } from '../liquidation.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface QuoteLiquidationParameters extends AtBlock {
  readonly account: AccountId;
  readonly selection: LiquidationSelection;
}

/**
 * Exactly what a liquidation with this selection would do now.
 * @throws NovateContractError as the liquidation would: NotLiquidatable, Overshoot, NoRelief, PriceNotUsable
 */
export async function quoteLiquidation(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, selection, ...block }: QuoteLiquidationParameters,
): Promise<LiquidationQuote> {
  const call = readContract(client, {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'quote',
    args: [account, selection],
    ...atBlock(block),
  });
  return toLiquidationQuote(await explained(call));
}
