import { getMarkets } from '@novate/sdk';
import type { NovateAddresses } from '@novate/sdk';
import type { BlockHead } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { PriceBoard, PricedMarket } from '../mirror/prices.ts';

/** Every listed underlying at one block, by one call. */
export async function readPrices(
  client: KeeperClient,
  addresses: NovateAddresses,
  head: BlockHead,
): Promise<PriceBoard> {
  const views = await getMarkets(client, addresses, { blockNumber: head.number });
  const markets = new Map<number, PricedMarket>();
  const unpriced = new Map<number, string>();
  for (const { underlying, price, error, state } of views) {
    if (price === undefined) {
      unpriced.set(underlying, error?.sentence ?? 'no price, and no reason given');
      continue;
    }
    const { low, high, status } = price;
    const { fundingIndex, premium } = state;
    markets.set(underlying, { price: price.price, low, high, status, fundingIndex, premium });
  }
  return { blockNumber: head.number, timestamp: head.timestamp, markets, unpriced };
}
