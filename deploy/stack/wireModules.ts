import type { ContractCallFuture, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';
import { FEES } from './defaults.ts';
import type { Core } from './deployCore.ts';

const VENUE = 1;
const LIQUIDATOR = 2;

/** Tells the clearinghouse which contracts may do what. The returned calls must come before any listing. */
export function wireModules(
  m: IgnitionModuleBuilder,
  { contracts, profiles }: Core,
): ContractCallFuture<string, string>[] {
  const { clearinghouse, riskEngine, insuranceFund, orderMatcher, liquidityVault, liquidator } = contracts;
  const engine = m.call(clearinghouse, 'setRiskEngine', [riskEngine], { after: profiles });
  const insurance = m.call(clearinghouse, 'setInsuranceAccount', [m.staticCall(insuranceFund, 'account')]);
  const terms = [
    VENUE,
    m.getParameter<number>('insuranceShareBps', FEES.insuranceShareBps),
    m.getParameter<bigint>('feeAccount'),
  ];
  const venue = m.call(clearinghouse, 'setModule', [orderMatcher, ...terms], { id: 'setOrderMatcher' });
  const vault = m.call(clearinghouse, 'setModule', [liquidityVault, ...terms], { id: 'setLiquidityVault' });
  const liquidation = m.call(clearinghouse, 'setModule', [liquidator, LIQUIDATOR, 0, 0n], {
    id: 'setLiquidator',
  });
  return [engine, insurance, venue, vault, liquidation];
}
