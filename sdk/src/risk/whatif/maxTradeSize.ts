import { MAX_COST, MAX_SIZE } from '../../codec/index.ts';
import { abs, mulUp } from '../../units/index.ts';
import { assess } from '../assess.ts';
import { InvalidTradeError } from '../errors.ts';
import { isTradeAllowed } from '../isTradeAllowed.ts';
import type { Margin, Market, Portfolio, RiskProfile } from '../types.ts';
import { applyTrade, isTraded } from './applyTrade.ts';
import type { Traded } from './applyTrade.ts';

export interface TradeLimits extends Traded {
  readonly side: 'buy' | 'sell';
  /** Wad USD per unit, > 0. */
  readonly price: bigint;
  /** Fee as a fraction of the notional, wad. */
  readonly feeRate?: bigint;
}

/** Below this the peak search's steps drown in rounding. */
const PEAK_RESOLUTION = 10_000n;

/**
 * The largest size (wad units, >= 0) that the clearinghouse would let an account buy or sell (SPEC-M13), by bisection: the
 * last at which it is above IM or, if it was below, has reduced its risk. Bounds of the market (price band, open interest)
 * are not looked at.
 * @throws InvalidTradeError and those of `assess`
 */
export function maxTradeSize(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  limits: TradeLimits,
): bigint {
  const { side, price, feeRate = 0n, ...traded } = limits;
  if (price <= 0n) throw new InvalidTradeError(0n, price);
  const before = assess(portfolio, market, profile);
  const marginAt = (size: bigint): Margin => {
    if (size === 0n) return before;
    const signed = side === 'buy' ? size : -size;
    const trade = { ...traded, size: signed, price, fee: mulUp(mulUp(size, price), feeRate) };
    return assess(applyTrade(portfolio, trade), market, profile);
  };
  const isAllowed = (size: bigint): boolean => isTradeAllowed(before, marginAt(size));
  const cap = largestSize(portfolio, limits);
  if (before.equity >= before.initialMargin) return lastTrue(isAllowed, 0n, cap);
  // Equity less IM is concave in the size, as both of M13's conditions are: options too, whose value bends in the price, are
  // worth as much as there are of them. So each condition allows an interval, and one search from the peak serves both. (It
  // misses a reduction at a price so bad that equity falls as fast as the margin.)
  const peak = peakOf((size) => {
    const margin = marginAt(size);
    return margin.equity - margin.initialMargin;
  }, cap);
  return peak > 0n && isAllowed(peak) ? lastTrue(isAllowed, peak, cap) : 0n;
}

/** What the words of a position can hold, from the size and cost before on. Options have no cost. */
function largestSize(portfolio: Portfolio, limits: TradeLimits): bigint {
  let cost = 0n;
  let along = 0n;
  for (const leg of portfolio.legs) {
    if (!isTraded(leg, limits)) continue;
    if ('cost' in leg) cost = abs(leg.cost);
    along = limits.side === 'buy' ? leg.size : -leg.size;
  }
  const bySize = MAX_SIZE - along;
  if (limits.contract !== undefined && limits.contract.kind !== 'future') return bySize;
  const byCost = ((MAX_COST - cost) * 10n ** 18n) / limits.price;
  return bySize < byCost ? bySize : byCost;
}

/** The last size from `yes` (where `holds`) to `cap` at which it holds, given that it never holds again once it fails. */
function lastTrue(holds: (size: bigint) => boolean, yes: bigint, cap: bigint): bigint {
  let low = yes;
  let step = yes > 10n ** 15n ? yes : 10n ** 15n;
  let high = low + step;
  while (high < cap && holds(high)) {
    low = high;
    step *= 2n;
    high += step;
  }
  if (high >= cap) {
    if (holds(cap)) return cap;
    high = cap;
  }
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** About where a concave function of the size is largest, by trisection. */
function peakOf(value: (size: bigint) => bigint, cap: bigint): bigint {
  let low = 0n;
  let high = cap;
  while (high - low > PEAK_RESOLUTION) {
    const third = (high - low) / 3n;
    const left = low + third;
    const right = high - third;
    if (value(left) < value(right)) low = left;
    else high = right;
  }
  return value(high) > value(low) ? high : low;
}
