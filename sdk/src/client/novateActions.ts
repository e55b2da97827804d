import type { NovateAddresses } from '../addresses/index.ts';
import { streamEvents } from '../events/streamEvents.ts';
import type { EventUpdate, StreamEventsParameters } from '../events/streamEvents.ts';
import { assessMany } from './reads/assessMany.ts';
import { getAccountMarket } from './reads/getAccountMarket.ts';
import { getApproval } from './reads/getApproval.ts';
import { getAssets } from './reads/getAssets.ts';
import { getCashState } from './reads/getCashState.ts';
import { getEpoch } from './reads/getEpoch.ts';
import { getHealthAt } from './reads/getHealthAt.ts';
import { getHealthAtMany } from './reads/getHealthAtMany.ts';
import { getMargin } from './reads/getMargin.ts';
import { getMarkets } from './reads/getMarkets.ts';
import { getOrderFill } from './reads/getOrderFill.ts';
import { getPortfolio } from './reads/getPortfolio.ts';
import { getPosition } from './reads/getPosition.ts';
import { getReport } from './reads/getReport.ts';
import { getReservedPositions } from './reads/getReservedPositions.ts';
import { getSolvency } from './reads/getSolvency.ts';
import { getVaultHolding } from './reads/getVaultHolding.ts';
import { getVaultStatus } from './reads/getVaultStatus.ts';
import { isLiquidatable } from './reads/isLiquidatable.ts';
import { proRataLiquidation } from './reads/proRataLiquidation.ts';
import { quoteLiquidation } from './reads/quoteLiquidation.ts';
import { quoteVault } from './reads/quoteVault.ts';
import { prepareOrder } from './writes/prepareOrder.ts';
import { prepareTriggerOrder } from './writes/prepareTriggerOrder.ts';
import { prepareAccrueFunding, sendAccrueFunding } from './writes/accrueFunding.ts';
import { prepareAccrueInterest, sendAccrueInterest } from './writes/accrueInterest.ts';
import { prepareCancelAllOrders, sendCancelAllOrders } from './writes/cancelAllOrders.ts';
import { prepareCancelOrder, sendCancelOrder } from './writes/cancelOrder.ts';
import { prepareCancelVaultRedemption, sendCancelVaultRedemption } from './writes/cancelVaultRedemption.ts';
import { prepareClearFlag, sendClearFlag } from './writes/clearFlag.ts';
import { prepareDeleverage, sendDeleverage } from './writes/deleverage.ts';
import { prepareDeposit, sendDeposit } from './writes/deposit.ts';
import { prepareDepositToVault, sendDepositToVault } from './writes/depositToVault.ts';
import { prepareExecuteTriggered, sendExecuteTriggered } from './writes/executeTriggered.ts';
import { prepareFillOrder, sendFillOrder } from './writes/fillOrder.ts';
import { prepareFlag, sendFlag } from './writes/flag.ts';
import { prepareLiquidate, sendLiquidate } from './writes/liquidate.ts';
import { prepareLiquidateBatch, sendLiquidateBatch } from './writes/liquidateBatch.ts';
import { prepareMatchOrders, sendMatchOrders } from './writes/matchOrders.ts';
import { prepareRedeemFromVault, sendRedeemFromVault } from './writes/redeemFromVault.ts';
import {
  prepareRequestVaultRedemption,
  sendRequestVaultRedemption,
} from './writes/requestVaultRedemption.ts';
import { prepareReservePositions, sendReservePositions } from './writes/reservePositions.ts';
import { prepareSetOperator, sendSetOperator } from './writes/setOperator.ts';
import { prepareSetProfile, sendSetProfile } from './writes/setProfile.ts';
import { prepareTradeWithVault, sendTradeWithVault } from './writes/tradeWithVault.ts';
import { prepareTransfer, sendTransfer } from './writes/transfer.ts';
import { prepareWithdraw, sendWithdraw } from './writes/withdraw.ts';
import type { NovateClient } from './types.ts';

type Action<Parameters, Result> = (
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: Parameters,
) => Promise<Result>;
type OptionalAction<Parameters, Result> = (
  client: NovateClient,
  addresses: NovateAddresses,
  parameters?: Parameters,
) => Promise<Result>;

/** Every action of the SDK with client and addresses filled in. */
export type NovateActions = ReturnType<typeof bindActions>;

/**
 * Adds the protocol to a viem client, under `novate`:
 *
 * ```ts
 * const client = createWalletClient({ account, chain, transport: http() }).extend(novateActions(addresses));
 * const { state } = await client.novate.getReport({ account: id });
 * await client.novate.sendDeposit({ account: id, assetId: 0, amountRaw: 1_000_000n });
 * ```
 *
 * Every action also stands alone, taking the client and the addresses first, for bundles that use few of them.
 */
export function novateActions(
  addresses: NovateAddresses,
): (client: NovateClient) => { readonly novate: NovateActions } {
  return (client) => ({ novate: bindActions(client, addresses) });
}

function bindActions(client: NovateClient, addresses: NovateAddresses) {
  function bind<Parameters, Result>(action: Action<Parameters, Result>) {
    return (parameters: Parameters): Promise<Result> => action(client, addresses, parameters);
  }
  function bindOptional<Parameters, Result>(action: OptionalAction<Parameters, Result>) {
    return (parameters?: Parameters): Promise<Result> => action(client, addresses, parameters);
  }
  return {
    assessMany: bind(assessMany),
    getAccountMarket: bind(getAccountMarket),
    getApproval: bind(getApproval),
    getAssets: bindOptional(getAssets),
    getCashState: bindOptional(getCashState),
    getEpoch: bind(getEpoch),
    getHealthAt: bind(getHealthAt),
    getHealthAtMany: bind(getHealthAtMany),
    getMargin: bind(getMargin),
    getMarkets: bindOptional(getMarkets),
    getOrderFill: bind(getOrderFill),
    getPortfolio: bind(getPortfolio),
    getPosition: bind(getPosition),
    getReport: bind(getReport),
    getReservedPositions: bind(getReservedPositions),
    getSolvency: bindOptional(getSolvency),
    getVaultHolding: bind(getVaultHolding),
    getVaultStatus: bindOptional(getVaultStatus),
    isLiquidatable: bind(isLiquidatable),
    proRataLiquidation: bind(proRataLiquidation),
    quoteLiquidation: bind(quoteLiquidation),
    streamEvents: (parameters?: StreamEventsParameters): AsyncGenerator<EventUpdate, void, void> =>
      streamEvents(client, addresses, parameters),
    quoteVault: bind(quoteVault),

    prepareOrder: bind(prepareOrder),
    prepareTriggerOrder: bind(prepareTriggerOrder),
    prepareAccrueFunding: bind(prepareAccrueFunding),
    sendAccrueFunding: bind(sendAccrueFunding),
    prepareAccrueInterest: bindOptional(prepareAccrueInterest),
    sendAccrueInterest: bindOptional(sendAccrueInterest),
    prepareCancelAllOrders: bind(prepareCancelAllOrders),
    sendCancelAllOrders: bind(sendCancelAllOrders),
    prepareCancelOrder: bind(prepareCancelOrder),
    sendCancelOrder: bind(sendCancelOrder),
    prepareCancelVaultRedemption: bindOptional(prepareCancelVaultRedemption),
    sendCancelVaultRedemption: bindOptional(sendCancelVaultRedemption),
    prepareClearFlag: bind(prepareClearFlag),
    sendClearFlag: bind(sendClearFlag),
    prepareDeleverage: bind(prepareDeleverage),
    sendDeleverage: bind(sendDeleverage),
    prepareDeposit: bind(prepareDeposit),
    sendDeposit: bind(sendDeposit),
    prepareDepositToVault: bind(prepareDepositToVault),
    sendDepositToVault: bind(sendDepositToVault),
    prepareExecuteTriggered: bind(prepareExecuteTriggered),
    sendExecuteTriggered: bind(sendExecuteTriggered),
    prepareFillOrder: bind(prepareFillOrder),
    sendFillOrder: bind(sendFillOrder),
    prepareFlag: bind(prepareFlag),
    sendFlag: bind(sendFlag),
    prepareLiquidate: bind(prepareLiquidate),
    sendLiquidate: bind(sendLiquidate),
    prepareLiquidateBatch: bind(prepareLiquidateBatch),
    sendLiquidateBatch: bind(sendLiquidateBatch),
    prepareMatchOrders: bind(prepareMatchOrders),
    sendMatchOrders: bind(sendMatchOrders),
    prepareRedeemFromVault: bindOptional(prepareRedeemFromVault),
    sendRedeemFromVault: bindOptional(sendRedeemFromVault),
    prepareRequestVaultRedemption: bind(prepareRequestVaultRedemption),
    sendRequestVaultRedemption: bind(sendRequestVaultRedemption),
    prepareReservePositions: bind(prepareReservePositions),
    sendReservePositions: bind(sendReservePositions),
    prepareSetOperator: bind(prepareSetOperator),
    sendSetOperator: bind(sendSetOperator),
    prepareSetProfile: bind(prepareSetProfile),
    sendSetProfile: bind(sendSetProfile),
    prepareTradeWithVault: bind(prepareTradeWithVault),
    sendTradeWithVault: bind(sendTradeWithVault),
    prepareTransfer: bind(prepareTransfer),
    sendTransfer: bind(sendTransfer),
    prepareWithdraw: bind(prepareWithdraw),
    sendWithdraw: bind(sendWithdraw),
  };
}
