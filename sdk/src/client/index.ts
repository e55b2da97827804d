export {
  MissingSenderError,
  MissingVaultError,
  RequirementFailedError,
  RequirementsNotMetError,
  TokenBalanceTooLowError,
  UnexpectedValueError,
} from './errors.ts';
export { rewardOf } from './liquidation.ts';
export type { LiquidationQuote, LiquidationSelection } from './liquidation.ts';
export { createNovateClient } from './createNovateClient.ts';
export type { CreateNovateClientParameters, NovateViemClient } from './createNovateClient.ts';
export { novateActions } from './novateActions.ts';
export type { NovateActions } from './novateActions.ts';
export { signPermit } from './permits.ts';
export type { PermitTypedData, SignedPermit } from './permits.ts';
export type {
  ApprovalRequirement,
  BlockedWrite,
  PermitRequirement,
  Prepared,
  ReadyWrite,
  Requirement,
  WriteRequest,
} from './prepare.ts';
export { clearinghouseAbi } from './protocolAbi.ts';
export { decodeScopes, encodeScopes } from './scopes.ts';
export type { Scope } from './scopes.ts';
export { send, sendRequest } from './send.ts';
export type { Sender } from './sender.ts';
export type { AtBlock, NovateClient } from './types.ts';
export type { MarginAtPrices, MarginReport, PriceStatus } from './values.ts';

export { assessMany } from './reads/assessMany.ts';
export type { AccountAssessment, AssessManyParameters } from './reads/assessMany.ts';
export { getAccountMarket } from './reads/getAccountMarket.ts';
export type { AccountMarket, GetAccountMarketParameters } from './reads/getAccountMarket.ts';
export { getApproval } from './reads/getApproval.ts';
export type { Approval, GetApprovalParameters } from './reads/getApproval.ts';
export { getAssets } from './reads/getAssets.ts';
export type { Asset } from './reads/getAssets.ts';
export { getCashState } from './reads/getCashState.ts';
export type { CashState } from './reads/getCashState.ts';
export { getEpoch } from './reads/getEpoch.ts';
export type { GetEpochParameters } from './reads/getEpoch.ts';
export { getHealthAt } from './reads/getHealthAt.ts';
export type { GetHealthAtParameters, HealthAt, HealthQuery } from './reads/getHealthAt.ts';
export { getHealthAtMany } from './reads/getHealthAtMany.ts';
export type { GetHealthAtManyParameters, HealthAtResult } from './reads/getHealthAtMany.ts';
export { getMargin } from './reads/getMargin.ts';
export type { GetMarginParameters } from './reads/getMargin.ts';
export { getMarkets } from './reads/getMarkets.ts';
export type { IndexPrice, MarketView } from './reads/getMarkets.ts';
export { getOrderFill } from './reads/getOrderFill.ts';
export type { GetOrderFillParameters, OrderFill } from './reads/getOrderFill.ts';
export { getPortfolio } from './reads/getPortfolio.ts';
export type { AccountPortfolio, GetPortfolioParameters } from './reads/getPortfolio.ts';
export { getPosition } from './reads/getPosition.ts';
export type { GetPositionParameters } from './reads/getPosition.ts';
export { getReport } from './reads/getReport.ts';
export type { GetReportParameters } from './reads/getReport.ts';
export { getReservedPositions } from './reads/getReservedPositions.ts';
export type { GetReservedPositionsParameters } from './reads/getReservedPositions.ts';
export { getSolvency } from './reads/getSolvency.ts';
export type { Solvency } from './reads/getSolvency.ts';
export { getVaultHolding } from './reads/getVaultHolding.ts';
export type { GetVaultHoldingParameters, VaultHolding, VaultRequestState } from './reads/getVaultHolding.ts';
export { getVaultStatus } from './reads/getVaultStatus.ts';
export type {
  GetVaultStatusParameters,
  VaultMarket,
  VaultSide,
  VaultStatus,
} from './reads/getVaultStatus.ts';
export { isLiquidatable } from './reads/isLiquidatable.ts';
export type { IsLiquidatableParameters, Liquidatability } from './reads/isLiquidatable.ts';
export { proRataLiquidation } from './reads/proRataLiquidation.ts';
export type { ProRataLiquidation, ProRataLiquidationParameters } from './reads/proRataLiquidation.ts';
export { quoteLiquidation } from './reads/quoteLiquidation.ts';
export type { QuoteLiquidationParameters } from './reads/quoteLiquidation.ts';
export { quoteVault } from './reads/quoteVault.ts';
export type { QuoteVaultParameters, VaultQuote } from './reads/quoteVault.ts';

export { prepareAccrueFunding, sendAccrueFunding } from './writes/accrueFunding.ts';
export type { AccrueFundingParameters } from './writes/accrueFunding.ts';
export { prepareAccrueInterest, sendAccrueInterest } from './writes/accrueInterest.ts';
export type { AccrueInterestParameters } from './writes/accrueInterest.ts';
export { prepareCancelAllOrders, sendCancelAllOrders } from './writes/cancelAllOrders.ts';
export type { CancelAllOrdersParameters } from './writes/cancelAllOrders.ts';
export { prepareCancelOrder, sendCancelOrder } from './writes/cancelOrder.ts';
export type { CancelOrderParameters } from './writes/cancelOrder.ts';
export { prepareCancelVaultRedemption, sendCancelVaultRedemption } from './writes/cancelVaultRedemption.ts';
export type { CancelVaultRedemptionParameters } from './writes/cancelVaultRedemption.ts';
export { prepareClearFlag, sendClearFlag } from './writes/clearFlag.ts';
export type { ClearFlagParameters } from './writes/clearFlag.ts';
export { prepareDeleverage, sendDeleverage } from './writes/deleverage.ts';
export type { DeleverageParameters, Losses } from './writes/deleverage.ts';
export { prepareDeposit, sendDeposit } from './writes/deposit.ts';
export type { DepositParameters } from './writes/deposit.ts';
export { prepareDepositToVault, sendDepositToVault } from './writes/depositToVault.ts';
export type { DepositToVaultParameters } from './writes/depositToVault.ts';
export { prepareExecuteTriggered, sendExecuteTriggered } from './writes/executeTriggered.ts';
export type { ExecuteTriggeredParameters } from './writes/executeTriggered.ts';
export { prepareFillOrder, sendFillOrder } from './writes/fillOrder.ts';
export type { FillOrderParameters } from './writes/fillOrder.ts';
export { prepareFlag, sendFlag } from './writes/flag.ts';
export type { FlagParameters } from './writes/flag.ts';
export {
  DEFAULT_DEADLINE_SEC,
  DEFAULT_SLIPPAGE_BPS,
  prepareLiquidate,
  sendLiquidate,
} from './writes/liquidate.ts';
export type { LiquidateParameters, PreparedLiquidation } from './writes/liquidate.ts';
export { prepareLiquidateBatch, sendLiquidateBatch } from './writes/liquidateBatch.ts';
export type {
  BatchedLiquidation,
  LiquidateBatchParameters,
  LiquidationOutcome,
} from './writes/liquidateBatch.ts';
export { prepareMatchOrders, sendMatchOrders } from './writes/matchOrders.ts';
export type { MatchOrdersParameters } from './writes/matchOrders.ts';
export { prepareRedeemFromVault, sendRedeemFromVault } from './writes/redeemFromVault.ts';
export type { RedeemFromVaultParameters } from './writes/redeemFromVault.ts';
export {
  prepareRequestVaultRedemption,
  sendRequestVaultRedemption,
} from './writes/requestVaultRedemption.ts';
export type { RequestVaultRedemptionParameters } from './writes/requestVaultRedemption.ts';
export { prepareReservePositions, sendReservePositions } from './writes/reservePositions.ts';
export type { ReservePositionsParameters } from './writes/reservePositions.ts';
export { prepareSetOperator, sendSetOperator } from './writes/setOperator.ts';
export type { SetOperatorParameters } from './writes/setOperator.ts';
export { prepareSetProfile, sendSetProfile } from './writes/setProfile.ts';
export type { SetProfileParameters } from './writes/setProfile.ts';
export { prepareTradeWithVault, sendTradeWithVault } from './writes/tradeWithVault.ts';
export type { TradeWithVaultParameters } from './writes/tradeWithVault.ts';
export { prepareTransfer, sendTransfer } from './writes/transfer.ts';
export type { TransferParameters } from './writes/transfer.ts';
export { prepareWithdraw, sendWithdraw } from './writes/withdraw.ts';
export type { WithdrawParameters } from './writes/withdraw.ts';
export { prepareOrder } from './writes/prepareOrder.ts';
export { prepareTriggerOrder } from './writes/prepareTriggerOrder.ts';
