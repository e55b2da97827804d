import { toFunctionSelector } from 'viem';
import type { Abi, Hex } from 'viem';
import { clearinghouseAbi } from '../client/protocolAbi.ts';
import { insuranceFundAbi } from '../abi/insuranceFund.ts';
import { liquidatorAbi } from '../abi/liquidator.ts';
import { liquidityVaultAbi } from '../abi/liquidityVault.ts';
import { marginLensAbi } from '../abi/marginLens.ts';
import { orderMatcherAbi } from '../abi/orderMatcher.ts';
import { priceRouterAbi } from '../abi/priceRouter.ts';
import { riskEngineAbi } from '../abi/riskEngine.ts';
import { settlementTwapAbi } from '../abi/settlementTwap.ts';
import { volSurfaceAbi } from '../abi/volSurface.ts';
import { externalErrorsAbi } from './externalErrorsAbi.ts';

/** One error of an ABI. */
export type AbiError = Extract<Abi[number], { type: 'error' }>;

interface AbiItem {
  readonly type: string;
}

const errorsBySelector = new Map<Hex, AbiError>();
for (const abi of [
  clearinghouseAbi,
  liquidatorAbi,
  orderMatcherAbi,
  riskEngineAbi,
  priceRouterAbi,
  marginLensAbi,
  insuranceFundAbi,
  liquidityVaultAbi,
  volSurfaceAbi,
  settlementTwapAbi,
  externalErrorsAbi,
]) {
  for (const item of errorsOf(abi)) {
    const selector = selectorOf(item);
    if (!errorsBySelector.has(selector)) errorsBySelector.set(selector, item);
  }
}

/** Every custom error a call to the protocol can end in, each selector once. */
export const allErrorsAbi: readonly AbiError[] = [...errorsBySelector.values()];

export function findError(selector: Hex): AbiError | undefined {
  return errorsBySelector.get(selector);
}

export function errorsOf(abi: readonly AbiItem[]): readonly AbiError[] {
  return abi.filter((item): item is AbiError => item.type === 'error');
}

/** Name and argument types, such as `AmountTooLarge(uint256,uint256)`. Errors here take no tuples. */
export function signatureOf(error: AbiError): string {
  return `${error.name}(${error.inputs.map((input) => input.type).join(',')})`;
}

export function selectorOf(error: AbiError): Hex {
  return toFunctionSelector(signatureOf(error));
}
