import { assessFloat, PRESETS, toFloatProfile } from '@novate/sdk';
import type { FloatLeg, FloatOption, FloatPortfolio, FloatProfile } from '@novate/sdk';
import type { Random } from '../random.ts';
import type { ListedStrike, Venue } from './venue.ts';

export const PORTFOLIO_TYPES = [
  'nakedShort',
  'longOptions',
  'verticalSpread',
  'calendarSpread',
  'hedged',
  'coveredSpot',
  'perps',
  'crossAsset',
] as const;
export type PortfolioType = (typeof PORTFOLIO_TYPES)[number];

/** What each type holds, for tables. */
export const PORTFOLIO_LABELS: Readonly<Record<PortfolioType, string>> = {
  nakedShort: 'naked short options',
  longOptions: 'long options',
  verticalSpread: 'vertical spreads',
  calendarSpread: 'calendar spreads',
  hedged: 'options hedged by a perp',
  coveredSpot: 'spot with short calls',
  perps: 'perps',
  crossAsset: 'one asset against another',
};

/** USD per leg, before a random factor from 0.3 to 1. */
const NOTIONAL = 100_000;

type Draw = (venue: Venue, random: Random) => FloatPortfolio;

const DRAW: Readonly<Record<PortfolioType, Draw>> = {
  nakedShort: (venue, random) => {
    const underlying = anyOptionUnderlying(venue, random);
    return ofLegs(severalOptions(venue, random, underlying, () => -1));
  },
  longOptions: (venue, random) => {
    const underlying = anyOptionUnderlying(venue, random);
    return ofLegs(severalOptions(venue, random, underlying, () => 1));
  },
  verticalSpread: drawVertical,
  calendarSpread: drawCalendar,
  hedged: (venue, random) => {
    const underlying = anyOptionUnderlying(venue, random);
    const options = severalOptions(venue, random, underlying, () => anySign(random));
    return ofLegs([...options, ...perp(underlying, -netDelta(options, venue))]);
  },
  coveredSpot: drawCovered,
  perps: (venue, random) => {
    const all = shuffled([...venue.market.underlyings.keys()], random);
    const held = all.slice(0, 1 + random.index(all.length));
    return ofLegs(held.flatMap((id) => perp(id, anySign(random) * units(venue, id, random))));
  },
  crossAsset: drawCrossAsset,
};

/** A random portfolio of a type, without cash. Sizes are in USD notional, so that underlyings weigh alike. */
export function randomPortfolio(type: PortfolioType, venue: Venue, random: Random): FloatPortfolio {
  return DRAW[type](venue, random);
}

function drawVertical(venue: Venue, random: Random): FloatPortfolio {
  const underlying = anyOptionUnderlying(venue, random);
  const one = anyStrike(venue, underlying, random);
  const same = strikesOf(venue, underlying).filter(
    ({ expirySec, strike }) => expirySec === one.expirySec && strike !== one.strike,
  );
  const other = anyOf(same, random) ?? one;
  const kind = anyKind(random);
  const size = anySign(random) * units(venue, underlying, random);
  return ofLegs([option(underlying, one, kind, size), option(underlying, other, kind, -size)]);
}

function drawCalendar(venue: Venue, random: Random): FloatPortfolio {
  const underlying = anyOptionUnderlying(venue, random);
  const one = anyStrike(venue, underlying, random);
  const same = strikesOf(venue, underlying).filter(
    ({ expirySec, strike }) => expirySec !== one.expirySec && strike === one.strike,
  );
  const other = anyOf(same, random);
  // not every strike is listed twice: then the nearest one of another expiry
  const far = other ?? nearestElsewhere(venue, underlying, one);
  const kind = anyKind(random);
  const size = anySign(random) * units(venue, underlying, random);
  return ofLegs([option(underlying, one, kind, size), option(underlying, far, kind, -size)]);
}

function drawCovered(venue: Venue, random: Random): FloatPortfolio {
  const underlying = anyOptionUnderlying(venue, random);
  const calls = strikesOf(venue, underlying).filter(({ delta }) => delta <= 0.5);
  const amount = units(venue, underlying, random);
  const call = anyOf(calls, random) ?? anyStrike(venue, underlying, random);
  return {
    cash: 0,
    spot: [{ underlying, amount }],
    legs: [option(underlying, call, 'call', -amount * random.between(0.5, 1))],
  };
}

/** One underlying's perp, or an option, against another's perp of 0.5 to 1.5 times its delta. */
function drawCrossAsset(venue: Venue, random: Random): FloatPortfolio {
  const [one = 0, other = 0] = shuffled([...venue.strikes.keys()], random);
  const first =
    random.next() < 0.5
      ? perp(one, anySign(random) * units(venue, one, random))
      : severalOptions(venue, random, one, () => anySign(random));
  const ratio = indexOf(venue, one) / indexOf(venue, other);
  const against = -netDelta(first, venue) * ratio * random.between(0.5, 1.5);
  return ofLegs([...first, ...perp(other, against)]);
}

function severalOptions(venue: Venue, random: Random, underlying: number, sign: () => number): FloatOption[] {
  return Array.from({ length: 1 + random.index(3) }, () =>
    option(
      underlying,
      anyStrike(venue, underlying, random),
      anyKind(random),
      sign() * units(venue, underlying, random),
    ),
  );
}

function option(underlying: number, at: ListedStrike, kind: 'call' | 'put', size: number): FloatOption {
  return { kind, underlying, expirySec: at.expirySec, strike: at.strike, size };
}

function perp(underlying: number, size: number): FloatLeg[] {
  return size === 0 ? [] : [{ kind: 'perp', underlying, size, cost: 0 }];
}

function ofLegs(legs: readonly FloatLeg[]): FloatPortfolio {
  return { cash: 0, legs, spot: [] };
}

/** Sum of the legs' deltas, all of one underlying. */
function netDelta(legs: readonly FloatLeg[], { market }: Venue): number {
  return assessFloat(ofLegs(legs), market, NO_SCENARIOS).underlyings[0]?.netDelta ?? 0;
}

/** Only deltas are wanted of it. */
const NO_SCENARIOS: FloatProfile = { ...toFloatProfile(PRESETS.portfolio), scenarios: [] };

function nearestElsewhere(venue: Venue, underlying: number, to: ListedStrike): ListedStrike {
  const others = strikesOf(venue, underlying).filter(({ expirySec }) => expirySec !== to.expirySec);
  return others.reduce(
    (best, one) => (Math.abs(one.strike - to.strike) < Math.abs(best.strike - to.strike) ? one : best),
    others[0] ?? to,
  );
}

function units(venue: Venue, underlying: number, random: Random): number {
  return (NOTIONAL * random.between(0.3, 1)) / indexOf(venue, underlying);
}

function indexOf({ market }: Venue, underlying: number): number {
  return market.underlyings.get(underlying)?.index ?? NaN;
}

function strikesOf({ strikes }: Venue, underlying: number): readonly ListedStrike[] {
  return strikes.get(underlying) ?? [];
}

/** Any strike of any expiry, expiries being equally likely. */
function anyStrike(venue: Venue, underlying: number, random: Random): ListedStrike {
  const all = strikesOf(venue, underlying);
  const expirySec = anyOf([...new Set(all.map((one) => one.expirySec))], random);
  const strike = anyOf(
    all.filter((one) => one.expirySec === expirySec),
    random,
  );
  if (strike === undefined) throw new Error(`underlying ${underlying} has no strikes`);
  return strike;
}

function anyOptionUnderlying({ strikes }: Venue, random: Random): number {
  return anyOf([...strikes.keys()], random) ?? 0;
}

function anyKind(random: Random): 'call' | 'put' {
  return random.next() < 0.5 ? 'call' : 'put';
}

function anySign(random: Random): number {
  return random.next() < 0.5 ? 1 : -1;
}

function anyOf<T>(values: readonly T[], random: Random): T | undefined {
  return values[random.index(values.length)];
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
