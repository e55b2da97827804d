import { assess, calculatePerpMark, MAX_COST, MAX_SIZE, MAX_SPOT_AMOUNT, mulFloor } from '@novate/sdk';
import type { Market, PerpLeg, Portfolio, RiskProfile, Spot } from '@novate/sdk';
import { randomQuote } from './quotes.ts';
import type { Random } from './random.ts';
import { STANCES, UNDERLYINGS } from './types.ts';
import type { Account, Case, QuotedMarket } from './types.ts';

const WAD = 10n ** 18n;
/** The engine refuses spot worth 2^184 and more; several balances of one underlying must stay below together. */
const MAX_SPOT_VALUE = 1n << 180n;
const MAX_UNDERLYINGS = 8;
const INT256_MAX = (1n << 255n) - 1n;

/** What a portfolio's equity is placed at, now and then: where its state changes. */
type Level = 'initialMargin' | 'maintenanceMargin' | 'zero';

export interface CaseOptions {
  readonly seed: string;
  readonly number: number;
  readonly accounts: number;
  readonly routed: boolean;
  readonly profiles: readonly RiskProfile[];
}

export function randomCase(random: Random, options: CaseOptions): Case {
  const markets = randomMarkets(random);
  const market = toMarket(markets);
  const accounts: Account[] = [];
  for (let i = 0; i < options.accounts; ++i) {
    const profile = random.below(options.profiles.length);
    const rules = options.profiles[profile];
    if (rules === undefined) throw new RangeError('a case needs profiles');
    const portfolio = random.chance(15)
      ? cancellingPortfolio(random, markets, rules)
      : randomPortfolio(random, markets);
    accounts.push({ profile, portfolio: withCash(random, portfolio, market, rules) });
  }
  const { seed, number, routed, profiles } = options;
  return { seed, number, stance: random.pick(STANCES), routed, profiles, markets, accounts };
}

/** The market as the twin takes it, at the prices of `explainAt`. */
export function toMarket(markets: readonly QuotedMarket[]): Market {
  const underlyings = new Map(
    markets.map(({ underlying, index, premium }) => [underlying, { index, premium }]),
  );
  return { timestamp: 0n, underlyings };
}

// ------------------------------------------------------------------------------------------------ market

function randomMarkets(random: Random): QuotedMarket[] {
  const extreme = random.chance(10);
  return UNDERLYINGS.map((underlying) => {
    const index = extreme ? random.magnitude(1, 126) : randomPrice(random);
    return { underlying, index, premium: randomPremium(random, index), quote: randomQuote(random, index) };
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

// ------------------------------------------------------------------------------------------------ portfolio

function randomPortfolio(random: Random, markets: readonly QuotedMarket[]): Portfolio {
  const held = random.shuffle(markets).slice(0, random.below(MAX_UNDERLYINGS + 1));
  const spot: Spot[] = [];
  const legs: PerpLeg[] = [];
  // what one underlying is worth, against which another can be held
  let value = 0n;
  for (const { underlying, index } of held) {
    const form = random.below(4);
    const balances = form === 0 ? 0 : random.pick([1, 1, 1, 2, 3]);
    let amount = 0n;
    for (let i = 0; form !== 1 && i < balances; ++i) {
      const balance = randomAmount(random, index);
      spot.push({ underlying, amount: balance });
      amount += balance;
    }
    const perps = form === 1 || form === 0 ? 1 : random.pick([0, 1, 1, 1, 1, 1, 2]);
    for (let i = 0; i < perps; ++i) {
      const size = randomSize(random, amount, (value * WAD) / index);
      legs.push({ kind: 'perp', underlying, size, cost: randomCost(random, size, index) });
      value = (size * index) / WAD;
    }
  }
  return { cash: randomCash(random), legs: random.shuffle(legs), spot: random.shuffle(spot) };
}

/**
 * Perps whose losses and gains cancel in every scenario but for the rounding, which then decides which one is the worst:
 * where the engine may not look at a part of the scenarios only.
 */
function cancellingPortfolio(
  random: Random,
  markets: readonly QuotedMarket[],
  rules: RiskProfile,
): Portfolio {
  const held = random.shuffle(markets).slice(0, 2 + random.below(3));
  let swing = 0n;
  const legs = held.map(({ underlying, index, premium }, i): PerpLeg => {
    const special = rules.underlyings.find((one) => one.underlying === underlying);
    const scanRange = special?.scanRange ?? rules.defaultScanRange;
    const mark = calculatePerpMark(index, premium);
    const balance = (-swing * WAD) / (scanRange * mark) + random.between(-1n, 1n);
    const size = i === held.length - 1 ? clamp(balance, MAX_SIZE) : random.sign(random.magnitude(1, 90));
    swing += mulFloor(size, mark) * scanRange;
    return { kind: 'perp', underlying, size, cost: randomCost(random, size, index) };
  });
  return { cash: randomCash(random), legs, spot: [] };
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

/** Mostly what the position was bought for, more or less. */
function randomCost(random: Random, size: bigint, index: bigint): bigint {
  if (random.chance(5)) return random.sign(random.chance(20) ? MAX_COST : random.magnitude(1, 103));
  return clamp(
    (-size * ((index * random.between(50n, 200n)) / 100n)) / WAD + random.between(-1n, 1n),
    MAX_COST,
  );
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

function clamp(value: bigint, bound: bigint): bigint {
  if (value > bound) return bound;
  return value < -bound ? -bound : value;
}
