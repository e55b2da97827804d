import { divDown, divUp } from '../../units/index.ts';
import type { CashIndex } from './types.ts';

/** The principal that stores a present value of cash, rounded against its owner (SPEC-C2). */
export function toPrincipal(index: CashIndex, cash: bigint): bigint {
  return cash >= 0n ? divDown(cash, index.supplyIndex) : -divUp(-cash, index.borrowIndex);
}
