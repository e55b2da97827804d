export { buildOrder, DEFAULT_LIFETIME_SEC, DEFAULT_MAX_FEE } from './buildOrder.ts';
export type { BuildOrderParameters } from './buildOrder.ts';
export { buildTriggerOrder } from './buildTriggerOrder.ts';
export type { BuildTriggerOrderParameters } from './buildTriggerOrder.ts';
export { InvalidOrderError, KeeperUnavailableError, OrderRefusedError } from './errors.ts';
export { hashOrder, hashTriggerOrder } from './hashOrder.ts';
export { isTriggered } from './isTriggered.ts';
export { isTriggerOrder, orderFromJson, orderToJson } from './orderJson.ts';
export type { OrderJson } from './orderJson.ts';
export { orderTypedData, orderTypes, triggerOrderTypedData, triggerOrderTypes } from './orderTypedData.ts';
export type { OrderTypedData, TriggerOrderTypedData } from './orderTypedData.ts';
export { signOrder, signTriggerOrder } from './signOrder.ts';
export type { SignOrderParameters, SignTriggerOrderParameters } from './signOrder.ts';
export { getSubmittedOrder, submitTriggerOrder } from './submitTriggerOrder.ts';
export type {
  GetSubmittedOrderParameters,
  OrderReceipt,
  SubmitTriggerOrderParameters,
} from './submitTriggerOrder.ts';
export type { Order, OrderDomain, SignedOrder, SignedTriggerOrder, TriggerOrder } from './types.ts';
export { recoverOrderSigner, verifyOrder, verifyTriggerOrder } from './verifyOrder.ts';
export type { VerifyOrderParameters, VerifyTriggerOrderParameters } from './verifyOrder.ts';
