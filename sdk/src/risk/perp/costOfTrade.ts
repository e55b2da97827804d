import { abs, mulDown, mulFloor } from '../../units/index.ts';

/**
 * Cost that buying `delta` units (negative: selling) adds to a position, funding folded in, wad USD (SPEC-F6).
 * @param price Wad USD per unit.
 * @param fundingIndex The perp's index now; 0 for instruments without funding.
 */
export function costOfTrade(delta: bigint, price: bigint, fundingIndex: bigint): bigint {
  const notional = mulDown(abs(delta), price);
  return (delta > 0n ? -notional : notional) + mulFloor(delta, fundingIndex);
}
