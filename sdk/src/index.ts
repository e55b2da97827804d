export const VERSION = '0.1.0';

export * from './addresses/index.ts';
export * from './client/index.ts';
export * from './codec/index.ts';
export * from './errors/index.ts';
export * from './events/index.ts';
export * from './orderbook/index.ts';
export * from './orders/index.ts';
export * from './risk/index.ts';
export * from './risk/float/index.ts';
export * from './surfaces/index.ts';
export * from './units/index.ts';
export {
  insuranceFundAbi,
  liquidatorAbi,
  liquidityVaultAbi,
  marginLensAbi,
  orderMatcherAbi,
  priceRouterAbi,
  riskEngineAbi,
  settlementTwapAbi,
  volSurfaceAbi,
} from './abi/index.ts';
