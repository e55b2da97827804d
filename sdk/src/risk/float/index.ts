export { assessFloat } from './assessFloat.ts';
export { black76CallFloat, black76DeltaFloat, black76PutFloat, black76SVegaFloat } from './black76.ts';
export { normalCdf, normalPdf } from './normalCdf.ts';
export { durrleman, sviMinimumVariance, sviTotalVariance, sviWingSlope } from './svi.ts';
export { toFloatMarket, toFloatPortfolio, toFloatProfile } from './toFloat.ts';
export { volTimeScale, yearsTo } from './volatility.ts';
export type {
  FloatAssessment,
  FloatExpiry,
  FloatFuture,
  FloatLeg,
  FloatMarket,
  FloatOption,
  FloatPerp,
  FloatPortfolio,
  FloatProfile,
  FloatScenario,
  FloatShare,
  FloatUnderlying,
  FloatUnderlyingRisk,
  SviParameters,
} from './types.ts';
