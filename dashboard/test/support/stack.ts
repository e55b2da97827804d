import { setTimeout as sleep } from 'node:timers/promises';
import { connectChain } from '../../../cli/src/local/chain.ts';
import type { LocalChain } from '../../../cli/src/local/chain.ts';
import { deployLocal } from '../../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../../cli/src/local/deployLocal.ts';
import { ensureBuilt } from '../../../cli/src/local/ensureBuilt.ts';
import { startHardhatNode } from '../../../cli/src/local/hardhatNode.ts';
import { UNDERLYINGS } from '../../../cli/src/local/underlyings.ts';
import { startKeeper } from '../../../cli/src/play/keeperProcess.ts';
import { playPrices } from '../../../cli/src/play/playPrices.ts';
import type { Played } from '../../../cli/src/play/playPrices.ts';
import { createMarginWatch } from '../../../cli/src/play/watchMargins.ts';
import { generateCrash, pricePath } from '../../../cli/src/prices/index.ts';
import { seedMarket } from '../../../cli/src/seed/seedMarket.ts';
import type { SeededMarket } from '../../../cli/src/seed/seedMarket.ts';

const ACCOUNTS = 30;
const SEED = 1;
const BLOCK_MS = 250;

/** The protocol on a local chain with accounts that trade, a keeper, and a crash that has not happened yet. */
export interface Stack {
  readonly chain: LocalChain;
  readonly addresses: StackAddresses;
  readonly seeded: SeededMarket;
  readonly metricsUrl: string;
  /** Mines a block every quarter of a second until the returned function is called. */
  mineOn(): () => Promise<void>;
  /** Plays the crash, keeper and all. */
  crash(): Promise<Played>;
  stop(): Promise<void>;
}

export async function startStack(): Promise<Stack> {
  await ensureBuilt();
  const steps = pricePath(generateCrash(SEED));
  const prices = steps[0]?.prices ?? {};
  const node = await startHardhatNode();
  const chain = await connectChain(node.url);
  await chain.request('hardhat_setLoggingEnabled', [false]);
  const feeds = Object.entries(prices).map(
    ([symbol, price]) => [`${symbol.toLowerCase()}Price`, price] as const,
  );
  const addresses = await deployLocal(chain, Object.fromEntries(feeds));
  await chain.request('evm_setAutomine', [false]);
  const markets = UNDERLYINGS.flatMap((one) => {
    const price = prices[one.symbol];
    return price === undefined ? [] : [{ ...one, price: Number(price) / 1e8 }];
  });
  const seeded = await seedMarket(chain, addresses, ACCOUNTS, markets, SEED);
  const keeper = await startKeeper(chain, addresses, seeded.keeper);
  const accounts = [...seeded.traders, seeded.keeper].map(({ account }) => account);
  const watch = createMarginWatch(chain.client, addresses.marginLens, accounts);
  return {
    chain,
    addresses,
    seeded,
    metricsUrl: keeper.metricsUrl,
    mineOn: () => mineOn(chain),
    async crash() {
      const played: Played = {
        liquidations: [],
        badDebts: [],
        deleverages: [],
        losses: [],
        socialised: [],
        left: 0,
      };
      const listener = { onPrice: ignore, onLiquidation: ignore, onBadDebt: ignore };
      const signal = new AbortController().signal;
      await playPrices({ chain, stack: addresses, keeper, watch, listener, signal }, steps, played);
      return played;
    },
    async stop() {
      await keeper.stop();
      await node.child.stop();
    },
  };
}

function ignore(): void {
  // the page tells
}

function mineOn(chain: LocalChain): () => Promise<void> {
  let going = true;
  const loop = (async () => {
    while (going) {
      await chain.mine();
      await sleep(BLOCK_MS);
    }
  })();
  return async () => {
    going = false;
    await loop;
  };
}
