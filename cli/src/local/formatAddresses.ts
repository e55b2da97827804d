import type { StackAddresses } from './deployLocal.ts';

/** A stack's addresses as Ignition writes `deployed_addresses.json`. */
export function formatAddresses(stack: StackAddresses): string {
  const entries = {
    'LocalStack#AccessManager': stack.accessManager,
    'LocalStack#Clearinghouse': stack.clearinghouse,
    'LocalStack#InsuranceFund': stack.insuranceFund,
    'LocalStack#Liquidator': stack.liquidator,
    'LocalStack#LiquidityVault': stack.liquidityVault,
    'LocalStack#MarginLens': stack.marginLens,
    'LocalStack#OrderMatcher': stack.orderMatcher,
    'LocalStack#PriceRouter': stack.priceRouter,
    'LocalStack#RiskEngine': stack.riskEngine,
    'LocalStack#USDC': stack.usdc,
    'LocalStack#WETH': stack.weth,
    'LocalStack#WBTC': stack.wbtc,
    'LocalStack#BTCFeed': stack.btcFeed,
    'LocalStack#ETHFeed': stack.ethFeed,
    'LocalStack#SOLFeed': stack.solFeed,
  };
  return `${JSON.stringify(entries, undefined, 2)}\n`;
}
