import { abs, mulDivFloor } from '../../units/index.ts';
import { costOfTrade } from './costOfTrade.ts';

/** A perp's or future's size (wad units) and stored cost basis (wad USD). Size 0 with cost 0 is none. */
export interface PositionAmounts {
  readonly size: bigint;
  readonly cost: bigint;
}

export interface TradedPosition extends PositionAmounts {
  /** Cash that the trade realises, wad USD. With the change of the cost it makes up the trade's own cost, always. */
  readonly realised: bigint;
}

/**
 * A position after buying `delta` units (negative: selling) at `price` (SPEC-F6, F7). A trade toward zero realises the
 * closed share of the cost, floored; a trade through zero realises all of it and opens the rest afresh.
 */
export function tradePosition(
  position: PositionAmounts,
  delta: bigint,
  price: bigint,
  fundingIndex: bigint,
): TradedPosition {
  const { size: oldSize, cost: oldCost } = position;
  const tradeCost = costOfTrade(delta, price, fundingIndex);
  const size = oldSize + delta;
  if (oldSize === 0n || oldSize > 0n === delta > 0n) return { size, cost: oldCost + tradeCost, realised: 0n };

  if (size === 0n) return { size, cost: 0n, realised: oldCost + tradeCost };
  if (size > 0n === oldSize > 0n) {
    const share = mulDivFloor(oldCost, abs(delta), abs(oldSize));
    return { size, cost: oldCost - share, realised: share + tradeCost };
  }
  const closing = costOfTrade(-oldSize, price, fundingIndex);
  return { size, cost: tradeCost - closing, realised: oldCost + closing };
}
