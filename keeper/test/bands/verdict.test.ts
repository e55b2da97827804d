import { expect } from 'chai';
import fc from 'fast-check';
import { assess, BTC, ETH, PRESETS } from '@novate/sdk';
import type { AccountState } from '@novate/sdk';
import { cashAt } from '../../src/decide/decide.ts';
import { holdingsOf, marketFor } from '../../src/decide/holdings.ts';
import type { PriceBoard, PricedMarket } from '../../src/mirror/prices.ts';
import { account, board, market, NOW, references, SOL, usd, verdictOf } from '../helpers/world.ts';
import type { AccountSketch } from '../helpers/world.ts';

const RUNS = 4_000;
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

function screenOf(sketch: AccountSketch, prices: PriceBoard): ReturnType<typeof verdictOf> {
  return verdictOf(account(sketch), { board: prices, cash, references });
}

/** E - MM by the exact twin at the prices that the liquidator uses, wad USD. */
function gapOfState(state: AccountState, prices: PriceBoard): bigint | undefined {
  const holdings = holdingsOf(state, cash, prices, references);
  const profile = references.profiles.get(state.profileId);
  if (holdings === undefined || profile === undefined) return undefined;
  const { equity, maintenanceMargin } = assess(holdings, marketFor(holdings, prices, 'favourable'), profile);
  return equity - maintenanceMargin;
}

function marginGap(sketch: AccountSketch, prices: PriceBoard): bigint | undefined {
  return gapOfState(account(sketch), prices);
}

const units = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
const aPerp = (price: number) =>
  fc.tuple(units(50), fc.double({ min: price * 0.7, max: price * 1.4, noNaN: true }));
const aSketch: fc.Arbitrary<AccountSketch> = fc.record({
  perps: fc.record({ [ETH]: aPerp(3_000), [BTC]: aPerp(90_000), [SOL]: aPerp(150) }, { requiredKeys: [] }),
  spot: fc.record(
    { 1: fc.double({ min: 0.001, max: 40, noNaN: true }), 2: fc.double({ min: 0.001, max: 2, noNaN: true }) },
    { requiredKeys: [] },
  ),
  profileId: fc.constantFrom(0, 1),
});

const aMarket = (price: number): fc.Arbitrary<PricedMarket> =>
  fc
    .record({
      drift: fc.double({ min: 0.6, max: 1.5, noNaN: true }),
      span: fc.option(fc.double({ min: 0.0001, max: 0.2, noNaN: true })),
      premium: units(price * 0.02),
      fundingIndex: units(price * 0.05),
    })
    .map(({ drift, span, premium, fundingIndex }) => {
      const now = market(price * drift, { premium: usd(premium), fundingIndex: usd(fundingIndex) });
      if (span === null) return now;
      return {
        ...now,
        low: usd(price * drift * (1 - span)),
        high: usd(price * drift * (1 + span)),
        status: 'guarded' as const,
      };
    });
const aBoard: fc.Arbitrary<PriceBoard> = fc
  .tuple(aMarket(3_000), aMarket(90_000), aMarket(150))
  .map(([eth, btc, sol]) => board({ [ETH]: eth, [BTC]: btc, [SOL]: sol }));

describe('verdicts of a watch', () => {
  it('never calls an account healthy that the exact twin would liquidate, however thin the line', () => {
    let [below, maybe] = [0, 0];
    fc.assert(
      fc.property(
        aSketch,
        aBoard,
        units(1),
        fc.constantFrom(1, 1e-3, 1e-9, 0),
        (sketch, prices, offset, scale) => {
          // cash that puts the account about the line: at most a wei or two off it at the smallest scale
          const bare = marginGap({ ...sketch, cash: 0 }, prices);
          fc.pre(bare !== undefined);
          const missing = -Number(bare) / 1e18 + offset * scale * 1_000;
          const index = missing >= 0 ? cash.supplyIndex : cash.borrowIndex;
          const placed = { ...sketch, cash: missing / (Number(index) / 1e18) };
          const gap = marginGap(placed, prices);
          const verdict = screenOf(placed, prices);
          if (verdict === 'nothingToTake') return;
          if (verdict === 'maybe') maybe++;
          if (gap === undefined || gap >= 0n) return;
          below++;
          expect(verdict, `E - MM = ${gap}`).to.equal('maybe');
        },
      ),
      { numRuns: RUNS },
    );
    expect(below, 'the property must not hold for want of cases').to.be.greaterThan(RUNS / 8);
    expect(maybe).to.be.greaterThan(below);
  });

  it('holds to the wei: an account that lacks a few wei is never called healthy', () => {
    let cases = 0;
    fc.assert(
      fc.property(aSketch, aBoard, (sketch, prices) => {
        const state = account(sketch);
        const gapOf = (): bigint => gapOfState(state, prices) ?? 0n;
        const index = (): bigint => (state.principal < 0n ? cash.borrowIndex : cash.supplyIndex);
        for (let i = 0; i < 8; ++i) state.principal -= ((gapOf() + 1n) * 10n ** 18n) / index();
        const gap = gapOf();
        fc.pre(gap < 0n && gap > -100n);
        cases++;
        expect(verdictOf(state, { board: prices, cash, references })).to.equal('maybe');
      }),
      { numRuns: RUNS / 4 },
    );
    expect(cases).to.be.greaterThan(RUNS / 8);
  });

  it('lets through few accounts that are healthy: with plain prices only those within a dollar of a billion', () => {
    fc.assert(
      fc.property(aSketch, (sketch) => {
        const prices = board({ [ETH]: market(3_000), [BTC]: market(90_000), [SOL]: market(150) });
        const bare = marginGap({ ...sketch, cash: 0 }, prices) ?? 0n;
        const missing = -Number(bare) / 1e18;
        const index = missing >= 0 ? cash.supplyIndex : cash.borrowIndex;
        const placed = { ...sketch, cash: missing / (Number(index) / 1e18) + 1 };
        const verdict = screenOf(placed, prices);
        expect(verdict).to.be.oneOf(['healthy', 'nothingToTake']);
      }),
      { numRuns: 500 },
    );
  });

  it('says what it cannot know instead of calling it healthy', () => {
    const long = { cash: 1e9, perps: { [ETH]: [1, 3_000] as const } };
    const eth = market(3_000);
    expect(screenOf(long, board({ [ETH]: eth }))).to.equal('healthy');
    expect(screenOf(long, board({}, [ETH]))).to.equal('priceUnavailable');
    expect(screenOf(long, board({ [ETH]: { ...eth, status: 'stale' } }))).to.equal('priceStale');
    expect(screenOf({ ...long, profileId: 7 }, board({ [ETH]: eth }))).to.equal('profileUnknown');
    expect(screenOf({ ...long, spot: { 9: 1 } }, board({ [ETH]: eth }))).to.equal('assetUnknown');
    expect(screenOf({ cash: -5 }, board({ [ETH]: eth }))).to.equal('nothingToTake');
  });

  it('knows concentration: a haircut that grows with the value held', () => {
    const profile = {
      ...PRESETS.portfolio,
      underlyings: [
        { underlying: ETH, scanRange: usd(0.18), haircutSlope: 10n ** 12n, haircutCap: usd(0.5) },
      ],
    };
    const prices = board({ [ETH]: market(3_000) });
    const inputs = { board: prices, cash, references: { ...references, profiles: new Map([[0, profile]]) } };
    const state = account({ spot: { 1: 100 }, cash: -180_000 });
    const holdings = holdingsOf(state, cash, prices, inputs.references);
    if (holdings === undefined) throw new Error('no holdings');
    const exact = assess(holdings, marketFor(holdings, prices, 'favourable'), profile);
    expect(exact.equity < exact.maintenanceMargin).to.equal(true);
    expect(verdictOf(state, inputs)).to.equal('maybe');
  });
});
