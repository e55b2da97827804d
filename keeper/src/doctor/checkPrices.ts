import type { KeeperClient } from '../chain/viemChain.ts';
import { createChainReader } from '../chain/viemChain.ts';
import type { KeeperConfig } from '../config/index.ts';
import { gasTokenPriceOf } from '../tick.ts';
import type { Check } from '../startupChecks.ts';
import { readPrices } from '../watch/readPrices.ts';

/** Whether markets and the gas token have prices. */
export async function checkPrices(client: KeeperClient, config: KeeperConfig): Promise<Check[]> {
  const head = await createChainReader(client).getHead();
  const board = await readPrices(client, config.addresses, head);
  const stale = [...board.markets].filter(([, { status }]) => status === 'stale').map(([id]) => id);
  const lost = [...board.unpriced.keys()];
  const bad = [...stale, ...lost];
  const prices: Check = {
    name: 'prices',
    ok: true,
    warning: bad.length > 0,
    message:
      bad.length === 0
        ? `all ${board.markets.size} underlyings have a price`
        : `underlyings ${bad.join(', ')} have no fresh price: whoever holds them cannot be liquidated; check the feeds` +
          (config.pythUrl === undefined ? ', or set pythUrl where they are Pyth prices' : ''),
  };
  if (config.planMode === 'protocol') return [prices];
  const known = gasTokenPriceOf(config, board) !== undefined;
  const message = known
    ? 'the gas token has a price'
    : 'the gas token has no price, so that nothing counts as profitable; set gasTokenPriceUsd or gasTokenUnderlying';
  return [prices, { name: 'gasPrice', ok: known, message }];
}
