import type {
  ArgumentType,
  ContractCallFuture,
  IgnitionModuleBuilder,
  ModuleParameterType,
} from '@nomicfoundation/ignition-core';
import { ASSET_CAPS, BTC, DATED, ETH, PERPS, PRICE_BANDS, VAULT_MARKETS } from './defaults.ts';
import type { Core } from './deployCore.ts';

const CHAINLINK = 1;
const NO_SOURCE = {
  kind: 0,
  feed: '0x0000000000000000000000000000000000000000',
  priceId: `0x${'0'.repeat(64)}`,
  maxAgeSec: 0,
  minPrice: 0n,
  maxPrice: 0n,
  maxConfidenceBps: 0,
};
const MAX_AGE_SEC = 3_900;

type Call = ContractCallFuture<string, string>;
type Clearinghouse = Parameters<IgnitionModuleBuilder['call']>[0];

/** @property name Prefix of its parameters and futures, such as `eth`. @property feed A Chainlink aggregator. */
export interface MarketInputs {
  readonly name: keyof typeof PERPS;
  readonly underlying: number;
  readonly feed: ArgumentType;
}

/** Gives an underlying its price, its perp, its futures and options, and the vault's quotes. @property after What must be wired first. */
export function listMarket(m: IgnitionModuleBuilder, core: Core, market: MarketInputs, after: Call[]): Call {
  const { clearinghouse, priceRouter, liquidityVault } = core.contracts;
  const { name, underlying, feed } = market;
  const title = name.toUpperCase();
  const source = {
    kind: CHAINLINK,
    feed,
    priceId: NO_SOURCE.priceId,
    maxAgeSec: m.getParameter<number>(`${name}MaxAgeSec`, MAX_AGE_SEC),
    minPrice: m.getParameter<bigint>(`${name}MinPrice`, PRICE_BANDS[name].minPrice),
    maxPrice: m.getParameter<bigint>(`${name}MaxPrice`, PRICE_BANDS[name].maxPrice),
    maxConfidenceBps: 0,
  };
  const secondary = m.getParameter<ModuleParameterType>(`${name}Secondary`, NO_SOURCE);
  const deviation = m.getParameter<number>(`${name}MaxDeviationBps`, 0);
  const sources = m.call(priceRouter, 'setSources', [underlying, source, secondary, deviation], {
    id: `setSources${title}`,
  });
  const config: ModuleParameterType = PERPS[name];
  const perp = m.call(clearinghouse, 'setPerp', [underlying, m.getParameter(`${name}Perp`, config)], {
    id: `setPerp${title}`,
    after: [...after, sources],
  });
  const dated: ModuleParameterType = DATED[name];
  const listed = m.call(clearinghouse, 'setDated', [underlying, m.getParameter(`${name}Dated`, dated)], {
    id: `setDated${title}`,
    after: [perp],
  });
  const quoted: ModuleParameterType = VAULT_MARKETS[name];
  return m.call(liquidityVault, 'setMarket', [underlying, m.getParameter(`${name}Vault`, quoted)], {
    id: `setVaultMarket${title}`,
    after: [listed],
  });
}

export interface AssetInputs {
  readonly weth: ArgumentType;
  readonly wbtc: ArgumentType;
}

/** Lists cash, which is asset 0 and has no price. */
export function listCash(m: IgnitionModuleBuilder, clearinghouse: Clearinghouse, usdc: ArgumentType): Call {
  const cap = m.getParameter<bigint>('usdcCap', ASSET_CAPS.usdc);
  return m.call(clearinghouse, 'setAsset', [0, usdc, 0, true, cap], { id: 'setAssetUSDC' });
}

/** Lists collateral, under consecutive numbers after cash. @property after The markets that value it. */
export function listAssets(m: IgnitionModuleBuilder, core: Core, tokens: AssetInputs, after: Call[]): Call {
  const { clearinghouse } = core.contracts;
  const assets = [
    { name: 'weth', underlying: ETH },
    { name: 'wbtc', underlying: BTC },
  ] as const;
  let listed = [core.cash, ...after];
  let last = core.cash;
  assets.forEach(({ name, underlying }, i) => {
    const cap = m.getParameter<bigint>(`${name}Cap`, ASSET_CAPS[name]);
    last = m.call(clearinghouse, 'setAsset', [i + 1, tokens[name], underlying, true, cap], {
      id: `setAsset${name.toUpperCase()}`,
      after: listed,
    });
    listed = [last];
  });
  return last;
}
