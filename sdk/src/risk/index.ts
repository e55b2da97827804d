export { assess } from './assess.ts';
export { classify } from './classify.ts';
export { isTradeAllowed } from './isTradeAllowed.ts';
export { scanRangeOf, shockOf } from './scan.ts';
export { markOfLeg } from './markOfLeg.ts';
export { withdrawable } from './withdrawable.ts';
export { toMarketInput } from './marketInput.ts';
export type { MarketInput, TermInput } from './marketInput.ts';
export { portfolioFromWords, portfolioToWords } from './portfolioWords.ts';
export type { DecodedPortfolio, PortfolioWords } from './portfolioWords.ts';
export {
  InvalidTradeError,
  TimeBeforeUpdateError,
  UnknownTermError,
  UnknownUnderlyingError,
} from './errors.ts';
export type {
  Assessment,
  Charges,
  FutureLeg,
  GivenTerm,
  Leg,
  Margin,
  MarginState,
  Market,
  OptionLeg,
  PerpLeg,
  Portfolio,
  PostedTerm,
  RiskProfile,
  Scenario,
  Spot,
  Svi,
  Term,
  UnderlyingMarket,
  UnderlyingReport,
  UnderlyingRisk,
  VolMove,
  WorstScenario,
} from './types.ts';

export { accruePerp } from './perp/accruePerp.ts';
export type { PerpState } from './perp/accruePerp.ts';
export { calculatePerpMark, PREMIUM_BOUND } from './perp/calculatePerpMark.ts';
export { costOfTrade } from './perp/costOfTrade.ts';
export { netCost } from './perp/netCost.ts';
export { premiumAfterTrade } from './perp/premiumAfterTrade.ts';
export type { PremiumTrade } from './perp/premiumAfterTrade.ts';
export { tradePosition } from './perp/tradePosition.ts';
export type { PositionAmounts, TradedPosition } from './perp/tradePosition.ts';

export { black76Call, black76CallAndDelta, MAX_S } from './options/black76.ts';
export type { CallAndDelta } from './options/black76.ts';

export { accrueCash } from './cash/accrueCash.ts';
export { calculateRates } from './cash/calculateRates.ts';
export { toCash } from './cash/toCash.ts';
export { toPrincipal } from './cash/toPrincipal.ts';
export type { CashIndex, CashTotals, RateModel } from './cash/types.ts';

export { calculateRamp } from './liquidation/calculateRamp.ts';
export { liquidationReward } from './liquidation/liquidationReward.ts';
export type { LiquidationReward, RewardInputs } from './liquidation/liquidationReward.ts';
export { liquidationTerms, NotLiquidatableError, TARGET_HEALTH } from './liquidation/liquidationTerms.ts';
export type { LiquidationTerms } from './liquidation/liquidationTerms.ts';
export { overshoots } from './liquidation/overshoots.ts';
export { selectProRata } from './liquidation/selectProRata.ts';
export type { ProRataSelection } from './liquidation/selectProRata.ts';

export { DERIBIT35_SCENARIOS, PARADEX24_SCENARIOS, SPAN16_SCENARIOS } from './profiles/grids.ts';
export { BTC, ETH, PRESETS } from './profiles/presets.ts';
export type { PresetName } from './profiles/presets.ts';
export { profileFromStruct, profileToStruct } from './profiles/profileStruct.ts';
export type { RiskProfileStruct } from './profiles/profileStruct.ts';

export { applyTrade } from './whatif/applyTrade.ts';
export type { Traded, TrialTrade } from './whatif/applyTrade.ts';
export { greeks } from './whatif/greeks.ts';
export type { Greeks, GreeksUsd, PortfolioGreeks } from './whatif/greeks.ts';
export { liquidationMoves, liquidationPrices } from './whatif/liquidationPrices.ts';
export type { LiquidationMoves, LiquidationPrices, ScanOptions } from './whatif/liquidationPrices.ts';
export { marginAfterTrade } from './whatif/marginAfterTrade.ts';
export type { MarginAfterTrade } from './whatif/marginAfterTrade.ts';
export { maxTradeSize } from './whatif/maxTradeSize.ts';
export type { TradeLimits } from './whatif/maxTradeSize.ts';
export { moveAll, stressTable } from './whatif/stressTable.ts';
export type { StressOptions, StressRow } from './whatif/stressTable.ts';
export { scenarioShares } from './whatif/scenarioShares.ts';
export type { ScenarioShares } from './whatif/scenarioShares.ts';
export { shockBracket } from './whatif/shockBracket.ts';
export type { ShockBracket } from './whatif/shockBracket.ts';
export { withIndex } from './whatif/withIndex.ts';
export { withVol } from './whatif/withVol.ts';

export {
  InputFormatError,
  parseMarketFile,
  parsePortfolioFile,
  parseProfile,
  toMarginOutput,
} from './format/index.ts';
export type { MarginOutput, MarketFile } from './format/index.ts';
