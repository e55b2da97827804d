import { clamp, divDown, mulDown, mulFloor } from '../../units/index.ts';
import { PREMIUM_BOUND } from './calculatePerpMark.ts';

export interface PremiumTrade {
  /** Index price, wad USD. */
  readonly index: bigint;
  /** Trade price, wad USD. */
  readonly price: bigint;
  /** Traded notional, wad USD, > 0. */
  readonly notional: bigint;
  /** Notional at which a trade moves the premium half way to its own, wad USD. */
  readonly depth: bigint;
}

/** The premium after a trade: moved from its decayed value toward the trade's own by the trade's weight (SPEC-F4). */
export function premiumAfterTrade(decayedPremium: bigint, trade: PremiumTrade): bigint {
  const bound = mulDown(trade.index, PREMIUM_BOUND);
  const traded = clamp(trade.price - trade.index, bound);
  const weight = divDown(trade.notional, trade.notional + trade.depth);
  return clamp(decayedPremium + mulFloor(traded - decayedPremium, weight), bound);
}
