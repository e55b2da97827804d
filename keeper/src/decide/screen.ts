import type { CashIndex, RiskProfile } from '@novate/sdk';
import { toFloat } from '../mirror/floatAccount.ts';
import type { FloatAccount } from '../mirror/floatAccount.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import { createDatedScreen } from './screenDated.ts';

/**
 * `maybe` for every account that is below its maintenance margin, and for few others; `healthy` is certain. The rest says
 * why nothing can be said, or done.
 */
export type Screening =
  | 'healthy'
  | 'maybe'
  | 'priceUnavailable'
  | 'priceStale'
  | 'unsupportedInstrument'
  | 'profileUnknown'
  | 'assetUnknown'
  | 'nothingToTake';

/**
 * Doubt of every amount, relative to the gross value that went into it. The true rounding of some hundred operations on
 * doubles is below 1e-13; whole wei are below the absolute part.
 */
const RELATIVE_DOUBT = 1e-9;
const ABSOLUTE_DOUBT = 1e-6;

const LOWEST_SHOCK = -0.99;
const PREMIUM_BOUND = 0.005;

interface FloatMarket {
  readonly low: number;
  readonly high: number;
  readonly guarded: boolean;
  readonly stale: boolean;
  readonly fundingIndex: number;
  readonly premium: number;
}

interface FloatProfile {
  readonly profile: RiskProfile;
  readonly rho: number;
  readonly mmFactor: number;
  readonly rollMin: number;
  readonly haircut: number;
  readonly floorNet: number;
  readonly floorHedged: number;
  readonly scenarios: number;
  readonly shocks: Map<number, Shocks>;
}

/** What scenarios do to one underlying: shock times weight each, with the extremes. */
interface Shocks {
  readonly each: Float64Array;
  /** The most that a value of 1 loses, and a value of -1. Both >= 0. */
  readonly fall: number;
  readonly rise: number;
  readonly haircutSlope: number;
  readonly haircutCap: number;
}

/** One underlying's sums of one account. */
interface Sums {
  readonly underlying: number;
  readonly market: FloatMarket;
  spotAmount: number;
  perpSize: number;
  perpAbs: number;
}

export interface ScreenInputs {
  readonly board: PriceBoard;
  /** Brought up to the board's time. */
  readonly cash: CashIndex;
  readonly references: References;
}

/**
 * Screens accounts by floating point at one set of prices: equity is bounded from below and maintenance margin from above,
 * so that rounding and the choice of a guarded price can only err toward `maybe`.
 */
export function createScreen({
  board,
  cash,
  references,
}: ScreenInputs): (account: FloatAccount) => Screening {
  const markets = new Map<number, FloatMarket>();
  for (const [underlying, market] of board.markets) {
    markets.set(underlying, {
      low: toFloat(market.low),
      high: toFloat(market.high),
      guarded: market.low !== market.high,
      stale: market.status === 'stale',
      fundingIndex: toFloat(market.fundingIndex),
      premium: toFloat(market.premium),
    });
  }
  const profiles = new Map([...references.profiles].map(([id, profile]) => [id, toFloatProfile(profile)]));
  const [supplyIndex, borrowIndex] = [toFloat(cash.supplyIndex), toFloat(cash.borrowIndex)];
  const totals = new Float64Array(64);
  const screenDated = createDatedScreen({ board, cash, references });

  return (account) => {
    if (account.unsupported) return 'unsupportedInstrument';
    if (account.dated.length > 0) return screenDated(account);
    if (account.perps.length === 0 && account.spot.length === 0) return 'nothingToTake';
    const profile = profiles.get(account.profileId);
    if (profile === undefined) return 'profileUnknown';

    const sums: Sums[] = [];
    const money =
      account.principal * (account.principal < 0 ? borrowIndex : supplyIndex) + account.pendingCash;
    let [equity, gross, stale] = [money, Math.abs(money), false];
    for (const { assetId, amount } of account.spot) {
      const underlying = references.assetUnderlyings.get(assetId);
      if (underlying === undefined) return 'assetUnknown';
      const sum = sumIn(sums, underlying, markets);
      if (sum === undefined) return 'priceUnavailable';
      stale ||= sum.market.stale;
      sum.spotAmount += amount;
      equity += amount * sum.market.low;
      gross += amount * sum.market.high;
    }
    for (const { underlying, size, cost } of account.perps) {
      const sum = sumIn(sums, underlying, markets);
      if (sum === undefined) return 'priceUnavailable';
      const { market } = sum;
      stale ||= market.stale;
      sum.perpSize += size;
      sum.perpAbs += Math.abs(size);
      const low = size * markOf(market.low, market.premium);
      const high = size * markOf(market.high, market.premium);
      const funding = size * market.fundingIndex;
      equity += Math.min(low, high) + cost - funding;
      gross += Math.max(Math.abs(low), Math.abs(high)) + Math.abs(cost) + Math.abs(funding);
    }
    if (stale) return 'priceStale';

    const margin = boundMargin(sums, profile, totals);
    const doubt = RELATIVE_DOUBT * (gross + margin) + ABSOLUTE_DOUBT;
    return equity - doubt < margin ? 'maybe' : 'healthy';
  };
}

/** Maintenance margin, or where a price is guarded an upper bound of it at any price of the span. */
function boundMargin(sums: readonly Sums[], profile: FloatProfile, totals: Float64Array): number {
  totals.fill(0, 0, profile.scenarios);
  let [scan, charges, floor, guarded] = [0, 0, 0, false];
  for (const { underlying, market, spotAmount, perpSize, perpAbs } of sums) {
    const shocks = shocksOf(profile, underlying);
    const net = spotAmount + perpSize;
    const { high } = market;
    if (market.guarded) {
      guarded = true;
      // whatever the price, the value is no further from zero than this
      const most = Math.abs(net) * high + perpAbs * PREMIUM_BOUND * high;
      scan += most * Math.max(shocks.fall, shocks.rise);
    } else {
      const value = spotAmount * high + perpSize * markOf(high, market.premium);
      scan += value >= 0 ? value * shocks.fall : -value * shocks.rise;
      for (let j = 0; j < profile.scenarios; ++j)
        totals[j] = (totals[j] ?? 0) + value * (shocks.each[j] ?? 0);
    }
    const spotValue = spotAmount * high;
    charges += perpAbs * high * profile.rollMin + spotValue * haircutOf(profile, shocks, spotValue);
    const hedged = (spotAmount + perpAbs - Math.abs(net)) / 2;
    floor += (Math.abs(net) * profile.floorNet + hedged * profile.floorHedged) * high;
  }
  // losses together are never more than the sum of losses apart
  const together = guarded ? scan : Math.max(0, -leastOf(totals, profile.scenarios));
  const risk = profile.rho * together + (1 - profile.rho) * scan;
  return Math.max(risk * profile.mmFactor + charges, floor * profile.mmFactor);
}

function sumIn(
  sums: Sums[],
  underlying: number,
  markets: ReadonlyMap<number, FloatMarket>,
): Sums | undefined {
  for (const sum of sums) if (sum.underlying === underlying) return sum;
  const market = markets.get(underlying);
  if (market === undefined) return undefined;
  const sum = { underlying, market, spotAmount: 0, perpSize: 0, perpAbs: 0 };
  sums.push(sum);
  return sum;
}

function markOf(index: number, premium: number): number {
  const bound = index * PREMIUM_BOUND;
  return index + Math.max(-bound, Math.min(bound, premium));
}

function haircutOf(profile: FloatProfile, shocks: Shocks, spotValue: number): number {
  if (shocks.haircutSlope === 0) return profile.haircut;
  return Math.min(shocks.haircutCap, profile.haircut + shocks.haircutSlope * spotValue);
}

function leastOf(values: Float64Array, count: number): number {
  let least = 0;
  for (let j = 0; j < count; ++j) least = Math.min(least, values[j] ?? 0);
  return least;
}

function toFloatProfile(profile: RiskProfile): FloatProfile {
  return {
    profile,
    rho: toFloat(profile.rho),
    mmFactor: toFloat(profile.mmFactor),
    rollMin: toFloat(profile.rollMin),
    haircut: toFloat(profile.haircut),
    floorNet: toFloat(profile.floorNet),
    floorHedged: toFloat(profile.floorHedged),
    scenarios: profile.scenarios.length,
    shocks: new Map(),
  };
}

function shocksOf(cache: FloatProfile, underlying: number): Shocks {
  const known = cache.shocks.get(underlying);
  if (known !== undefined) return known;
  const { profile } = cache;
  const special = profile.underlyings.find((entry) => entry.underlying === underlying);
  const range = toFloat(special?.scanRange ?? profile.defaultScanRange);
  const each = Float64Array.from(profile.scenarios, ({ move, weight }) => {
    return Math.max(toFloat(move) * range, LOWEST_SHOCK) * toFloat(weight);
  });
  const shocks = {
    each,
    fall: -Math.min(0, ...each),
    rise: Math.max(0, ...each),
    haircutSlope: toFloat(special?.haircutSlope ?? 0n),
    haircutCap: toFloat(special?.haircutCap ?? 0n),
  };
  cache.shocks.set(underlying, shocks);
  return shocks;
}
