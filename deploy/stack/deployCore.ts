import type { ArgumentType, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';
import accessManagerArtifact from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { FEES, LIQUIDATOR, PORTFOLIO_PROFILE, RATE_MODEL, REDEMPTION, STANDARD_PROFILE } from './defaults.ts';
import { listCash } from './listMarkets.ts';

export type Core = ReturnType<typeof deployCore>;

/** Every contract of the protocol, with risk profiles and cash, before any other asset or market is listed. */
export function deployCore(m: IgnitionModuleBuilder, usdc: ArgumentType) {
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
  const core = m.contract('Clearinghouse', [accessManager, extension, rateModel]);
  // the clearinghouse hands what it does not know to its extension: this is all that answers at its address
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
    cash,
  };
}
