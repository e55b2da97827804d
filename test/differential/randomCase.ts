import { assess, MAX_SIZE, MAX_SPOT_AMOUNT, mulFloor } from '@novate/sdk';
import type { Leg, Market, Portfolio, RiskProfile, Spot } from '@novate/sdk';
import { markOf, toGivenMarket, toPostedMarket } from './markets.ts';
import type { Random } from './random.ts';
import { clamp, randomCost, randomDatedLegs } from './randomLegs.ts';
import { randomMarkets } from './randomMarket.ts';
import { STANCES } from './types.ts';
import type { Account, Case, QuotedMarket } from './types.ts';

const WAD = 10n ** 18n;
/** The engine refuses spot worth 2^184 and more; several balances of one underlying must stay below together. */
const MAX_SPOT_VALUE = 1n << 180n;
const MAX_UNDERLYINGS = 8;
/** The most legs that an account may hold. */
const MAX_LEGS = 64;

/** What a portfolio's equity is placed at, now and then: where its state changes. */
type Level = 'initialMargin' | 'maintenanceMargin' | 'zero';

export interface CaseOptions {
  readonly seed: string;
  readonly number: number;
  readonly timestamp: bigint;
  readonly accounts: number;
  readonly routed: boolean;
  readonly profiles: readonly RiskProfile[];
}

export function randomCase(random: Random, options: CaseOptions): Case {
  const { timestamp } = options;
  const markets = randomMarkets(random, timestamp);
  const market = toGivenMarket(markets, timestamp);
  // legs cancel at the prices where the engine might look at a part of the scenarios
  const cancelling = options.routed ? toPostedMarket(markets, timestamp) : market;
  const accounts: Account[] = [];
  for (let i = 0; i < options.accounts; ++i) {
    const profile = random.below(options.profiles.length);
    const rules = options.profiles[profile];
    if (rules === undefined) throw new RangeError('a case needs profiles');
    const portfolio = random.chance(15)
      ? cancellingPortfolio(random, cancelling, rules, markets)
      : randomPortfolio(random, markets);
    accounts.push({ profile, portfolio: withCash(random, portfolio, market, rules) });
  }
  const { seed, number, routed, profiles } = options;
  return { seed, number, timestamp, stance: random.pick(STANCES), routed, profiles, markets, accounts };
}

// ------------------------------------------------------------------------------------------------ portfolio

function randomPortfolio(random: Random, markets: readonly QuotedMarket[]): Portfolio {
  const held = random.shuffle(markets).slice(0, random.below(MAX_UNDERLYINGS + 1));
  const spot: Spot[] = [];
  const legs: Leg[] = [];
  const dated = datedCounts(random, held);
  // what one underlying is worth, against which another can be held
  let value = 0n;
  for (const [i, market] of held.entries()) {
    const { underlying, index } = market;
    const form = random.below(4);
    const balances = form < 2 ? 0 : random.pick([1, 1, 1, 2, 3]);
    let amount = 0n;
    for (let n = 0; n < balances; ++n) {
      const balance = randomAmount(random, index);
      spot.push({ underlying, amount: balance });
      amount += balance;
    }
    const count = dated[i] ?? 0;
    const perps = form < 2 && count === 0 ? 1 : random.pick([0, 1, 1, 1, 1, 1, 2]);
    for (let n = 0; n < perps && legs.length < MAX_LEGS; ++n) {
      const size = randomSize(random, amount, (value * WAD) / index);
      legs.push({ kind: 'perp', underlying, size, cost: randomCost(random, size, index) });
      value = (size * index) / WAD;
    }
    legs.push(...randomDatedLegs(random, market, Math.min(count, MAX_LEGS - legs.length), amount));
  }
  return { cash: randomCash(random), legs: random.shuffle(legs), spot: random.shuffle(spot) };
}

/** How many futures and options each underlying has: mostly a handful, now and then as many as there may be. */
function datedCounts(random: Random, held: readonly QuotedMarket[]): number[] {
  const full = random.below(500) === 0;
  const none = random.chance(50);
  return held.map(({ expiries }) => {
    if (none || expiries.length === 0) return 0;
    return full ? random.below(MAX_LEGS) : random.pick([0, 0, 0, 1, 1, 1, 2, 3]);
  });
}

/**
 * Perps and futures whose losses and gains cancel in every scenario but for the rounding, which then decides which one is
 * the worst: where the engine may not look at a part of the scenarios only.
 */
function cancellingPortfolio(
  random: Random,
  market: Market,
  rules: RiskProfile,
  markets: readonly QuotedMarket[],
): Portfolio {
  const held = random.shuffle(markets).slice(0, 2 + random.below(3));
  let swing = 0n;
  const legs = held.map((quoted, i): Leg => {
    const { underlying, index } = quoted;
    const scanRange = scanRangeOf(rules, underlying);
    const leg = linearLeg(random, quoted, market.timestamp);
    const mark = markOf(leg, market);
    const balance = (-swing * WAD) / (scanRange * mark) + random.between(-1n, 1n);
    const size = i === held.length - 1 ? clamp(balance, MAX_SIZE) : random.sign(random.magnitude(1, 90));
    swing += mulFloor(size, mark) * scanRange;
    return { ...leg, size, cost: randomCost(random, size, index) };
  });
  return { cash: randomCash(random), legs, spot: [] };
}

/** A perp, or a future that is still to expire. */
function linearLeg(
  random: Random,
  { underlying, expiries }: QuotedMarket,
  timestamp: bigint,
): Exclude<Leg, { readonly kind: 'call' | 'put' }> {
  const open = expiries.filter(({ expirySec }) => expirySec > timestamp);
  const amounts = { size: 0n, cost: 0n };
  if (open.length === 0 || random.chance(60)) return { kind: 'perp', underlying, ...amounts };
  return { kind: 'future', underlying, expirySec: random.pick(open).expirySec, ...amounts };
}

function scanRangeOf(rules: RiskProfile, underlying: number): bigint {
  return rules.underlyings.find((one) => one.underlying === underlying)?.scanRange ?? rules.defaultScanRange;
}

function randomAmount(random: Random, index: bigint): bigint {
  if (random.chance(3)) return 0n;
  const amount = random.chance(70) ? random.magnitude(50, 90) : random.magnitude(1, 128);
  const most = (MAX_SPOT_VALUE * WAD) / index;
  const limit = most < MAX_SPOT_AMOUNT ? most : MAX_SPOT_AMOUNT;
  return amount < limit ? amount : limit;
}

/** @param spot Units that a short would hedge. @param other Units that would be worth what another underlying is. */
function randomSize(random: Random, spot: bigint, other: bigint): bigint {
  switch (random.below(8)) {
    case 0:
    case 1:
      return clamp(-spot + random.between(-2n, 2n), MAX_SIZE);
    case 2:
      return clamp(-(spot * random.between(1n, 300n)) / 100n, MAX_SIZE);
    case 3:
      return clamp(-other + random.between(-2n, 2n), MAX_SIZE);
    case 4:
      return random.sign(random.chance(30) ? MAX_SIZE : random.magnitude(1, 95));
    default:
      return random.sign(random.magnitude(40, 80));
  }
}

function randomCash(random: Random): bigint {
  if (random.chance(10)) return 0n;
  return random.sign(random.chance(90) ? random.magnitude(40, 100) : random.magnitude(1, 127));
}

/** Half of the portfolios get the cash that puts their equity where the state changes, or near. */
function withCash(random: Random, portfolio: Portfolio, market: Market, profile: RiskProfile): Portfolio {
  if (random.chance(50)) return portfolio;
  const margin = assess(portfolio, market, profile);
  const levels: Record<Level, bigint> = { ...margin, zero: 0n };
  const level = levels[random.pick<Level>(['initialMargin', 'maintenanceMargin', 'zero'])];
  const spread = random.chance(50)
    ? random.between(-1n, 1n)
    : random.between(-margin.initialMargin, margin.initialMargin);
  return { ...portfolio, cash: portfolio.cash + level - margin.equity + spread };
}
