import { clearinghouseAbi, encodeAccountId, priceRouterAbi, PRESETS, WAD } from '@novate/sdk';
import type { AccountId, RateModel } from '@novate/sdk';
import { encodeFunctionData, parseAbi, zeroAddress } from 'viem';
import type { Address, Hex } from 'viem';
import { openChain } from './chain.ts';
import type { TestChain } from './chain.ts';
import { deployEngine, deployFeed, NO_SOURCE, setProfileData, toSource } from './stage.ts';

export const BTC = 1;
export const ETH = 2;
/** Numbers of the accounts, all of them sub-accounts of the batch contract, which is also the venue. */
export const TRADERS = [0, 1, 2, 3] as const;
export const KEEPER = 4;
export const INSURANCE = 5;
export const VENUE = 6;
export const ACCOUNTS = 7;
export const CASH = 0;
/** Underlying of each collateral asset. */
export const COLLATERAL: ReadonlyMap<number, number> = new Map([
  [1, ETH],
  [2, BTC],
]);
export const DUST_MARGIN = 100n * WAD;
export const MIN_REWARD = 5n * WAD;
export const INSURANCE_SHARE_BPS = 5_000n;
export const RATE_MODEL: RateModel = {
  base: WAD / 100n,
  slopeLow: WAD / 25n,
  slopeHigh: (3n * WAD) / 5n,
  kink: (4n * WAD) / 5n,
  reserve: WAD / 10n,
};
/** Shallow, so that premiums move. Whole USD. */
export const DEPTHS_USD: ReadonlyMap<number, bigint> = new Map([
  [BTC, 20_000n],
  [ETH, 500_000n],
]);
const DECIMALS = [6, 18, 8] as const;
const ROLE_VENUE = 1;
const ROLE_LIQUIDATOR = 2;
const CAP = 10n ** 30n;
const BAND_BPS = 500n;

const tokenAbi = parseAbi([
  'function mint(address to, uint256 amount)',
  'function approve(address spender, uint256 amount) returns (bool)',
]);

export interface LedgerStage {
  readonly chain: TestChain;
  readonly house: Address;
  readonly liquidator: Address;
  readonly feeds: ReadonlyMap<number, Address>;
  readonly tokens: readonly Address[];
}

export const accountIdOf = (stage: LedgerStage, account: number): AccountId =>
  encodeAccountId(stage.chain.batch, BigInt(account));

/** A token's smallest unit, in wad. */
export const unitOf = (assetId: number): bigint => 10n ** BigInt(18 - (DECIMALS[assetId] ?? 18));

/** The whole protocol, with the batch contract as owner of every account, as venue and as owner of the feeds. */
export async function openLedgerStage(): Promise<LedgerStage> {
  const chain = await openChain();
  const { manager, batch } = chain;
  const router = await chain.deploy('PriceRouter', [manager, zeroAddress, 0]);
  const engine = await deployEngine(chain, router, await chain.deploy('MockSurfaces'));
  await chain.send(engine, setProfileData(0, PRESETS.portfolio));
  const feeds = new Map<number, Address>();
  for (const underlying of DEPTHS_USD.keys()) {
    const feed = await deployFeed(chain);
    const args = [underlying, toSource(feed), NO_SOURCE, 0] as const;
    await chain.send(router, encodeFunctionData({ abi: priceRouterAbi, functionName: 'setSources', args }));
    feeds.set(underlying, feed);
  }
  const extension = await chain.deploy('ClearinghouseExt', [manager]);
  const liquidation = await chain.deploy('ClearinghouseLiquidation', [manager]);
  const losses = await chain.deploy('ClearinghouseDeleveraging', [manager]);
  const parts = [extension, liquidation, losses];
  const house = await chain.deploy('Clearinghouse', [manager, ...parts, RATE_MODEL]);
  const liquidator = await chain.deploy('Liquidator', [house, manager, DUST_MARGIN, MIN_REWARD]);
  const tokens: Address[] = [];
  for (const decimals of DECIMALS) tokens.push(await chain.deploy('MockERC20', ['Test', 'TEST', decimals]));

  const govern = (data: Hex): Promise<void> => chain.send(house, data);
  const idOf = (account: number): AccountId => encodeAccountId(batch, BigInt(account));
  await govern(encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setRiskEngine', args: [engine] }));
  for (const [assetId, token] of tokens.entries()) {
    const args = [assetId, token, COLLATERAL.get(assetId) ?? 0, true, CAP] as const;
    await govern(encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setAsset', args }));
    const approve = encodeFunctionData({
      abi: tokenAbi,
      functionName: 'approve',
      args: [house, 2n ** 256n - 1n],
    });
    const mint = encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [batch, CAP] });
    await chain.act([approve, mint].map((data) => ({ to: token, data })));
  }
  for (const [underlying, premiumDepthUsd] of DEPTHS_USD) {
    const config = {
      enabled: true,
      openInterestCap: 2n ** 96n - 1n,
      premiumDepthUsd,
      priceBandBps: BAND_BPS,
      scaleFromBps: 0n,
      scaleToBps: 0n,
    };
    await govern(
      encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setPerp', args: [underlying, config] }),
    );
  }
  const modules = [
    [batch, ROLE_VENUE, Number(INSURANCE_SHARE_BPS), idOf(VENUE)],
    [liquidator, ROLE_LIQUIDATOR, 0, 0n],
  ] as const;
  for (const args of modules) {
    await govern(encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setModule', args }));
  }
  const args = [idOf(INSURANCE)] as const;
  await govern(encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setInsuranceAccount', args }));
  return { chain, house, liquidator, feeds, tokens };
}
