import { readContract } from 'viem/actions';
import { marginLensAbi } from '../../abi/marginLens.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import type { MarginState } from '../../risk/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toMargin, toState } from '../values.ts';
import type { MarginAtPrices } from '../values.ts';

/** An account in a market that has moved. */
export interface HealthQuery {
  readonly account: AccountId;
  /** Whose index moves; all of the account's unless given. */
  readonly underlying?: number;
  /** The move as a fraction of the index, wad, from -0.99 to 40; the new index rounds down. */
  readonly shock: bigint;
}

export interface GetHealthAtParameters extends HealthQuery, AtBlock {}

/** Wad USD. */
export interface HealthAt {
  readonly margin: MarginAtPrices;
  readonly state: MarginState;
}

/**
 * Equity and margin of an account if an index moved now, computed by the contracts: with the two shocks of `shockBracket` it
 * verifies a liquidation price. Forwards move with the index, premiums of perps stay as they are in USD.
 * @throws NovateContractError such as ShockOutOfBounds, PriceUnavailable
 */
export async function getHealthAt(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, underlying = 0, shock, ...block }: GetHealthAtParameters,
): Promise<HealthAt> {
  const call = readContract(client, {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functionName: 'healthAt',
    args: [account, underlying, shock],
    ...atBlock(block),
  });
  const [margin, state] = await explained(call);
  return { margin: toMargin(margin), state: toState(state) };
}
