import { divFloorRaw, WAD } from '../../units/index.ts';

/** Two neighbouring shocks of an index, fractions, wad: the engine's account of both sides of a price. */
export interface ShockBracket {
  /** The last shock whose index has not reached the price. */
  readonly before: bigint;
  /** The first shock whose index is at the price or beyond it. */
  readonly beyond: bigint;
}

/**
 * The shocks with which `healthAt` brackets a price: a shock moves an index to `mulDown(index, 1 + shock)`, in steps of
 * index * 1e-18. For a price below the index `beyond` comes to the price or the first step below it, for one above to the
 * price or the first step above.
 *
 * A liquidation price holds on chain if the account is on the other side of its maintenance margin at `beyond` and not at
 * `before`.
 * @param index S, wad USD, > 0.
 * @param price Wad USD, > 0, such as `lower` or `upper` of `liquidationPrices`.
 */
export function shockBracket(index: bigint, price: bigint): ShockBracket {
  if (price > index) {
    const beyond = -divFloorRaw(-price * WAD, index) - WAD;
    return { before: beyond - 1n, beyond };
  }
  // the largest factor that comes to the price or less: index * factor < (price + 1) * WAD
  const beyond = divFloorRaw((price + 1n) * WAD - 1n, index) - WAD;
  return { before: beyond + 1n, beyond };
}
