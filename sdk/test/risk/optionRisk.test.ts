// What holds for margins at posted surfaces, fresh, aged or none, and where expiries are over. See also optionProperties.
import { expect } from 'chai';
import fc from 'fast-check';
import { assess, BTC, ETH, PRESETS } from '../../src/risk/index.ts';
import type {
  FutureLeg,
  Leg,
  Market,
  OptionLeg,
  Portfolio,
  PostedTerm,
  RiskProfile,
  Scenario,
  Term,
  UnderlyingMarket,
} from '../../src/risk/index.ts';
import { abs, mulFloor, parseWad, WAD } from '../../src/units/index.ts';

const NOW = 1_770_267_600n;
const WEEK = NOW + 7n * 86_400n;
const QUARTER = NOW + 90n * 86_400n;
const EXPIRIES = [WEEK, QUARTER];
const UNDERLYINGS = [BTC, ETH];
const wad = parseWad;

/** Always the same cases: `fc.assert` with a seed. */
const RUNS = { seed: 20_261_121, numRuns: 150 };
/**
 * A value of Black-76 is within 5e-10 of min(forward, strike), here below 2e5 USD, and sizes stay below 1e3: up to 2e-1 in
 * theory, far less in fact.
 */
const SLACK = 10n ** 15n;

const price = fc.bigInt({ min: WAD, max: 100_000n * WAD });
const rate = (min: string, max_: string): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: wad(min), max: wad(max_) });
/** From fresh to aged past the end. */
const posted: fc.Arbitrary<PostedTerm> = fc.record({
  a: rate('0.0005', '0.2'),
  b: rate('0', '0.3'),
  rho: rate('-0.8', '0.8'),
  m: rate('-0.2', '0.2'),
  sigma: rate('0.01', '0.5'),
  basis: rate('-0.5', '0.5'),
  timestamp: fc.bigInt({ min: NOW - 120_000n, max: NOW }),
});
const term: fc.Arbitrary<Term | null> = fc.oneof({ weight: 5, arbitrary: posted }, fc.constant(null));
const prices: fc.Arbitrary<UnderlyingMarket> = fc
  .record({ index: price, premiumBps: fc.bigInt({ min: -60n, max: 60n }), week: term, quarter: term })
  .map(({ index, premiumBps, week, quarter }) => ({
    index,
    premium: (index * premiumBps) / 10_000n,
    terms: new Map([
      [WEEK, week],
      [QUARTER, quarter],
    ]),
  }));
const markets: fc.Arbitrary<Market> = fc.tuple(prices, prices).map(([btc, eth]) => ({
  timestamp: NOW,
  underlyings: new Map([
    [BTC, btc],
    [ETH, eth],
  ]),
}));

/** A leg whose strike is a share of the index, so that it suits any market. */
interface Drawn {
  readonly kind: Leg['kind'];
  readonly underlying: number;
  readonly expirySec: bigint;
  readonly strikeBps: bigint;
  readonly size: bigint;
}
const size = fc.bigInt({ min: -1_000n * WAD, max: 1_000n * WAD }).filter((units) => units !== 0n);
const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom<Leg['kind']>('perp', 'future', 'call', 'put', 'call', 'put'),
  underlying: fc.constantFrom(...UNDERLYINGS),
  expirySec: fc.constantFrom(...EXPIRIES),
  strikeBps: fc.constantFrom(2_500n, 8_000n, 9_500n, 10_000n, 10_500n, 12_500n, 40_000n),
  size,
});
const drawnOption = drawn.map((leg) => ({ ...leg, kind: leg.kind === 'call' ? 'call' : 'put' }) as const);
const amount = fc.bigInt({ min: 0n, max: 1_000n * WAD });
const book = fc.record({
  legs: fc.array(drawn, { maxLength: 8 }),
  spot: fc.array(fc.record({ underlying: fc.constantFrom(...UNDERLYINGS), amount }), { maxLength: 2 }),
});
const profiles = fc.constantFrom<RiskProfile>(...Object.values(PRESETS));

describe('futures and options', () => {
  it('need no more than leg by leg', () => {
    check(markets, book, profiles, (market, drawnBook, rules) => {
      const { legs } = holdingOf(drawnBook, market);
      const alone = legs.map((leg) => assess(holding(leg), market, rules));
      const whole = assess({ cash: 0n, legs, spot: [] }, market, rules);
      for (const field of ['risk', 'maintenanceMargin', 'initialMargin'] as const)
        expectAtMost(
          whole[field],
          alone.reduce((sum, one) => sum + one[field], 0n),
          field,
        );
    });
  });

  it('scale: k times the legs need k times the margin', () => {
    const times = fc.bigInt({ min: 2n, max: 20n });
    check(markets, book, times, profiles, (market, drawnBook, k, rules) => {
      const one = holdingOf(drawnBook, market);
      const many = {
        ...one,
        legs: one.legs.map((leg) => ({ ...leg, size: leg.size * k })),
        spot: one.spot.map((balance) => ({ ...balance, amount: balance.amount * k })),
      };
      const [a, b] = [assess(one, market, rules), assess(many, market, rules)];
      for (const field of ['equity', 'risk', 'maintenanceMargin', 'initialMargin'] as const)
        expect(abs(b[field] - a[field] * k) < SLACK, field).to.equal(true);
    });
  });

  it('never need more maintenance margin for spot against a short perp', () => {
    check(amount, fc.bigInt({ min: 0n, max: WAD }), markets, profiles, (units, covered, market, rules) => {
      const short = holding({ kind: 'perp', underlying: ETH, size: -units, cost: 0n });
      const spot = [{ underlying: ETH, amount: mulFloor(units, covered) }];
      const before = assess(short, market, rules).maintenanceMargin;
      expectAtMost(assess({ ...short, spot }, market, rules).maintenanceMargin, before, 'maintenance margin');
    });
  });

  it('never need more maintenance margin for spot against a short future', () => {
    check(amount, fc.bigInt({ min: 0n, max: WAD }), markets, profiles, (units, covered, market, rules) => {
      const future: FutureLeg = {
        kind: 'future',
        underlying: ETH,
        expirySec: QUARTER,
        size: -units,
        cost: 0n,
      };
      const spot = [{ underlying: ETH, amount: mulFloor(units, covered) }];
      const before = assess(holding(future), market, rules).maintenanceMargin;
      const after = assess({ ...holding(future), spot }, market, rules).maintenanceMargin;
      expectAtMost(after, before, 'maintenance margin');
    });
  });

  it('name the first of equally bad scenarios, and none is worse', () => {
    check(markets, book, profiles, (market, drawnBook, rules) => {
      const { scenarioPnl, worstScenario, underlyings } = assess(holdingOf(drawnBook, market), market, rules);
      const least = scenarioPnl.reduce((a, b) => (b < a ? b : a));
      expect(worstScenario.index).to.equal(scenarioPnl.indexOf(least));
      const scans = underlyings.reduce((sum, { scan }) => sum + scan, 0n);
      expectAtMost(-least, scans, 'what is lost together');
    });
  });
});

describe('locked portfolios', () => {
  it('a box is worth the distance of its strikes, and risks nothing', () => {
    check(markets, drawnOption, profiles, (market, one, rules) => {
      const low = legOf({ ...one, kind: 'call', size: abs(one.size) }, market) as OptionLeg;
      const high = { ...low, strike: low.strike + 100n * WAD, size: -low.size };
      const legs: OptionLeg[] = [
        low,
        high,
        { ...low, kind: 'put', size: -low.size },
        { ...high, kind: 'put', size: low.size },
      ];
      const { equity, risk } = assess({ cash: 0n, legs, spot: [] }, market, rules);
      expect(abs(equity - low.size * 100n) <= 8n).to.equal(true);
      expect(risk <= 4n).to.equal(true);
    });
  });

  it('opposite legs are nothing', () => {
    check(markets, drawn, profiles, (market, one, rules) => {
      const leg = legOf(one, market);
      const opposite = 'cost' in leg ? { ...leg, size: -leg.size } : { ...leg, size: -leg.size };
      const got = assess({ cash: 0n, legs: [leg, opposite], spot: [] }, market, rules);
      expect([abs(got.equity) <= 2n, got.risk <= 2n, got.shortOption]).to.deep.equal([true, true, 0n]);
    });
  });
});

describe('settled and expired', () => {
  const index = wad('3000');
  const call: Leg = { kind: 'call', underlying: ETH, expirySec: NOW, strike: wad('2800'), size: 3n * WAD };
  const put: Leg = { ...call, kind: 'put', strike: wad('3100'), size: -2n * WAD };
  const future: Leg = { kind: 'future', underlying: ETH, expirySec: NOW, size: -WAD, cost: wad('3050') };
  const held: Portfolio = { cash: 0n, legs: [call, put, future], spot: [] };

  it('are valued at the index until a price is known', () => {
    const got = assess(held, marketOf(ETH, { index, premium: 0n }), PRESETS.portfolio);
    // 3 * 200 - 2 * 100 - 3000 + 3050
    expect(got.equity).to.equal(wad('450'));
    expect(got.unrealised).to.equal(wad('50'));
    expect(got.risk > 0n).to.equal(true);
    // no more time: at least the least roll charge, on 3 + 2 - 1 units of delta
    expect(got.roll).to.equal(wad('60'));
  });

  it('are worth their payoff once it is, and nothing more is asked of them', () => {
    const settlements = new Map([[NOW, wad('2900')]]);
    for (const at of [wad('1'), index, wad('9000')]) {
      const got = assess(held, marketOf(ETH, { index: at, premium: 0n, settlements }), PRESETS.portfolio);
      // 3 * 100 - 2 * 200 - 2900 + 3050
      expect(got.equity).to.equal(wad('50'));
      expect(got.unrealised).to.equal(wad('150'));
      expect([got.initialMargin, got.maintenanceMargin, got.underlyings[0]?.netDelta]).to.deep.equal([
        0n,
        0n,
        0n,
      ]);
      expect(got.scenarioPnl.every((pnl) => pnl === 0n)).to.equal(true);
    }
  });
});

describe('absolute scenarios', () => {
  const perp: Leg = { kind: 'perp', underlying: ETH, size: WAD, cost: 0n };
  const market = marketOf(ETH, { index: wad('3000'), premium: 0n });
  const pnlOf = (scenario: Scenario): bigint | undefined =>
    assess(holding(perp), market, { ...PRESETS.portfolio, scenarios: [scenario] }).scenarioPnl[0];

  it('move by the fraction itself, and count for the scan range over it', () => {
    // -33% of 3000 is -990; 0.18 / 0.33 = 0.545454545454545454
    expect(pnlOf({ move: wad('-0.33'), vol: 'up', weight: WAD, absolute: true })).to.equal(
      wad('-539.99999999999999946'),
    );
    expect(pnlOf({ move: wad('-0.33'), vol: 'up', weight: WAD / 2n, absolute: true })).to.equal(
      wad('-269.99999999999999973'),
    );
    expect(pnlOf({ move: wad('-0.33'), vol: 'up', weight: WAD })).to.equal(wad('-178.2'));
  });

  it('count in full within the scan range, and stop short of zero', () => {
    expect(pnlOf({ move: wad('-0.1'), vol: 'up', weight: WAD, absolute: true })).to.equal(wad('-300'));
    expect(pnlOf({ move: wad('-0.18'), vol: 'up', weight: WAD, absolute: true })).to.equal(wad('-540'));
    expect(pnlOf({ move: 0n, vol: 'up', weight: WAD, absolute: true })).to.equal(0n);
    // -99% of 3000, by 0.18 / 5
    expect(pnlOf({ move: -5n * WAD, vol: 'up', weight: WAD, absolute: true })).to.equal(wad('-106.92'));
  });

  it("are Deribit's tails: each beyond the scan range loses the same, but for the rounding", () => {
    const { scenarioPnl } = assess(holding(perp), market, PRESETS.deribit35);
    for (const pnl of scenarioPnl.slice(27, 29)) expect(abs(pnl + wad('540')) < 1_000n).to.equal(true);
    for (const pnl of scenarioPnl.slice(29)) expect(abs(pnl - wad('540')) < 10_000n).to.equal(true);
  });
});

type Arbitraries<Values extends unknown[]> = { [I in keyof Values]: fc.Arbitrary<Values[I]> };

function check<Values extends [unknown, ...unknown[]]>(
  ...input: [...Arbitraries<Values>, (...values: Values) => void]
): void {
  const property = input.at(-1) as (...values: Values) => void;
  const arbitraries = input.slice(0, -1) as Arbitraries<Values>;
  fc.assert(
    fc.property(fc.tuple(...arbitraries) as fc.Arbitrary<Values>, (values) => property(...values)),
    RUNS,
  );
}

function expectAtMost(value: bigint, most: bigint, what: string): void {
  expect(value <= most + SLACK, `${what}: ${value} above ${most}`).to.equal(true);
}

function marketOf(underlying: number, of: UnderlyingMarket): Market {
  return { timestamp: NOW, underlyings: new Map([[underlying, of]]) };
}

const holding = (...legs: Leg[]): Portfolio => ({ cash: 0n, legs, spot: [] });

function holdingOf(
  { legs, spot }: { legs: readonly Drawn[]; spot: Portfolio['spot'] },
  market: Market,
): Portfolio {
  return { cash: 0n, legs: legs.map((leg) => legOf(leg, market)), spot };
}

function legOf({ kind, underlying, expirySec, strikeBps, size: units }: Drawn, market: Market): Leg {
  const index = market.underlyings.get(underlying)?.index ?? 0n;
  if (kind === 'perp') return { kind, underlying, size: units, cost: 0n };
  if (kind === 'future') return { kind, underlying, expirySec, size: units, cost: 0n };
  return { kind, underlying, expirySec, strike: (index * strikeBps) / 10_000n, size: units };
}
