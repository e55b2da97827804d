import { clamp, mulDown, WAD } from '../../units/index.ts';

/** A premium counts for at most 0.5% of the index, wad. */
export const PREMIUM_BOUND = WAD / 200n;

/** Mark of a perp, wad USD per unit: the index plus the premium, which counts for at most 0.5% of the index (SPEC-F5). */
export function calculatePerpMark(index: bigint, premium: bigint): bigint {
  return index + clamp(premium, mulDown(index, PREMIUM_BOUND));
}
