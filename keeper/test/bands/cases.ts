import fc from 'fast-check';
import { assess, BTC, ETH, toCash } from '@novate/sdk';
import type { AccountState, CashIndex, Instrument, PostedTerm } from '@novate/sdk';
import { cashAt } from '../../src/decide/decide.ts';
import { holdingsOf, marketFor } from '../../src/decide/holdings.ts';
import type { PriceBoard, PricedMarket } from '../../src/mirror/prices.ts';
import { account, board, inDays, market, NOW, references, SOL, surface, usd } from '../helpers/world.ts';
import type { AccountSketch } from '../helpers/world.ts';

/** Random accounts and markets, and the exact twin's word on them. */
export const PRICES: Readonly<Record<number, number>> = { [BTC]: 90_000, [ETH]: 3_000, [SOL]: 150 };
export const EXPIRIES = [0.4, 2, 6, 20, 45, 120, 360].map(inDays);

export const cashNow: CashIndex = cashAt(
  {
    supplyIndex: 1_021_345_678_901_234_567n,
    borrowIndex: 1_043_210_987_654_321_098n,
    supplyRate: 3n * 10n ** 16n,
    borrowRate: 5n * 10n ** 16n,
    updatedAt: NOW - 12_345n,
  },
  NOW,
);

export const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
export const anUnderlying = fc.constantFrom(BTC, ETH, SOL);
/** Sizes of about the same value, whatever the underlying. */
const unitsOf = (underlying: number, value: number): number => value / (PRICES[underlying] ?? 1);

const aPerp = fc
  .tuple(anUnderlying, number(-60_000, 60_000), number(0.8, 1.2))
  .map(([u, value, entry]) => [u, unitsOf(u, value), (PRICES[u] ?? 1) * entry] as const);

type Dated = Exclude<Instrument, { kind: 'perp' }>;
const aDated = fc
  .tuple(
    anUnderlying,
    fc.constantFrom(...EXPIRIES),
    fc.constantFrom('future' as const, 'call' as const, 'call' as const, 'put' as const, 'put' as const),
    fc.oneof(number(0.9, 1.1), number(0.5, 1.8)),
    number(-60_000, 60_000),
  )
  .map(([underlying, expirySec, kind, moneyness, value]): readonly [Dated, number, number] => {
    const index = PRICES[underlying] ?? 1;
    const strike = usd(Number((index * moneyness).toPrecision(4)));
    const instrument: Dated =
      kind === 'future' ? { kind, underlying, expirySec } : { kind, underlying, expirySec, strike };
    return [instrument, unitsOf(underlying, value), index];
  });

/** Long one underlying against another: what prices do together matters little. */
const aHedge: fc.Arbitrary<AccountSketch> = fc
  .record({ value: number(-60_000, 60_000), ratio: number(0.7, 1.3), profileId: fc.constantFrom(0, 1) })
  .map(({ value, ratio, profileId }) => ({
    perps: { [BTC]: [unitsOf(BTC, value), 90_000], [ETH]: [-unitsOf(ETH, value * ratio), 3_000] },
    profileId,
  }));

/** Accounts with perps and spot, and mostly with futures and options. No two legs of one instrument. */
const aMixture: fc.Arbitrary<AccountSketch> = fc
  .record({
    perps: fc.array(aPerp, { maxLength: 3 }),
    dated: fc.array(aDated, { maxLength: 5 }),
    spot: fc.record({ 1: number(0.01, 10), 2: number(0.001, 0.5) }, { requiredKeys: [] }),
    profileId: fc.constantFrom(0, 0, 1),
  })
  .map(({ perps, dated, ...rest }) => ({
    ...rest,
    perps: Object.fromEntries(perps.map(([u, size, entry]) => [u, [size, entry] as const])),
    dated,
  }));

export const aSketch = fc.oneof({ weight: 4, arbitrary: aMixture }, { weight: 1, arbitrary: aHedge });

/** A market that may be anywhere near the usual prices. */
export const aMarket = (underlying: number): fc.Arbitrary<PricedMarket> =>
  fc
    .record({
      drift: number(0.8, 1.25),
      premium: number(-0.01, 0.01),
      funding: number(-0.02, 0.02),
      vol: number(0.3, 1.2),
      skew: number(-0.6, 0.3),
      age: fc.constantFrom(60, 60, 7_200),
    })
    .map(({ drift, premium, funding, vol, skew, age }) => {
      const index = (PRICES[underlying] ?? 1) * drift;
      const rho = BigInt(Math.round(skew * 1e9)) * 10n ** 9n;
      const more: Partial<PostedTerm> = { rho, timestamp: NOW - BigInt(age) };
      return market(index, {
        premium: usd(premium * index),
        fundingIndex: usd(funding * index),
        terms: new Map(EXPIRIES.map((expirySec) => [expirySec, surface(vol, expirySec, more)])),
      });
    });

export const aBoard: fc.Arbitrary<PriceBoard> = fc
  .tuple(aMarket(BTC), aMarket(ETH), aMarket(SOL))
  .map(([btc, eth, sol]) => board({ [BTC]: btc, [ETH]: eth, [SOL]: sol }));

/** E - MM by the exact twin at the prices that the liquidator uses, wad USD. */
export function exactHealth(state: AccountState, prices: PriceBoard, cash: CashIndex = cashNow): bigint {
  const holdings = holdingsOf(state, cash, prices, references);
  const profile = references.profiles.get(state.profileId);
  if (holdings === undefined || profile === undefined) throw new Error('cannot be valued');
  const { equity, maintenanceMargin } = assess(holdings, marketFor(holdings, prices, 'favourable'), profile);
  return equity - maintenanceMargin;
}

/** The account with as much cash as leaves it this health, to a few wei. */
export function placedAt(sketch: AccountSketch, prices: PriceBoard, health: bigint): AccountState {
  const state = account({ ...sketch, cash: 0 });
  for (let i = 0; i < 4; ++i) {
    const missing = health - exactHealth(state, prices);
    const sum = toCash(cashNow, state.principal) + missing;
    const index = sum < 0n ? cashNow.borrowIndex : cashNow.supplyIndex;
    state.principal = (sum * 10n ** 18n) / index;
  }
  return state;
}
