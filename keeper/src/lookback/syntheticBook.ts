import { BTC, createLedgerState, encodeAccountId, encodeInstrumentId, ETH, PRESETS } from '@novate/sdk';
import type { AccountState } from '@novate/sdk';
import { toHex } from 'viem';
import { createMirror } from '../mirror/mirror.ts';
import type { PriceBoard, PricedMarket } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import type { BookAt } from './bookAt.ts';

const WAD = 10n ** 18n;
const NOW = 1_800_000_000n;
const PRICES: ReadonlyMap<number, number> = new Map([
  [BTC, 100_000],
  [ETH, 4_000],
]);
const NOWHERE = '0x0000000000000000000000000000000000000000';
const INSURANCE = 1n;

/** Repeats with its seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const wad = (value: number): bigint => BigInt(Math.round(value * 1e9)) * 10n ** 9n;

/**
 * Accounts with perps on BTC and ETH, long or short, at leverages of 1 to 5 of their cash, and an insurance fund of 2% of it:
 * for a look at what a crash would ask of a keeper, without a chain.
 */
export function syntheticBook(count: number, seed: number): Pick<BookAt, 'mirror' | 'board' | 'references'> {
  const random = createRandom(seed);
  const ledger = createLedgerState();
  let cash = 0;
  for (let i = 0; i < count; ++i) {
    const own = Math.exp(6 + 5 * random());
    cash += own;
    const positions: AccountState['positions'] = new Map();
    for (const [underlying, price] of PRICES) {
      const size = ((own * (0.5 + 2 * random())) / price) * (random() < 0.6 ? 1 : -1);
      const entry = { size: wad(size), cost: wad(-size * price) };
      positions.set(encodeInstrumentId({ kind: 'perp', underlying }), entry);
    }
    const id = encodeAccountId(toHex(BigInt(i + 1_000) * 0x9e3779b97f4a7c15n, { size: 20 }));
    ledger.accounts.set(id, { ...EMPTY, principal: wad(own), positions });
  }
  ledger.accounts.set(INSURANCE, { ...EMPTY, principal: wad(cash / 50) });
  const mirror = createMirror(NOWHERE);
  mirror.load(ledger);
  return { mirror, board: boardOf(), references };
}

const EMPTY = {
  principal: 0n,
  pendingCash: 0n,
  collateral: new Map<number, bigint>(),
  positions: new Map<bigint, { size: bigint; cost: bigint }>(),
  profileId: 0,
  flaggedAt: 0,
} satisfies AccountState;

function boardOf(): PriceBoard {
  const markets = new Map<number, PricedMarket>();
  for (const [underlying, price] of PRICES) {
    const index = wad(price);
    const ends = { price: index, low: index, high: index };
    markets.set(underlying, { ...ends, status: 'ok', fundingIndex: 0n, premium: 0n });
  }
  return { blockNumber: 1n, timestamp: NOW, markets, unpriced: new Map() };
}

const references: References = {
  riskEngine: NOWHERE,
  volSurface: NOWHERE,
  settlementTwap: NOWHERE,
  profiles: new Map([
    [0, PRESETS.portfolio],
    [1, PRESETS.standard],
  ]),
  assetUnderlyings: new Map([[0, 0]]),
  insuranceAccount: INSURANCE,
  dustMargin: 100n * WAD,
  minReward: 5n * WAD,
};
