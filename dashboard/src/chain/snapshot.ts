import {
  clearinghouseAbi,
  getAssets,
  getCashState,
  getMarkets,
  priceRouterAbi,
  profileFromStruct,
  riskEngineAbi,
  toFloatProfile,
} from '@novate/sdk';
import type { Asset, CashState, FloatProfile, MarketView, RiskProfile } from '@novate/sdk';
import { erc20Abi, parseAbi } from 'viem';
import type { Deployment } from '../connection/discover.ts';
import { toNumber } from '../format/format.ts';
import type { Valuation } from './messages.ts';

/** An asset with what the clearinghouse holds of it. */
export interface AssetFigures extends Asset {
  readonly symbol: string;
  /** The clearinghouse's token balance, wad. */
  readonly held: bigint;
}

/** The protocol's own figures at one block. */
export interface Snapshot {
  readonly block: number;
  /** Unix seconds of the block. */
  readonly timestamp: number;
  readonly markets: readonly MarketView[];
  readonly assets: readonly AssetFigures[];
  readonly cash: CashState;
  readonly insuranceAccount: bigint;
  /** Cash of the insurance account, wad. */
  readonly insurance: bigint;
  /** Collected from trades and not yet paid out, wad. */
  readonly fees: bigint;
  readonly paused: boolean;
}

/** What hardly ever changes. */
export interface Reference {
  readonly symbols: ReadonlyMap<number, string>;
  /** How old an index price may grow before it is stale, seconds, by underlying. */
  readonly maxAgeSec: ReadonlyMap<number, number>;
  readonly tokenSymbols: readonly string[];
  readonly profiles: ReadonlyMap<number, { readonly exact: RiskProfile; readonly float: FloatProfile }>;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
}

const MAX_PROFILES = 16;
const feedAbi = parseAbi(['function description() view returns (string)']);
const feesAbi = parseAbi(['function fees() view returns (uint16 makerFeeBps, uint16 takerFeeBps)']);

/** Every figure at one block, so that they add up. */
export async function readSnapshot(
  { client, addresses, modules }: Deployment,
  reference: Reference,
  head: { readonly number: bigint; readonly timestamp: bigint },
): Promise<Snapshot> {
  const blockNumber = head.number;
  const at = { address: addresses.clearinghouse, abi: clearinghouseAbi, blockNumber } as const;
  const [markets, assets, cash, insuranceAccount, paused, fees] = await Promise.all([
    getMarkets(client, addresses, { blockNumber }),
    getAssets(client, addresses, { blockNumber }),
    getCashState(client, addresses, { blockNumber }),
    client.readContract({ ...at, functionName: 'insuranceAccount' }),
    client.readContract({ ...at, functionName: 'paused' }),
    Promise.all(
      modules.map((module) => client.readContract({ ...at, functionName: 'moduleInfo', args: [module] })),
    ),
  ]);
  const [insurance, held] = await Promise.all([
    client.readContract({ ...at, functionName: 'cashOf', args: [insuranceAccount] }),
    Promise.all(
      assets.map(({ token }) =>
        client.readContract({
          address: token,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [addresses.clearinghouse],
          blockNumber,
        }),
      ),
    ),
  ]);
  return {
    block: Number(head.number),
    timestamp: Number(head.timestamp),
    markets,
    assets: assets.map((asset, i) => ({
      ...asset,
      symbol: reference.tokenSymbols[i] ?? `asset ${i}`,
      held: scaleToWad(held[i] ?? 0n, asset.decimals),
    })),
    cash,
    insuranceAccount,
    insurance,
    fees: fees.reduce((sum, info) => sum + info[2] + info[3], 0n),
    paused,
  };
}

function scaleToWad(raw: bigint, decimals: number): bigint {
  return decimals <= 18 ? raw * 10n ** BigInt(18 - decimals) : raw / 10n ** BigInt(decimals - 18);
}

export async function readReference(deployment: Deployment): Promise<Reference> {
  const { client, addresses } = deployment;
  const [assets, underlyings] = await Promise.all([
    getAssets(client, addresses),
    client.readContract({ address: addresses.priceRouter, abi: priceRouterAbi, functionName: 'underlyings' }),
  ]);
  const [tokenSymbols, sources, profiles, fees] = await Promise.all([
    Promise.all(
      assets.map(({ token, assetId }) =>
        client
          .readContract({ address: token, abi: erc20Abi, functionName: 'symbol' })
          .catch(() => `asset ${assetId}`),
      ),
    ),
    Promise.all(underlyings.map((underlying) => readSource(deployment, underlying))),
    readProfiles(deployment),
    client
      .readContract({ address: addresses.orderMatcher, abi: feesAbi, functionName: 'fees' })
      .catch(() => [0, 0] as const),
  ]);
  return {
    symbols: new Map(sources.map(({ underlying, symbol }) => [underlying, symbol])),
    maxAgeSec: new Map(sources.map(({ underlying, maxAgeSec }) => [underlying, maxAgeSec])),
    tokenSymbols,
    profiles,
    makerFeeBps: fees[0],
    takerFeeBps: fees[1],
  };
}

/** Symbol and age limit of an underlying; the feed's description is the only place where a symbol is written. */
async function readSource({ client, addresses }: Deployment, underlying: number) {
  const fallback = `#${underlying}`;
  try {
    const { primary } = toSources(
      await client.readContract({
        address: addresses.priceRouter,
        abi: priceRouterAbi,
        functionName: 'inspect',
        args: [underlying],
      }),
    );
    const description = await client
      .readContract({ address: primary.feed, abi: feedAbi, functionName: 'description' })
      .catch(() => fallback);
    return { underlying, symbol: description.split(' / ')[0] ?? fallback, maxAgeSec: primary.maxAgeSec };
  } catch {
    return { underlying, symbol: fallback, maxAgeSec: 0 };
  }
}

function toSources<Source>([primary]: readonly [Source, ...unknown[]]): { readonly primary: Source } {
  return { primary };
}

async function readProfiles({ client, addresses }: Deployment): Promise<Reference['profiles']> {
  const at = { address: addresses.riskEngine, abi: riskEngineAbi } as const;
  const ids = Array.from({ length: MAX_PROFILES }, (_, id) => id);
  const known = await Promise.all(
    ids.map((id) => client.readContract({ ...at, functionName: 'isProfile', args: [BigInt(id)] })),
  );
  const read = await Promise.all(
    ids
      .filter((id) => known[id])
      .map(async (id) => {
        const struct = await client.readContract({ ...at, functionName: 'profile', args: [BigInt(id)] });
        const exact = profileFromStruct(struct);
        return [id, { exact, float: toFloatProfile(exact) }] as const;
      }),
  );
  return new Map(read);
}

/** What the worker values accounts by. */
export function toValuation(
  { markets, assets, cash, timestamp, block }: Snapshot,
  reference: Reference,
): Valuation {
  const priced = markets.flatMap(({ underlying, price, state }) =>
    price === undefined
      ? []
      : [[underlying, { index: toNumber(price.price), premium: toNumber(state.premium) }] as const],
  );
  return {
    market: { timestampSec: timestamp, underlyings: new Map(priced) },
    fundingIndex: new Map(markets.map(({ underlying, state }) => [underlying, toNumber(state.fundingIndex)])),
    supplyIndex: toNumber(cash.supplyIndex),
    borrowIndex: toNumber(cash.borrowIndex),
    assetUnderlyings: assets.map(({ underlying }) => underlying),
    profiles: [...reference.profiles].map(([id, { float }]) => [id, float]),
    block,
  };
}
