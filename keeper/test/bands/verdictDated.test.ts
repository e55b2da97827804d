import { expect } from 'chai';
import fc from 'fast-check';
import { assess, BTC, ETH } from '@novate/sdk';
import type { AccountState, FutureInstrument, OptionInstrument, Term } from '@novate/sdk';
import { cashAt } from '../../src/decide/decide.ts';
import { holdingsOf, marketFor } from '../../src/decide/holdings.ts';
import type { PriceBoard } from '../../src/mirror/prices.ts';
import {
  account,
  board,
  inDays,
  market,
  NOW,
  references,
  surface,
  usd,
  verdictOf,
} from '../helpers/world.ts';
import type { AccountSketch } from '../helpers/world.ts';

const RUNS = 1_200;
const PRICES = { [ETH]: 3_000, [BTC]: 90_000 };
const SETTLED = inDays(-3);
const WAITING = inDays(-1);
const EXPIRIES = [SETTLED, WAITING, ...[0.05, 0.1, 0.5, 1, 3, 7, 14, 28, 45, 90, 180, 400].map(inDays)];
const cash = cashAt(
  {
    supplyIndex: 1_021_345_678_901_234_567n,
    borrowIndex: 1_043_210_987_654_321_098n,
    supplyRate: 3n * 10n ** 16n,
    borrowRate: 5n * 10n ** 16n,
    updatedAt: NOW - 12_345n,
  },
  NOW,
);

/** E - MM by the exact twin at the prices that the liquidator uses, wad USD. */
function gapOf(state: AccountState, prices: PriceBoard): bigint {
  const holdings = holdingsOf(state, cash, prices, references);
  const profile = references.profiles.get(state.profileId);
  if (holdings === undefined || profile === undefined) throw new Error('cannot be valued');
  const { equity, maintenanceMargin } = assess(holdings, marketFor(holdings, prices, 'favourable'), profile);
  return equity - maintenanceMargin;
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anUnderlying = fc.constantFrom<(keyof typeof PRICES)[]>(ETH, BTC);
const aFuture = fc
  .tuple(anUnderlying, fc.constantFrom(...EXPIRIES), number(-5, 5), number(0.7, 1.4))
  .map(([underlying, expirySec, size, entry]) => {
    const future: FutureInstrument = { kind: 'future', underlying, expirySec };
    return [future, size, PRICES[underlying] * entry] as const;
  });
const anOption = fc
  .tuple(
    anUnderlying,
    fc.constantFrom(...EXPIRIES),
    fc.constantFrom('call' as const, 'put' as const),
    fc.oneof(fc.constantFrom(1), number(0.3, 3)),
    number(-20, 20),
  )
  .map(([underlying, expirySec, kind, moneyness, size]) => {
    const strike = usd(Math.round(PRICES[underlying] * moneyness));
    const option: OptionInstrument = { kind, underlying, expirySec, strike };
    return [option, size] as const;
  });
const aSketch: fc.Arbitrary<AccountSketch> = fc.record({
  dated: fc.array(fc.oneof(aFuture, anOption, anOption), { minLength: 1, maxLength: 8 }),
  perps: fc.record({ [ETH]: fc.tuple(number(-20, 20), number(2_000, 4_000)) }, { requiredKeys: [] }),
  spot: fc.record({ 1: number(0.001, 40) }, { requiredKeys: [] }),
  profileId: fc.constantFrom(0, 1),
});
const aTerm = (expirySec: bigint): fc.Arbitrary<Term | null> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(number(0.1, 2), number(-0.3, 0.3), fc.integer({ min: 0, max: 100_000 }))
        .map(([vol, basis, age]) =>
          surface(vol, expirySec, { basis: usd(basis), timestamp: NOW - BigInt(age) }),
        ),
    },
  );
const someTerms: fc.Arbitrary<ReadonlyMap<bigint, Term | null>> = fc
  .tuple(...EXPIRIES.map(aTerm))
  .map((terms) => new Map(EXPIRIES.map((expirySec, i) => [expirySec, terms[i] ?? null])));
const aMarket = (price: number) =>
  fc
    .tuple(someTerms, number(0.7, 1.4), number(-0.01, 0.01), number(0.5, 1.6), fc.nat(11))
    .map(([terms, drift, premium, settled, guarded]) => {
      const now = price * drift;
      const settlements = new Map([[SETTLED, usd(price * settled)]]);
      const rest = { terms, settlements, premium: usd(now * premium), fundingIndex: usd(now * premium * 3) };
      const span = { low: usd(now * 0.99), high: usd(now * 1.02), status: 'guarded' as const };
      return market(now, guarded === 0 ? { ...rest, ...span } : rest);
    });
const aBoard: fc.Arbitrary<PriceBoard> = fc
  .tuple(aMarket(PRICES[ETH]), aMarket(PRICES[BTC]))
  .map(([eth, btc]) => board({ [ETH]: eth, [BTC]: btc }));

/** With cash that puts it this far above its maintenance margin, wad USD, to a few wei. */
function placed(sketch: AccountSketch, prices: PriceBoard, gap: bigint): AccountState {
  const state = account(sketch);
  for (let i = 0; i < 8; ++i) {
    const index = state.principal < 0n ? cash.borrowIndex : cash.supplyIndex;
    state.principal -= ((gapOf(state, prices) - gap) * 10n ** 18n) / index;
  }
  return state;
}

describe('verdicts on futures and options', function () {
  this.timeout(120_000);

  it('never calls an account healthy that the exact twin would liquidate, however thin the line', () => {
    let [below, healthy] = [0, 0];
    fc.assert(
      fc.property(
        aSketch,
        aBoard,
        fc.constantFrom(-1_000, -1, -1e-3, -1e-6, -1e-12, 1e-3, 1, 1_000, 100_000),
        (sketch, prices, offset) => {
          const state = placed(sketch, prices, usd(offset) + (offset < 0 ? -50n : 50n));
          const verdict = verdictOf(state, { board: prices, cash, references });
          if (verdict === 'healthy') healthy++;
          if (gapOf(state, prices) >= 0n) return;
          below++;
          expect(verdict).to.equal('maybe');
        },
      ),
      { numRuns: RUNS },
    );
    expect(below, 'the property must not hold for want of cases').to.be.greaterThan(RUNS / 4);
    expect(healthy).to.be.greaterThan(RUNS / 50);
  });

  it('lets through few that are healthy: at plain prices only those within a dollar or so', () => {
    const expiries = EXPIRIES.filter((expirySec) => expirySec > NOW + 3_600n);
    const terms = new Map(expiries.map((expirySec) => [expirySec, surface(0.7, expirySec)]));
    const prices = board({ [ETH]: market(3_000, { terms }), [BTC]: market(90_000, { terms }) });
    fc.assert(
      fc.property(aSketch, (sketch) => {
        const dated = sketch.dated?.filter(([{ expirySec }]) => terms.has(expirySec)) ?? [];
        fc.pre(dated.length > 0);
        const state = placed({ ...sketch, dated }, prices, usd(5));
        const verdict = verdictOf(state, { board: prices, cash, references });
        expect(verdict).to.equal('healthy');
      }),
      { numRuns: 200 },
    );
  });

  it('says what it cannot know instead of calling it healthy', () => {
    const expirySec = inDays(7);
    const future: FutureInstrument = { kind: 'future', underlying: ETH, expirySec };
    const rich = { cash: 1e9, dated: [[future, 1, 3_000]] } as const;
    const terms = new Map([[expirySec, surface(0.6, expirySec)]]);
    const verdictIn = (sketch: AccountSketch, prices: PriceBoard): string =>
      verdictOf(account(sketch), { board: prices, cash, references });
    const priced = board({ [ETH]: market(3_000, { terms }) });
    expect(verdictIn(rich, priced)).to.equal('healthy');
    expect(verdictIn(rich, board({ [ETH]: market(3_000) }))).to.equal('priceUnavailable');
    expect(verdictIn(rich, board({}, [ETH]))).to.equal('priceUnavailable');
    const stale = { terms, status: 'stale' } as const;
    expect(verdictIn(rich, board({ [ETH]: market(3_000, stale) }))).to.equal('priceStale');
    expect(verdictIn({ ...rich, profileId: 7 }, priced)).to.equal('profileUnknown');
    expect(verdictIn({ ...rich, spot: { 9: 1 } }, priced)).to.equal('assetUnknown');
    // a settled leg does not look at the index
    const settled = { status: 'stale', settlements: new Map([[SETTLED, usd(3_000)]]) } as const;
    const old = { cash: 1e9, dated: [[{ ...future, expirySec: SETTLED }, 1, 3_000]] } as const;
    expect(verdictIn(old, board({ [ETH]: market(3_000, settled) }))).to.equal('healthy');
  });
});
