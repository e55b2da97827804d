import { readContract } from 'viem/actions';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { decodeSpotWord } from '../../codec/index.ts';
import type { AccountId, SpotBalance } from '../../codec/index.ts';
import { portfolioFromWords } from '../../risk/index.ts';
import type { DecodedPortfolio } from '../../risk/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetPortfolioParameters extends AtBlock {
  readonly account: AccountId;
}

/** An account's holdings now, interest and funding included; `portfolio` and `premiums` are what the twin assesses. */
export interface AccountPortfolio extends DecodedPortfolio {
  readonly profileId: number;
  /** Collateral balances with their asset numbers, wad units. */
  readonly balances: readonly SpotBalance[];
}

/** Cash, positions and collateral of an account. Wad; + is owned or long. */
export async function getPortfolio(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: GetPortfolioParameters,
): Promise<AccountPortfolio> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'portfolioOf',
    args: [account],
    ...atBlock(block),
  });
  const words = await explained(call);
  return {
    ...portfolioFromWords(words),
    profileId: Number(words.profileId),
    balances: words.spot.map(decodeSpotWord),
  };
}
