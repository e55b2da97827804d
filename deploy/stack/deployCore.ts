import type { ArgumentType, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';
import accessManagerArtifact from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { FEES, LIQUIDATOR, PROFILES, RATE_MODEL, REDEMPTION, VAULT } from './defaults.ts';
import { listCash } from './listMarkets.ts';

export type Core = ReturnType<typeof deployCore>;

/** Who signs volatility surfaces, and how many of them it takes. */
export interface SurfaceSigners {
  readonly addresses: ArgumentType;
  readonly threshold: ArgumentType;
}

/** Every contract of the protocol, with risk profiles and cash, before any other asset or market is listed. */
export function deployCore(m: IgnitionModuleBuilder, usdc: ArgumentType, signers: SurfaceSigners) {
  const accessManager = m.contract('AccessManager', accessManagerArtifact, [m.getAccount(0)]);
  const priceRouter = m.contract('PriceRouter', [
    accessManager,
    m.getParameter<string>('sequencerFeed', '0x0000000000000000000000000000000000000000'),
    m.getParameter<number>('sequencerGraceSec', 0),
  ]);
  const volSurface = m.contract('VolSurface', [accessManager, signers.addresses, signers.threshold]);
  const settlementTwap = m.contract('SettlementTwap', [priceRouter]);
  const sources = [accessManager, priceRouter, volSurface, settlementTwap];
  const engineExtension = m.contract('RiskEngineExt', [...sources, m.contract('ProfileCodec')]);
  const engineCore = m.contract('RiskEngine', [...sources, engineExtension]);
  // as the clearinghouse, the engine hands what it does not know to its extension
  const riskEngine = m.contractAt('IRiskEngine', engineCore);
  const profiles = PROFILES.map(({ name, parameter }, number) =>
    m.call(riskEngine, 'setProfile', [number, m.getParameter(`${name}Profile`, parameter)], {
      id: `setProfile_${name}`,
    }),
  );

  const rateModel: ArgumentType = m.getParameter('rateModel', RATE_MODEL);
  const extension = m.contract('ClearinghouseExt', [accessManager]);
  const liquidation = m.contract('ClearinghouseLiquidation', [accessManager]);
  const deleveraging = m.contract('ClearinghouseDeleveraging', [accessManager]);
  const parts = [extension, liquidation, deleveraging];
  const core = m.contract('Clearinghouse', [accessManager, ...parts, rateModel]);
  // the clearinghouse hands what it does not know to these parts: this is all that answers at its address
  const clearinghouse = m.contractAt('IClearinghouse', core);
  // the fund's token is the clearinghouse's cash, which must be listed by then
  const cash = listCash(m, clearinghouse, usdc);
  const insuranceFund = m.contract(
    'InsuranceFund',
    [
      clearinghouse,
      accessManager,
      m.getParameter<number>('redeemDelaySec', REDEMPTION.delaySec),
      m.getParameter<number>('redeemWindowSec', REDEMPTION.windowSec),
    ],
    { after: [cash] },
  );
  const orderMatcher = m.contract('OrderMatcher', [
    clearinghouse,
    accessManager,
    m.getParameter<number>('makerFeeBps', FEES.makerBps),
    m.getParameter<number>('takerFeeBps', FEES.takerBps),
  ]);
  const liquidityVault = m.contract(
    'LiquidityVault',
    [
      clearinghouse,
      accessManager,
      orderMatcher,
      m.getParameter<number>('vaultDelaySec', VAULT.delaySec),
      m.getParameter<number>('vaultWindowSec', VAULT.windowSec),
      m.getParameter<number>('vaultTakerFeeBps', VAULT.takerFeeBps),
      m.getParameter<number>('vaultCushionBps', VAULT.cushionBps),
    ],
    { after: [cash] },
  );
  const liquidator = m.contract('Liquidator', [
    clearinghouse,
    accessManager,
    m.getParameter<bigint>('dustMargin', LIQUIDATOR.dustMargin),
    m.getParameter<bigint>('minReward', LIQUIDATOR.minReward),
  ]);
  const marginLens = m.contract('MarginLens', [clearinghouse]);

  return {
    contracts: {
      accessManager,
      priceRouter,
      volSurface,
      settlementTwap,
      riskEngine,
      clearinghouse,
      insuranceFund,
      orderMatcher,
      liquidityVault,
      liquidator,
      marginLens,
    },
    profiles,
    cash,
  };
}
