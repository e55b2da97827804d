import { parseAbi } from 'viem';
import type { Account, Hash } from 'viem';
import type { NovateClient } from '../client/types.ts';
import type { TestContracts } from './deployNovate.ts';
import { sendMined } from './sendMined.ts';

const aggregatorAbi = parseAbi(['function setAnswer(int256 answer)']);

/** A feed has 8 decimals, a wad 18. */
const WAD_PER_ANSWER = 10n ** 10n;

const FEEDS = { BTC: 'btcFeed', ETH: 'ethFeed', SOL: 'solFeed' } as const;

/** Underlyings of a test deployment. */
export type TestUnderlying = keyof typeof FEEDS;

export interface SetPriceParameters {
  readonly underlying: TestUnderlying;
  /** Wad USD; digits below 1e-8 are cut off, as no feed has them. */
  readonly price: bigint;
}

/** Sets the price that a feed reports, dated now. Resolves when it is mined. */
export async function setPrice(
  client: NovateClient,
  contracts: TestContracts,
  { underlying, price, deployer }: SetPriceParameters & { readonly deployer: Account },
): Promise<Hash> {
  return sendMined(client, {
    address: contracts[FEEDS[underlying]],
    abi: aggregatorAbi,
    functionName: 'setAnswer',
    args: [price / WAD_PER_ANSWER],
    account: deployer,
  });
}
