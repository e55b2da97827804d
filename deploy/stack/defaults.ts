import { PRESETS, profileToStruct } from '@novate/sdk';
import type { RiskProfile } from '@novate/sdk';
import type { ModuleParameterType } from '@nomicfoundation/ignition-core';

const WAD = 10n ** 18n;

/** Numbers under which the price router lists underlyings. */
export const BTC = 1;
export const ETH = 2;
export const SOL = 3;

/** AccessManager's role that may do at once what reduces risk, and nothing else. */
export const GUARDIAN_ROLE = 1n;

/** What adds risk waits so long behind AccessManager's timelock. */
export const ADMIN_DELAY_SEC = 2 * 86_400;

/** Interest on cash: 4% a year at 80% utilisation, 64% at full; a tenth of it stays in the pool. */
export const RATE_MODEL = {
  base: 0n,
  slopeLow: (4n * WAD) / 100n,
  slopeHigh: (60n * WAD) / 100n,
  kink: (80n * WAD) / 100n,
  reserve: (10n * WAD) / 100n,
};

export const PERPS = {
  btc: {
    enabled: true,
    openInterestCap: 20_000n * WAD,
    premiumDepthUsd: 10_000_000n,
    priceBandBps: 500n,
    scaleFromBps: 0n,
    scaleToBps: 0n,
  },
  eth: {
    enabled: true,
    openInterestCap: 500_000n * WAD,
    premiumDepthUsd: 10_000_000n,
    priceBandBps: 500n,
    scaleFromBps: 0n,
    scaleToBps: 0n,
  },
  sol: {
    enabled: true,
    openInterestCap: 5_000_000n * WAD,
    premiumDepthUsd: 5_000_000n,
    priceBandBps: 500n,
    scaleFromBps: 0n,
    scaleToBps: 0n,
  },
};

/** Futures and options; the cap is each instrument's, the band a share of the index. */
export const DATED = {
  btc: { enabled: true, openInterestCap: 2_000n * WAD, priceBandBps: 500n },
  eth: { enabled: true, openInterestCap: 50_000n * WAD, priceBandBps: 500n },
  sol: { enabled: true, openInterestCap: 500_000n * WAD, priceBandBps: 500n },
};

/** The most of each asset that may be deposited, wad. */
export const ASSET_CAPS = { usdc: 1_000_000_000n * WAD, weth: 200_000n * WAD, wbtc: 10_000n * WAD };

/** Prices outside are a broken feed's, wad USD. */
export const PRICE_BANDS = {
  btc: { minPrice: 1_000n * WAD, maxPrice: 10_000_000n * WAD },
  eth: { minPrice: 50n * WAD, maxPrice: 1_000_000n * WAD },
  sol: { minPrice: WAD / 10n, maxPrice: 100_000n * WAD },
};

/** Half of what a trade costs goes to the insurance fund. */
export const FEES = { makerBps: 2, takerBps: 5, insuranceShareBps: 5_000 };

/** Who stakes in the insurance fund and wants to leave waits so long, then has so long to do it. */
export const REDEMPTION = { delaySec: 14 * 86_400, windowSec: 7 * 86_400 };

/**
 * The liquidity vault: what takers pay it on top of the spread, the equity that it keeps as a multiple of its initial margin,
 * and how long its holders wait to leave.
 */
export const VAULT = { takerFeeBps: 5, cushionBps: 15_000, delaySec: 86_400, windowSec: 4 * 3_600 };

/** A feed that is updated at a deviation of d needs a base spread of d at least, or who sees the update first profits. */
const VAULT_MARKET = {
  enabled: true,
  baseSpreadBps: 10n,
  skewSpreadBps: 100n,
  maxSpreadBps: 300n,
  volMultiplierBps: 5_000n,
  maxPriceAgeSec: 3_900n,
};

/** In which perps the vault makes markets, and how much of each it may hold, units wad. */
export const VAULT_MARKETS = {
  btc: { ...VAULT_MARKET, positionCap: 50n * WAD },
  eth: { ...VAULT_MARKET, positionCap: 1_200n * WAD },
  sol: { ...VAULT_MARKET, baseSpreadBps: 20n, positionCap: 10_000n * WAD },
};

/** Accounts whose maintenance margin is below may be closed whole, for at least the reward. */
export const LIQUIDATOR = { dustMargin: 100n * WAD, minReward: 5n * WAD };

/** A preset as Ignition takes it: the contract's struct. */
export function profileParameter(profile: RiskProfile): ModuleParameterType {
  const { scenarios, underlyings, ...charges } = profileToStruct(profile);
  return {
    ...charges,
    scenarios: scenarios.map((scenario) => ({ ...scenario })),
    underlyings: underlyings.map((underlying) => ({ ...underlying })),
  };
}

/** Risk profiles in the order of their numbers on chain. */
export const PROFILES = Object.entries(PRESETS).map(([name, profile]) => ({
  name,
  parameter: profileParameter(profile),
}));
