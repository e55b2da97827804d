// Synthetic accounts of 2 to 12 legs over eight underlyings, half of them with options, and the market that they live in.
import {
  assessFloat,
  createLedgerState,
  decodeInstrumentId,
  encodeInstrumentId,
  PRESETS,
  toFloatMarket,
  toFloatProfile,
} from '@novate/sdk';
import type {
  AccountState,
  FloatExpiry,
  FloatLeg,
  FloatMarket,
  FloatProfile,
  Instrument,
  LedgerState,
  Market,
  PostedTerm,
} from '@novate/sdk';
import { createRandom } from '../../../cli/src/random.ts';
import type { Random } from '../../../cli/src/random.ts';
import { createAccountBook } from '../../../keeper/src/mirror/accountBook.ts';
import type { AccountBook } from '../../../keeper/src/mirror/accountBook.ts';
import type { PriceBoard, PricedMarket } from '../../../keeper/src/mirror/prices.ts';
import type { References } from '../../../keeper/src/mirror/references.ts';
import type { Mover } from './walk.ts';

export const WAD = 10n ** 18n;
const START_SEC = 1_800_000_000;
const DAY_SEC = 86_400;
const YEAR_SEC = 365 * DAY_SEC;
const EXPIRY_DAYS = [2, 7, 14, 30, 90, 180];
/** Strikes over the index at the beginning. */
export const MONEYNESS = [0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5];
const SPOT_ASSETS = 3;
const INSURANCE = 2n;

interface Listed extends Mover {
  readonly underlying: number;
  readonly price: number;
  /** Implied volatility per year. */
  readonly implied: number;
}

/** Two-hour volatilities and correlations of BTC, ETH and SOL are measured; the others are like SOL. */
export const LISTED: readonly Listed[] = [
  { underlying: 1, symbol: 'BTC', price: 90_000, vol: 0.0099, beta: 0.9, implied: 0.55 },
  { underlying: 2, symbol: 'ETH', price: 3_000, vol: 0.0126, beta: 0.92, implied: 0.7 },
  { underlying: 3, symbol: 'SOL', price: 150, vol: 0.0212, beta: 0.68, implied: 0.9 },
  { underlying: 4, symbol: 'BNB', price: 600, vol: 0.014, beta: 0.7, implied: 0.8 },
  { underlying: 5, symbol: 'XRP', price: 2, vol: 0.02, beta: 0.65, implied: 0.9 },
  { underlying: 6, symbol: 'ADA', price: 0.8, vol: 0.021, beta: 0.65, implied: 0.95 },
  { underlying: 7, symbol: 'AVAX', price: 25, vol: 0.022, beta: 0.68, implied: 1 },
  { underlying: 8, symbol: 'LINK', price: 18, vol: 0.021, beta: 0.68, implied: 0.95 },
];

export const toWad = (value: number): bigint => BigInt(Math.round(value * 1e9)) * 10n ** 9n;

export interface World {
  readonly ledger: LedgerState;
  readonly book: AccountBook;
  readonly references: References;
  readonly profiles: readonly FloatProfile[];
  /** Prices by `LISTED`; changed by `move`. */
  readonly prices: Float64Array;
  /** Implied volatilities, relative to those at the beginning. */
  readonly vols: Float64Array;
  nowSec: number;
  /** When surfaces were posted last, by `LISTED`. */
  readonly postedSecs: Float64Array;
  /** Unscaled premium and yearly rate of funding by `LISTED`. */
  readonly premiums: Float64Array;
  readonly fundings: Float64Array;
  /** By underlying and expiry: what expired legs are worth. */
  readonly settlements: Map<string, bigint>;
  readonly random: Random;
  blockNumber: bigint;
}

export const references: References = {
  riskEngine: '0x4444444444444444444444444444444444444444',
  volSurface: '0x5555555555555555555555555555555555555555',
  settlementTwap: '0x6666666666666666666666666666666666666666',
  profiles: new Map([
    [0, PRESETS.portfolio],
    [1, PRESETS.standard],
  ]),
  assetUnderlyings: new Map([
    [0, 0],
    ...Array.from({ length: SPOT_ASSETS }, (_, i) => [i + 1, i + 1] as const),
  ]),
  insuranceAccount: INSURANCE,
  dustMargin: 100n * WAD,
  minReward: 5n * WAD,
};

export const expiries = EXPIRY_DAYS.map((days) => Math.floor(START_SEC / 3_600) * 3_600 + days * DAY_SEC);

/** Opens so many accounts. The same seed opens the same ones. */
export function openWorld(accounts: number, seed: number): World {
  const random = createRandom(seed);
  const world: World = {
    ledger: createLedgerState(),
    book: createAccountBook(),
    references,
    profiles: [toFloatProfile(PRESETS.portfolio), toFloatProfile(PRESETS.standard)],
    prices: Float64Array.from(LISTED, ({ price }) => price),
    vols: new Float64Array(LISTED.length).fill(1),
    nowSec: START_SEC,
    postedSecs: new Float64Array(LISTED.length).fill(START_SEC - 60),
    premiums: Float64Array.from(LISTED, () => random.between(-0.001, 0.002)),
    fundings: new Float64Array(LISTED.length),
    settlements: new Map(),
    random,
    blockNumber: 1n,
  };
  world.ledger.cash = {
    ...world.ledger.cash,
    borrowRate: WAD / 12n,
    supplyRate: WAD / 20n,
    updatedAt: BigInt(START_SEC),
  };
  world.ledger.accounts.set(INSURANCE, emptyAccount(1_000_000n * WAD));
  const market = floatMarketOf(world);
  for (let i = 0; i < accounts; ++i) openAccount(world, BigInt(1_000 + i), market, i % 2 === 0);
  return world;
}

function emptyAccount(principal: bigint): AccountState {
  return {
    principal,
    pendingCash: 0n,
    collateral: new Map(),
    positions: new Map(),
    profileId: 0,
    flaggedAt: 0,
  };
}

/** Two to twelve legs on one to five underlyings; every other account with options. */
function openAccount(world: World, id: bigint, market: FloatMarket, withOptions: boolean): void {
  const { random, ledger } = world;
  const legs = 2 + random.index(11);
  const held = Array.from({ length: 1 + random.index(5) }, () => random.index(LISTED.length));
  const state = { ...emptyAccount(0n), profileId: random.next() < 0.8 ? 0 : 1 };
  const value = 1_000 * Math.exp(2 * random.normal());
  for (let i = 0; i < legs; ++i)
    addLeg(world, state, held[i % held.length] ?? 0, value, withOptions && i % 3 !== 2);
  ledger.accounts.set(id, state);
  fundAccount(world, id, market, healthOf(random));
}

/** E / MM: one in ten anywhere from 1 to 1.3, the others log-normal with a median of 2.3. */
function healthOf(random: Random): number {
  if (random.next() < 0.1) return 1.0005 + random.next() * 0.3;
  return 1.02 + Math.exp(0.25 + 0.9 * random.normal());
}

function addLeg(
  { random, prices }: World,
  { positions, collateral }: AccountState,
  at: number,
  value: number,
  asOption: boolean,
): void {
  const { underlying, price } = LISTED[at] ?? { underlying: 1, price: 1 };
  const sign = random.next() < 0.55 ? 1 : -1;
  const size = (sign * value * (0.3 + random.next())) / (prices[at] ?? price);
  if (!asOption && underlying <= SPOT_ASSETS && random.next() < 0.15) {
    collateral.set(underlying, toWad(Math.abs(size)));
    return;
  }
  const expirySec = BigInt(expiries[random.index(expiries.length)] ?? 0);
  const instrument = instrumentOf(random, underlying, price, expirySec, asOption);
  const cost =
    instrument.kind === 'call' || instrument.kind === 'put' ? 0 : -size * price * random.between(0.95, 1.05);
  positions.set(encodeInstrumentId(instrument), { size: toWad(size), cost: toWad(cost) });
}

function instrumentOf(
  random: Random,
  underlying: number,
  price: number,
  expirySec: bigint,
  asOption: boolean,
): Instrument {
  if (!asOption)
    return random.next() < 0.8 ? { kind: 'perp', underlying } : { kind: 'future', underlying, expirySec };
  const strike = toWad(Number((price * (MONEYNESS[random.index(MONEYNESS.length)] ?? 1)).toPrecision(4)));
  return { kind: random.next() < 0.5 ? 'call' : 'put', underlying, expirySec, strike };
}

/** Sets an account's cash so that E is so many times MM, and tells the mirror. */
export function fundAccount(world: World, id: bigint, market: FloatMarket, health: number): void {
  const state = world.ledger.accounts.get(id);
  const profile = state === undefined ? undefined : world.profiles[state.profileId];
  if (state === undefined || profile === undefined) throw new Error(`no account ${id}`);
  const { legs, spot } = floatLegsOf(world, state);
  const { equity, maintenanceMargin } = assessFloat({ cash: 0, legs, spot }, market, profile);
  state.principal = toWad(health * maintenanceMargin + 1 - equity);
  world.book.set(id, state);
}

export function floatLegsOf(
  world: World,
  { positions, collateral }: AccountState,
): { legs: FloatLeg[]; spot: { underlying: number; amount: number }[] } {
  const legs = [...positions].map(([id, { size, cost }]): FloatLeg => {
    const instrument = instrumentOfId(id);
    const units = Number(size) / 1e18;
    const paid = Number(cost) / 1e18;
    const { underlying } = instrument;
    if (instrument.kind === 'perp') {
      return {
        kind: 'perp',
        underlying,
        size: units,
        cost: paid - units * (world.fundings[underlying - 1] ?? 0),
      };
    }
    const expirySec = Number(instrument.expirySec);
    if (instrument.kind === 'future')
      return { kind: 'future', underlying, expirySec, size: units, cost: paid };
    return {
      kind: instrument.kind,
      underlying,
      expirySec,
      strike: Number(instrument.strike) / 1e18,
      size: units,
    };
  });
  const spot = [...collateral].map(([assetId, amount]) => ({
    underlying: assetId,
    amount: Number(amount) / 1e18,
  }));
  return { legs, spot };
}

const decoded = new Map<bigint, Instrument>();

function instrumentOfId(id: bigint): Instrument {
  const known = decoded.get(id) ?? decodeInstrumentId(id);
  decoded.set(id, known);
  return known;
}

/** One tick later: prices move by these log returns; premiums, funding and volatilities drift; surfaces are posted now and then. */
export function moveWorld(world: World, returns: Float64Array, tickSec: number): void {
  const { prices, premiums, fundings, vols, postedSecs, random } = world;
  world.nowSec += tickSec;
  world.blockNumber += 1n;
  returns.forEach((change, i) => {
    prices[i]! *= Math.exp(change);
    premiums[i]! += 0.02 * (0.0003 - premiums[i]!) + 0.00005 * random.normal();
    // a rate of the premium per eight hours
    fundings[i]! += (premiums[i]! * prices[i]! * tickSec) / 28_800;
    // signers post each underlying's surfaces at times of their own
    const phase = (i * POST_EVERY_SEC) / LISTED.length;
    const due = Math.floor((world.nowSec - phase) / POST_EVERY_SEC) * POST_EVERY_SEC + phase;
    if (due <= postedSecs[i]!) return;
    postedSecs[i] = world.nowSec;
    vols[i]! *= Math.exp(0.01 * random.normal() + 0.02 * (1 - vols[i]!));
  });
  settleExpired(world);
}

/** An hour after an expiry its price is known. */
function settleExpired({ nowSec, settlements, prices }: World): void {
  for (const expirySec of expiries) {
    if (nowSec < expirySec + SETTLES_AFTER_SEC) continue;
    LISTED.forEach(({ underlying }, i) => {
      const key = `${underlying} ${expirySec}`;
      if (!settlements.has(key)) settlements.set(key, toWad(prices[i]!));
    });
  }
}

const POST_EVERY_SEC = 600;
const SETTLES_AFTER_SEC = 3_600;

/** What a keeper would have read of the chain. */
export function boardOf(world: World): PriceBoard {
  const markets = new Map<number, PricedMarket>();
  LISTED.forEach(({ underlying, implied }, i) => {
    const price = toWad(world.prices[i]!);
    const terms = new Map(
      expiries.map((expirySec) => [
        BigInt(expirySec),
        termOf(world.postedSecs[i]!, implied * world.vols[i]!, expirySec),
      ]),
    );
    const settled = expiries.flatMap((expirySec): [bigint, bigint][] => {
      const settlement = world.settlements.get(`${underlying} ${expirySec}`);
      return settlement === undefined ? [] : [[BigInt(expirySec), settlement]];
    });
    const [fundingIndex, premium] = [toWad(world.fundings[i]!), toWad(world.premiums[i]! * world.prices[i]!)];
    markets.set(underlying, {
      price,
      low: price,
      high: price,
      status: 'ok',
      fundingIndex,
      premium,
      terms,
      settlements: new Map(settled),
    });
  });
  return { blockNumber: world.blockNumber, timestamp: BigInt(world.nowSec), markets, unpriced: new Map() };
}

/** A smile with a skew, of this volatility at the forward. */
function termOf(postedSec: number, vol: number, expirySec: number): PostedTerm {
  const left = Math.max(3_600, expirySec - postedSec);
  const variance = (vol * vol * left) / YEAR_SEC;
  const width = 0.6 * Math.sqrt(variance);
  const b = (0.5 * variance) / width;
  return {
    a: toWad(0.5 * variance),
    b: toWad(b),
    rho: toWad(-0.25),
    m: 0n,
    sigma: toWad(width),
    basis: toWad(0.05),
    timestamp: BigInt(postedSec),
  };
}

/** The same in plain numbers, for what is not the keeper's work. */
export function floatMarketOf(world: World): FloatMarket {
  const { timestamp, markets } = boardOf(world);
  const market: Market = {
    timestamp,
    underlyings: new Map([...markets].map(([u, { price, premium }]) => [u, { index: price, premium }])),
  };
  const plain = toFloatMarket(market);
  const underlyings = new Map(plain.underlyings);
  for (const [u, { terms, settlements }] of markets) {
    const known = underlyings.get(u);
    if (known === undefined) continue;
    const expiries = floatTerms(terms ?? new Map());
    for (const [expirySec, price] of settlements ?? []) {
      expiries.set(Number(expirySec), {
        ...expiries.get(Number(expirySec)),
        settlementPrice: Number(price) / 1e18,
      });
    }
    underlyings.set(u, { ...known, expiries });
  }
  return { ...plain, underlyings };
}

function floatTerms(terms: NonNullable<PricedMarket['terms']>): Map<number, FloatExpiry> {
  const num = (wad: bigint): number => Number(wad) / 1e18;
  return new Map(
    [...terms].map(([expirySec, term]) => {
      if (term === null || 'forward' in term) return [Number(expirySec), {}];
      const svi = {
        a: num(term.a),
        b: num(term.b),
        rho: num(term.rho),
        m: num(term.m),
        sigma: num(term.sigma),
      };
      return [Number(expirySec), { basis: num(term.basis), signedAtSec: Number(term.timestamp), svi }];
    }),
  );
}
