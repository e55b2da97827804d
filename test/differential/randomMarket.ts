import type { GivenTerm, PostedTerm, Svi } from '@novate/sdk';
import { randomQuote } from './quotes.ts';
import type { Random } from './random.ts';
import { clamp } from './randomLegs.ts';
import { UNDERLYINGS } from './types.ts';
import type { Expiry, QuotedMarket } from './types.ts';

const WAD = 10n ** 18n;
const MILLION = 1_000_000n;
const HOUR = 3_600n;
const DAY = 24n * HOUR;
const YEAR = 365n * DAY;
const LAST_EXPIRY = ((1n << 20n) - 1n) * HOUR;
const MAX_EXPIRIES = 4;
const MAX_PRICE = (1n << 128n) - 1n;
const INT256_MAX = (1n << 255n) - 1n;
/** The bounds of what `explainAt` takes. */
const MAX_TERM = 1_000n * WAD;
/** Up to this index any basis that fits its bits gives a forward that fits its own. */
const FREE_INDEX = 1n << 110n;
/** What a forward given to `explainAt` may be of its index. */
const MAX_FORWARD_RATIO = 10n ** 9n;
/** What a surface's word can hold. */
const MAX_A = 100n * WAD;
const MAX_B = 16n * WAD;
/** Resolutions of a surface's word. */
const VARIANCE_UNIT = 10n ** 6n;
const RHO_UNIT = 10n ** 12n;
const FINE_UNIT = 10n ** 9n;

export function randomMarkets(random: Random, timestamp: bigint): QuotedMarket[] {
  const extreme = random.chance(10);
  return UNDERLYINGS.map((underlying) => {
    const index = extreme ? random.magnitude(1, 126) : randomPrice(random);
    return {
      underlying,
      index,
      premium: randomPremium(random, index),
      scale: random.pick([0n, 0n, 0n, 1n, MILLION, random.between(0n, MILLION)]),
      quote: randomQuote(random, index),
      expiries: randomExpiries(random, timestamp, index),
    };
  });
}

/** 1e-6 to 1e6 USD, round now and then. */
function randomPrice(random: Random): bigint {
  if (random.chance(20)) return 10n ** BigInt(12 + random.below(13));
  return random.between(10n ** 12n, 10n ** BigInt(13 + random.below(12)));
}

function randomPremium(random: Random, index: bigint): bigint {
  const bound = index / 200n;
  switch (random.below(5)) {
    case 0:
      return 0n;
    case 1:
      return random.sign(bound + random.between(-1n, 1n));
    case 2:
      return random.sign(bound + random.magnitude(1, 128));
    case 3:
      return random.chance(10) ? random.pick([INT256_MAX, -INT256_MAX - 1n]) : random.between(-bound, bound);
    default:
      return random.between(-bound, bound);
  }
}

// ------------------------------------------------------------------------------------------------ expiries

function randomExpiries(random: Random, timestamp: bigint, index: bigint): Expiry[] {
  const expiries = new Map<bigint, Expiry>();
  for (let count = random.below(MAX_EXPIRIES + 1); count > 0; --count) {
    const expirySec = randomExpirySec(random, timestamp);
    const left = expirySec > timestamp ? expirySec - timestamp : 0n;
    const settled = left === 0n && random.chance(50);
    expiries.set(expirySec, {
      expirySec,
      given: randomGiven(random, left, index),
      posted: random.chance(12) ? null : randomPosted(random, timestamp, left, index),
      settlement: settled ? randomNear(random, index) : 0n,
    });
  }
  return [...expiries.values()];
}

/** Where rules change, a day and thirty days before, more often than chance would have it. */
function randomExpirySec(random: Random, timestamp: bigint): bigint {
  const hour = (timestamp / HOUR) * HOUR;
  switch (random.below(8)) {
    case 0:
      return hour - random.pick([0n, 0n, HOUR, random.between(0n, 800n) * HOUR]);
    case 1:
      return hour + random.between(1n, 24n) * HOUR;
    case 2:
      return hour + random.pick([DAY, 30n * DAY]) + random.between(-1n, 1n) * HOUR;
    case 3: {
      const last = hour + 20n * YEAR;
      return random.pick([
        last < LAST_EXPIRY ? last : LAST_EXPIRY,
        hour + random.between(1n, 20n * 8_760n) * HOUR,
      ]);
    }
    default:
      return hour + random.between(24n, 2n * 8_760n) * HOUR;
  }
}

function randomGiven(random: Random, left: bigint, index: bigint): GivenTerm {
  const near = random.chance(20) ? index : randomNear(random, index);
  // further away it is refused
  const forward = near > index * MAX_FORWARD_RATIO ? index * MAX_FORWARD_RATIO : near;
  switch (random.below(8)) {
    case 0:
      return { forward, a: 0n, b: 0n, rho: 0n, m: 0n, sigma: 0n };
    case 1:
      return {
        forward,
        a: random.sign(upTo(random, MAX_TERM)),
        b: upTo(random, MAX_TERM),
        rho: random.between(-WAD, WAD),
        m: random.sign(upTo(random, MAX_TERM)),
        sigma: upTo(random, MAX_TERM),
      };
    default:
      return { forward, ...randomSmile(random, left) };
  }
}

/** Volatilities of 1% to 500%, with skew and wings. */
function randomSmile(random: Random, left: bigint): Svi {
  const vol = random.between(WAD / 100n, random.chance(80) ? (3n * WAD) / 2n : 5n * WAD);
  const variance = (vol * vol * (left + 1n)) / (WAD * YEAR);
  const share = random.between(0n, 100n);
  const sigma = random.between(WAD / 1_000n, WAD);
  const b = (((variance * (100n - share)) / 100n) * WAD) / sigma;
  return {
    a: clamp((variance * share) / 100n - (random.chance(20) ? variance / 2n : 0n), MAX_A),
    b: atMost(b, MAX_B),
    rho: random.between(-WAD + 1n, WAD - 1n),
    m: random.between(-WAD / 2n, WAD / 2n),
    sigma,
  };
}

function randomPosted(random: Random, timestamp: bigint, left: bigint, index: bigint): PostedTerm {
  const wild = random.chance(12);
  const svi = wild ? anySvi(random) : atUnits(randomSmile(random, left));
  return {
    ...svi,
    basis: randomBasis(random, left, wild && index < FREE_INDEX),
    timestamp: timestamp - randomAge(random),
  };
}

/** Whatever fits the word's bits. */
function anySvi(random: Random): Svi {
  return {
    a: random.sign(random.bits(47)) * VARIANCE_UNIT,
    b: random.bits(44) * VARIANCE_UNIT,
    rho: random.between(-MILLION, MILLION) * RHO_UNIT,
    m: random.sign(random.bits(34)) * FINE_UNIT,
    sigma: random.bits(35) * FINE_UNIT,
  };
}

function atUnits({ a, b, rho, m, sigma }: Svi): Svi {
  const round = (value: bigint, unit: bigint): bigint => value - (value % unit);
  return {
    a: round(a, VARIANCE_UNIT),
    b: round(b, VARIANCE_UNIT),
    rho: round(rho, RHO_UNIT),
    m: round(m, FINE_UNIT),
    sigma: round(sigma, FINE_UNIT) + FINE_UNIT,
  };
}

/** At most a half of the index until the expiry, unless `any`: then also beyond where the carry is cut off. */
function randomBasis(random: Random, left: bigint, any: boolean): bigint {
  if (random.chance(20)) return 0n;
  const most = (1n << 32n) - 1n;
  const bound = (WAD * YEAR) / (2n * (left + 1n) * FINE_UNIT);
  return random.sign(random.between(0n, any || bound > most ? most : bound)) * FINE_UNIT;
}

/** Fresh for an hour, then ever wider until a day later. */
function randomAge(random: Random): bigint {
  switch (random.below(6)) {
    case 0:
      return HOUR + random.between(-1n, 1n);
    case 1:
      return HOUR + DAY + random.between(-1n, 1n);
    case 2:
      return random.between(HOUR, HOUR + DAY);
    case 3:
      return random.chance(50) ? random.between(DAY, 3n * YEAR) : -random.between(1n, DAY);
    default:
      return random.between(0n, HOUR);
  }
}

/** Mostly within a few percent, at times far off. */
function randomNear(random: Random, index: bigint): bigint {
  const percent = random.pick([1n, 5n, 50n]);
  let price = index + random.sign((index * random.between(0n, percent * 1_000n)) / 100_000n);
  if (random.chance(5))
    price = random.chance(50) ? index << BigInt(random.below(60)) : index >> BigInt(random.below(60));
  if (price > MAX_PRICE) return MAX_PRICE;
  return price > 0n ? price : 1n;
}

function upTo(random: Random, most: bigint): bigint {
  return atMost(random.magnitude(1, 70), most);
}

function atMost(value: bigint, most: bigint): bigint {
  return value < most ? value : most;
}
