import { mulCeil } from '../../units/index.ts';

/**
 * Cost basis of a perp net of the funding owed until now, as a `Portfolio` holds it, wad USD: the stored cost has each
 * trade's funding index folded in, so that `size * index now` is what is still owed, rounded up (SPEC-F6).
 */
export function netCost(size: bigint, storedCost: bigint, fundingIndex: bigint): bigint {
  return storedCost - mulCeil(size, fundingIndex);
}
