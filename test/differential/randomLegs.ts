import { MAX_COST, MAX_SIZE } from '@novate/sdk';
import type { FutureLeg, OptionLeg } from '@novate/sdk';
import type { Random } from './random.ts';
import type { Expiry, QuotedMarket } from './types.ts';

const WAD = 10n ** 18n;
const MAX_MANTISSA = 1n << 54n;
const MAX_PRICE = (1n << 128n) - 1n;

/**
 * Futures, calls and puts of one underlying: single legs, spreads, and strikes that come again, which the engine merges.
 * @param spot Units that a position might hedge.
 */
export function randomDatedLegs(
  random: Random,
  market: QuotedMarket,
  count: number,
  spot: bigint,
): (FutureLeg | OptionLeg)[] {
  const legs: (FutureLeg | OptionLeg)[] = [];
  while (legs.length < count) {
    const earlier = legs.length === 0 ? undefined : random.pick(legs);
    if (earlier !== undefined && random.chance(40)) legs.push(related(random, market, earlier));
    else legs.push(freshLeg(random, market, random.pick(market.expiries), spot));
  }
  return legs;
}

/** A leg that shares the earlier one's strike, expiry or size. */
function related(
  random: Random,
  market: QuotedMarket,
  earlier: FutureLeg | OptionLeg,
): FutureLeg | OptionLeg {
  const size = random.chance(60) ? -earlier.size : earlier.size;
  if (earlier.kind === 'future') return freshLeg(random, market, random.pick(market.expiries), size);
  const { underlying, expirySec } = earlier;
  switch (random.below(5)) {
    case 0:
      return { ...earlier, kind: earlier.kind === 'call' ? 'put' : 'call', size };
    case 1:
      return { ...earlier, size };
    case 2:
      return { ...earlier, size, strike: toStrike((earlier.strike * random.between(80n, 120n)) / 100n) };
    case 3:
      return { ...earlier, size, expirySec: random.pick(market.expiries).expirySec };
    default:
      return { kind: 'future', underlying, expirySec, size, cost: randomCost(random, size, earlier.strike) };
  }
}

function freshLeg(
  random: Random,
  { underlying, index }: QuotedMarket,
  { expirySec, given }: Expiry,
  spot: bigint,
): FutureLeg | OptionLeg {
  const kind = random.pick(['future', 'call', 'call', 'put', 'put'] as const);
  const size = randomLegSize(random, spot);
  if (kind === 'future') return { kind, underlying, expirySec, size, cost: randomCost(random, size, index) };
  return {
    kind,
    underlying,
    expirySec,
    strike: randomStrike(random, random.pick([index, given.forward])),
    size,
  };
}

function randomLegSize(random: Random, spot: bigint): bigint {
  if (random.chance(20)) return clamp(-spot + random.between(-2n, 2n), MAX_SIZE);
  if (random.chance(6)) return random.sign(random.chance(30) ? MAX_SIZE : random.magnitude(1, 95));
  return random.sign(random.magnitude(40, 80));
}

/** At the money, about it, or anything. */
function randomStrike(random: Random, price: bigint): bigint {
  switch (random.below(8)) {
    case 0:
      return toStrike(price);
    case 1:
      return toStrike(random.magnitude(1, 128));
    case 2:
      return toStrike(
        random.chance(50) ? price << BigInt(random.below(12)) : price >> BigInt(random.below(12)),
      );
    default:
      return toStrike((price * random.between(500n, 2_000n)) / 1_000n);
  }
}

/** The nearest strike below that an instrument's number can hold. */
export function toStrike(price: bigint): bigint {
  if (price > MAX_PRICE) return toStrike(MAX_PRICE);
  let mantissa = price;
  let unit = 1n;
  while (mantissa >= MAX_MANTISSA) {
    mantissa /= 10n;
    unit *= 10n;
  }
  return mantissa === 0n ? 1n : mantissa * unit;
}

/** Mostly what the position was bought for, more or less. */
export function randomCost(random: Random, size: bigint, price: bigint): bigint {
  if (random.chance(5)) return random.sign(random.chance(20) ? MAX_COST : random.magnitude(1, 103));
  return clamp(
    (-size * ((price * random.between(50n, 200n)) / 100n)) / WAD + random.between(-1n, 1n),
    MAX_COST,
  );
}

export function clamp(value: bigint, bound: bigint): bigint {
  if (value > bound) return bound;
  return value < -bound ? -bound : value;
}
