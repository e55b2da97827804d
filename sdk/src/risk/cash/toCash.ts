import { mulDown, mulUp } from '../../units/index.ts';
import type { CashIndex } from './types.ts';

/** Present value of a cash principal, wad USD, rounded against its owner (SPEC-C1). */
export function toCash(index: CashIndex, principal: bigint): bigint {
  return principal >= 0n ? mulDown(principal, index.supplyIndex) : -mulUp(-principal, index.borrowIndex);
}
