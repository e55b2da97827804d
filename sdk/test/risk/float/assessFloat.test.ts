import { expect } from 'chai';
import fc from 'fast-check';
import { assess, BTC, ETH, PRESETS, UnknownUnderlyingError } from '../../../src/risk/index.ts';
import type { Leg, Market, Portfolio, RiskProfile } from '../../../src/risk/index.ts';
import {
  assessFloat,
  black76CallFloat,
  black76PutFloat,
  toFloatMarket,
  toFloatPortfolio,
  toFloatProfile,
} from '../../../src/risk/float/index.ts';
import type {
  FloatAssessment,
  FloatLeg,
  FloatMarket,
  FloatPortfolio,
  FloatProfile,
} from '../../../src/risk/float/index.ts';
import { WAD } from '../../../src/units/index.ts';

const NOW = 1_770_267_600;
const DAY = 86_400;
const NEAR = NOW + 10 * DAY;
const FAR = NOW + 60 * DAY;
const PORTFOLIO = toFloatProfile(PRESETS.portfolio);
const STANDARD = toFloatProfile(PRESETS.standard);
const SVI = { a: 0.01, b: 0.05, rho: -0.2, m: 0.02, sigma: 0.1 };

const MARKET: FloatMarket = {
  timestampSec: NOW,
  underlyings: new Map([
    [BTC, { index: 70_000, expiries: new Map([[FAR, { basis: 0.04, svi: SVI }]]) }],
    [
      ETH,
      {
        index: 3000,
        premium: 3,
        expiries: new Map([
          [NEAR, { basis: 0.03, svi: SVI }],
          [FAR, { basis: 0.05, svi: { ...SVI, a: 0.03 } }],
        ]),
      },
    ],
  ]),
};

function run(legs: readonly FloatLeg[], more: Partial<FloatPortfolio> = {}, profile = PORTFOLIO) {
  return assessFloat({ cash: 0, spot: [], ...more, legs }, MARKET, profile);
}

const option = (
  kind: 'call' | 'put',
  strike: number,
  size: number,
  expirySec = NEAR,
  vol?: number,
): FloatLeg => ({
  kind,
  underlying: ETH,
  expirySec,
  strike,
  size,
  ...(vol === undefined ? {} : { vol }),
});

describe('assessFloat of linear portfolios', () => {
  const price = fc.bigInt({ min: WAD, max: 100_000n * WAD });
  const market: fc.Arbitrary<Market> = fc
    .tuple(price, price, price, fc.bigInt({ min: -400n * WAD, max: 400n * WAD }))
    .map(([btc, eth, sol, premium]) => ({
      timestamp: 1n,
      underlyings: new Map([btc, eth, sol].map((index, i) => [i + 1, { index, premium }])),
    }));
  const size = fc.bigInt({ min: -10_000n * WAD, max: 10_000n * WAD });
  const underlying = fc.constantFrom(1, 2, 3);
  const legs = fc.array(
    fc.record({ underlying, size, cost: size }).map((leg): Leg => ({ kind: 'perp', ...leg })),
    { maxLength: 4 },
  );
  const amount = fc.bigInt({ min: 0n, max: 10_000n * WAD });
  const portfolio: fc.Arbitrary<Portfolio> = fc.record({
    cash: size,
    legs,
    spot: fc.array(fc.record({ underlying, amount }), { maxLength: 3 }),
  });
  const profile = fc.constantFrom<RiskProfile>(...Object.values(PRESETS));

  it('agrees with the exact twin to 1e-9', () => {
    fc.assert(
      fc.property(market, portfolio, profile, (prices, held, rules) => {
        const exact = assess(held, prices, rules);
        const got = assessFloat(toFloatPortfolio(held), toFloatMarket(prices), toFloatProfile(rules));
        // values may cancel: what is lost is relative to what went in
        const gross = held.legs.reduce(
          (sum, leg) => sum + grossOf(leg, prices),
          1 + Math.abs(toUsd(held.cash)),
        );
        const scale = held.spot.reduce(
          (sum, one) => sum + toUsd(one.amount) * indexOf(prices, one.underlying),
          gross,
        );
        for (const field of FIELDS) {
          expect(got[field], field).to.be.closeTo(toUsd(exact[field]), 1e-9 * scale);
        }
        got.scenarioPnl.forEach((pnl, j) => {
          expect(pnl).to.be.closeTo(toUsd(exact.scenarioPnl[j] ?? 0n), 1e-9 * scale);
        });
      }),
    );
  });

  it('refuses an underlying without a price', () => {
    expect(() => run([{ kind: 'perp', underlying: 9, size: 1, cost: 0 }])).to.throw(UnknownUnderlyingError);
  });
});

describe('assessFloat of options and futures', () => {
  it('values and charges as by hand', () => {
    const vol = 0.6;
    const got = run([option('call', 3200, -2, NEAR, vol)], { cash: 1000 }, STANDARD);
    const tau = 10 / 365;
    const forward = 3000 * (1 + 0.03 * tau);
    const s = vol * Math.sqrt(tau);
    const value = black76CallFloat(forward, 3200, s);
    expect(got.equity).to.be.closeTo(1000 - 2 * value, 1e-9);
    // worst of the sixteen: the whole range of 27% up with volatility up by 40% * 3^0.3
    const up = s * (1 + 0.4 * 3 ** 0.3);
    const scan = 2 * (black76CallFloat(forward * 1.27, 3200, up) - value);
    const tail = (2 * (black76CallFloat(forward * 1.81, 3200, up) - value)) / 3;
    expect(got.risk).to.be.closeTo(Math.max(scan, tail), 1e-6);
    expect(got.shortOption).to.be.closeTo(2 * 3000 * 0.02, 1e-9);
    const delta =
      (black76CallFloat(forward + 0.01, 3200, s) - black76CallFloat(forward - 0.01, 3200, s)) / 0.02;
    expect(got.roll).to.be.closeTo(2 * delta * forward * 0.005, 1e-4);
    expect(got.maintenanceMargin).to.be.closeTo(0.8 * got.risk + got.shortOption + got.roll, 1e-9);
    expect(got.initialMargin).to.be.closeTo(got.risk + got.shortOption + got.roll + 2 * 3000 * 0.003, 1e-9);
  });

  it('values a future at its forward, and rolls the far one at the yearly rate', () => {
    const got = run([{ kind: 'future', underlying: ETH, expirySec: FAR, size: 2, cost: -6000 }]);
    const forward = 3000 * (1 + (0.05 * 60) / 365);
    expect(got.equity).to.be.closeTo(2 * forward - 6000, 1e-9);
    expect(got.unrealised).to.be.closeTo(got.equity, 1e-9);
    expect(got.risk).to.be.closeTo(2 * forward * 0.18, 1e-6);
    expect(got.roll).to.be.closeTo(2 * forward * ((0.05 * 60) / 365), 1e-9);
  });

  it('reads the surface by strike', () => {
    const got = run([option('put', 2800, 1)]);
    const forward = 3000 * (1 + (0.03 * 10) / 365);
    const d = Math.log(2800 / forward) - SVI.m;
    const w = SVI.a + SVI.b * (SVI.rho * d + Math.hypot(d, SVI.sigma));
    expect(got.equity).to.be.closeTo(black76PutFloat(forward, 2800, Math.sqrt(w)), 1e-9);
  });

  it('gives a synthetic forward the margin of nothing but its charges', () => {
    const size = 3;
    const legs = [option('call', 3000, size), option('put', 3000, -size)];
    const got = run([...legs, { kind: 'future', underlying: ETH, expirySec: NEAR, size: -size, cost: 0 }]);
    expect(got.risk).to.be.closeTo(0, 1e-9);
  });

  it('widens shocks as a surface goes stale', () => {
    const legs = [option('call', 3200, -1)];
    const at = (age: number): FloatAssessment => {
      const expiries = new Map([[NEAR, { basis: 0.03, svi: SVI, signedAtSec: NOW - age }]]);
      const underlyings = new Map([[ETH, { index: 3000, expiries }]]);
      return assessFloat({ cash: 0, spot: [], legs }, { timestampSec: NOW, underlyings }, PORTFOLIO);
    };
    expect(at(3600).risk).to.equal(at(0).risk);
    expect(at(3600 + DAY / 2).risk).to.be.above(at(0).risk);
    const tau = 10 / 365;
    const forward = 3000 * (1 + 0.03 * tau);
    const full = black76CallFloat(forward * 1.18, 3200, 2 * Math.sqrt(tau)) + at(DAY * 3).equity;
    expect(at(DAY * 3).risk).to.be.closeTo(full, 1e-9);
  });

  it('pays what has expired at its settlement price, free of charge', () => {
    const past = NOW - 60;
    const underlyings = new Map([
      [ETH, { index: 3000, expiries: new Map([[past, { settlementPrice: 3100 }]]) }],
    ]);
    const legs = [option('call', 3000, 2, past), option('put', 3000, 5, past)];
    const got = assessFloat({ cash: 0, spot: [], legs }, { timestampSec: NOW, underlyings }, PORTFOLIO);
    expect([got.equity, got.maintenanceMargin, got.initialMargin]).to.deep.equal([200, 0, 0]);
  });

  it('weighs scenarios that are absolute by the range over their size', () => {
    const scenario = { move: -0.36, vol: 'none', weight: 1, absolute: true } as const;
    const profile: FloatProfile = { ...PORTFOLIO, scenarios: [scenario] };
    const got = run([], { spot: [{ underlying: ETH, amount: 1 }] }, profile);
    expect(got.risk).to.be.closeTo(0.36 * 3000 * 0.5, 1e-9);
    expect(got.worstScenario).to.deep.equal({ index: 0, shock: -0.36, vol: 'none' });
  });
});

describe('assessFloat keeps the properties of the model', () => {
  const size = fc.double({ min: -50, max: 50, noNaN: true });
  const leg: fc.Arbitrary<FloatLeg> = fc.oneof(
    fc
      .record({ kind: fc.constantFrom('call', 'put'), strike: fc.integer({ min: 1500, max: 6000 }), size })
      .chain((one) =>
        fc.constantFrom(NEAR, FAR).map((expirySec): FloatLeg => ({ ...one, underlying: ETH, expirySec })),
      ),
    size.map((units): FloatLeg => ({
      kind: 'call',
      underlying: BTC,
      expirySec: FAR,
      strike: 80_000,
      size: units / 20,
    })),
    size.map((units): FloatLeg => ({ kind: 'perp', underlying: BTC, size: units / 20, cost: 0 })),
    size.map((units): FloatLeg => ({
      kind: 'future',
      underlying: ETH,
      expirySec: FAR,
      size: units,
      cost: 0,
    })),
  );
  const legs = fc.array(leg, { maxLength: 6 });
  const profile = fc.constantFrom(PORTFOLIO, STANDARD);
  const SLACK = 1e-6;

  it('needs no more for a portfolio than for its parts', () => {
    fc.assert(
      fc.property(legs, legs, profile, (a, b, rules) => {
        const [whole, left, right] = [run([...a, ...b], {}, rules), run(a, {}, rules), run(b, {}, rules)];
        for (const field of ['risk', 'maintenanceMargin', 'initialMargin'] as const) {
          expect(whole[field], field).to.be.at.most(left[field] + right[field] + SLACK);
        }
      }),
    );
  });

  it('is homogeneous', () => {
    fc.assert(
      fc.property(legs, profile, fc.double({ min: 0.1, max: 20, noNaN: true }), (held, rules, times) => {
        const one = run(held, {}, rules);
        const many = run(
          held.map((each) => ({ ...each, size: each.size * times })),
          {},
          rules,
        );
        for (const field of ['equity', 'risk', 'maintenanceMargin', 'initialMargin'] as const) {
          expect(many[field], field).to.be.closeTo(
            one[field] * times,
            1e-9 * (1 + Math.abs(one[field] * times)) + SLACK,
          );
        }
      }),
    );
  });

  it('never needs more risk for less of a single leg', () => {
    fc.assert(
      fc.property(leg, profile, fc.double({ min: 0, max: 1, noNaN: true }), (held, rules, share) => {
        const less = run([{ ...held, size: held.size * share }], {}, rules);
        expect(less.maintenanceMargin).to.be.at.most(run([held], {}, rules).maintenanceMargin + SLACK);
      }),
    );
  });
});

const FIELDS = [
  'equity',
  'initialMargin',
  'maintenanceMargin',
  'unrealised',
  'risk',
  'roll',
  'haircut',
  'initialExtra',
  'floor',
] as const;

function toUsd(wad: bigint): number {
  return Number(wad) / 1e18;
}

function indexOf(market: Market, underlying: number): number {
  return toUsd(market.underlyings.get(underlying)?.index ?? 0n);
}

function grossOf(leg: Leg, market: Market): number {
  const cost = 'cost' in leg ? Math.abs(toUsd(leg.cost)) : 0;
  return cost + Math.abs(toUsd(leg.size)) * indexOf(market, leg.underlying);
}
