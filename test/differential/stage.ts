import { priceRouterAbi, profileToStruct, riskEngineAbi } from '@novate/sdk';
import type { RiskProfile } from '@novate/sdk';
import { encodeFunctionData, parseAbi, zeroAddress, zeroHash } from 'viem';
import type { Address, Hex } from 'viem';
import { openChain } from './chain.ts';
import type { Evm, Request, TestChain } from './chain.ts';
import { MAX_DEVIATION_BPS } from './quotes.ts';
import { UNDERLYINGS } from './types.ts';

const WAD = 10n ** 18n;
const CHAINLINK = 1;
const DECIMALS = 18;
const MAX_AGE_SEC = 7 * 24 * 60 * 60;
const MAX_PRICE = (1n << 128n) - 1n;

const feedAbi = parseAbi(['function transferOwnership(address newOwner)']);

export interface Feeds {
  readonly primary: Address;
  readonly secondary: Address;
}

/** The real engine and price router, with two feeds per underlying, and surfaces that anyone sets. */
export interface Stage {
  readonly engine: Address;
  readonly surfaces: Address;
  readonly feeds: ReadonlyMap<number, Feeds>;
  setProfile(id: number, profile: RiskProfile): Promise<void>;
  /** Sets the time that the engine is asked at; it only moves forward. */
  advanceTo(timestamp: bigint): Promise<void>;
  ask(requests: readonly Request[]): Promise<readonly Hex[]>;
  close(): Promise<void>;
}

export async function openStage(evm: Evm = 'hardhat'): Promise<Stage> {
  const chain = await openChain(evm);
  const router = await chain.deploy('PriceRouter', [chain.manager, zeroAddress, 0]);
  const surfaces = await chain.deploy('MockSurfaces');
  const engine = await deployEngine(chain, router, surfaces);
  const feeds = new Map<number, Feeds>();
  for (const underlying of UNDERLYINGS) {
    const pair = { primary: await deployFeed(chain), secondary: await deployFeed(chain) };
    const args = [
      underlying,
      toSource(pair.primary),
      toSource(pair.secondary),
      Number(MAX_DEVIATION_BPS),
    ] as const;
    await chain.send(router, encodeFunctionData({ abi: priceRouterAbi, functionName: 'setSources', args }));
    feeds.set(underlying, pair);
  }
  return {
    engine,
    surfaces,
    feeds,
    setProfile: (id, profile) => chain.send(engine, setProfileData(id, profile)),
    advanceTo: (timestamp) => chain.advanceTo(timestamp),
    ask: (requests) => chain.ask(requests),
    close: () => chain.close(),
  };
}

/** The engine with its extension. @param surfaces A `MockSurfaces`. */
export async function deployEngine(chain: TestChain, router: Address, surfaces: Address): Promise<Address> {
  const sources = [chain.manager, router, surfaces, surfaces] as const;
  const codec = await chain.deploy('ProfileCodec');
  const extension = await chain.deploy('RiskEngineExt', [...sources, codec]);
  return chain.deploy('RiskEngine', [...sources, extension]);
}

/** A feed at 1 USD whose answers the batch sets. */
export async function deployFeed(chain: TestChain): Promise<Address> {
  const feed = await chain.deploy('MockAggregator', ['test', DECIMALS, WAD]);
  const args = [chain.batch] as const;
  await chain.send(feed, encodeFunctionData({ abi: feedAbi, functionName: 'transferOwnership', args }));
  return feed;
}

export function setProfileData(id: number, profile: RiskProfile): Hex {
  const args = [BigInt(id), profileToStruct(profile)] as const;
  return encodeFunctionData({ abi: riskEngineAbi, functionName: 'setProfile', args });
}

export function toSource(feed: Address) {
  const band = { minPrice: 1n, maxPrice: MAX_PRICE };
  return { kind: CHAINLINK, feed, priceId: zeroHash, maxAgeSec: MAX_AGE_SEC, ...band, maxConfidenceBps: 0 };
}

/** No second source. */
export const NO_SOURCE = { ...toSource(zeroAddress), kind: 0 };
