import type { ArgumentType, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';
import accessManagerArtifact from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { FEES, LIQUIDATOR, PORTFOLIO_PROFILE, RATE_MODEL, STANDARD_PROFILE } from './defaults.ts';

export type Core = ReturnType<typeof deployCore>;

/** Every contract of the protocol, with risk profiles, before any asset or market is listed. */
export function deployCore(m: IgnitionModuleBuilder) {
  const accessManager = m.contract('AccessManager', accessManagerArtifact, [m.getAccount(0)]);
  const priceRouter = m.contract('PriceRouter', [
    accessManager,
    m.getParameter<string>('sequencerFeed', '0x0000000000000000000000000000000000000000'),
    m.getParameter<number>('sequencerGraceSec', 0),
  ]);
  const riskEngine = m.contract('RiskEngine', [accessManager, priceRouter]);
  const portfolio = m.call(
    riskEngine,
    'setProfile',
    [0, m.getParameter('portfolioProfile', PORTFOLIO_PROFILE)],
    {
      id: 'setPortfolioProfile',
    },
  );
  const standard = m.call(
    riskEngine,
    'setProfile',
    [1, m.getParameter('standardProfile', STANDARD_PROFILE)],
    {
      id: 'setStandardProfile',
    },
  );

  const rateModel: ArgumentType = m.getParameter('rateModel', RATE_MODEL);
  const extension = m.contract('ClearinghouseExt', [accessManager]);
  const liquidation = m.contract('ClearinghouseLiquidation', [accessManager]);
  const core = m.contract('Clearinghouse', [accessManager, extension, liquidation, rateModel]);
  // the clearinghouse hands what it does not know to these two: this is all that answers at its address
  const clearinghouse = m.contractAt('IClearinghouse', core);
  const insuranceFund = m.contract('InsuranceFund', [clearinghouse, accessManager]);
  const orderMatcher = m.contract('OrderMatcher', [
    clearinghouse,
    accessManager,
    m.getParameter<number>('makerFeeBps', FEES.makerBps),
    m.getParameter<number>('takerFeeBps', FEES.takerBps),
  ]);
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
      riskEngine,
      clearinghouse,
      insuranceFund,
      orderMatcher,
      liquidator,
      marginLens,
    },
    profiles: [portfolio, standard],
  };
}
