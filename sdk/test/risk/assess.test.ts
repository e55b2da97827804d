import { expect } from 'chai';
import fc from 'fast-check';
import {
  assess,
  BTC,
  classify,
  ETH,
  isTradeAllowed,
  PRESETS,
  profileFromStruct,
  profileToStruct,
  UnknownTermError,
  UnknownUnderlyingError,
  withdrawable,
} from '../../src/risk/index.ts';
import type { Leg, Market, Portfolio, RiskProfile, Spot } from '../../src/risk/index.ts';
import { abs, parseWad, WAD } from '../../src/units/index.ts';

const SOL = 3;
const UNDERLYINGS = [BTC, ETH, SOL];

const price = fc.bigInt({ min: WAD / 1000n, max: 100_000n * WAD });
const premium = fc.bigInt({ min: -400n * WAD, max: 400n * WAD });
const market: fc.Arbitrary<Market> = fc
  .tuple(...UNDERLYINGS.map(() => fc.record({ index: price, premium })))
  .map((prices) => ({
    timestamp: 1n,
    underlyings: new Map(prices.map((entry, i) => [i + 1, entry])),
  }));
const size = fc.bigInt({ min: -10_000n * WAD, max: 10_000n * WAD });
const amount = fc.bigInt({ min: 0n, max: 10_000n * WAD });
const cost = fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n });
const portfolio: fc.Arbitrary<Portfolio> = fc.record({
  cash: cost,
  legs: fc
    .uniqueArray(fc.record({ underlying: fc.constantFrom(...UNDERLYINGS), size, cost }), {
      selector: (leg) => leg.underlying,
    })
    .map((legs) => legs.map((leg): Leg => ({ kind: 'perp', ...leg }))),
  spot: fc.uniqueArray(fc.record({ underlying: fc.constantFrom(...UNDERLYINGS), amount }), {
    selector: (balance) => balance.underlying,
  }),
});
const profile = fc.constantFrom<RiskProfile>(...Object.values(PRESETS));

/** What roundings may add up to: a wei of a unit is worth up to 100,000 wei of USD, a few times for each underlying. */
const SLACK = 2_000_000n;

describe('assess', () => {
  it('needs no more for a portfolio than for its parts', () => {
    fc.assert(
      fc.property(market, portfolio, portfolio, profile, (prices, a, b, rules) => {
        const whole = assess(merge(a, b), prices, rules);
        const [left, right] = [assess(a, prices, rules), assess(b, prices, rules)];
        for (const field of ['risk', 'maintenanceMargin', 'initialMargin'] as const) {
          expect(whole[field] <= left[field] + right[field] + SLACK, field).to.equal(true);
        }
        expect(abs(whole.equity - left.equity - right.equity) <= SLACK).to.equal(true);
      }),
    );
  });

  it('is homogeneous', () => {
    fc.assert(
      fc.property(
        market,
        portfolio,
        profile,
        fc.bigInt({ min: 2n, max: 50n }),
        (prices, held, rules, times) => {
          const one = assess(held, prices, rules);
          const many = assess(scale(held, times), prices, rules);
          for (const field of ['equity', 'risk', 'maintenanceMargin', 'initialMargin', 'floor'] as const) {
            expect(abs(many[field] - one[field] * times) <= SLACK * times, field).to.equal(true);
          }
        },
      ),
    );
  });

  it('is monotone in the size of a single leg', () => {
    fc.assert(
      fc.property(
        market,
        size,
        fc.bigInt({ min: 0n, max: WAD }),
        profile,
        (prices, units, fraction, rules) => {
          const large = assess(perpOnly(BTC, units), prices, rules);
          const small = assess(perpOnly(BTC, (units * fraction) / WAD), prices, rules);
          expect(small.maintenanceMargin <= large.maintenanceMargin + 2n).to.equal(true);
          expect(small.initialMargin <= large.initialMargin + 2n).to.equal(true);
        },
      ),
    );
  });

  it('never raises the maintenance margin of a short perp for spot held against it', () => {
    fc.assert(
      fc.property(
        market,
        amount,
        fc.bigInt({ min: 0n, max: WAD }),
        profile,
        (prices, units, covered, rules) => {
          const short = perpOnly(ETH, -units);
          const hedged = { ...short, spot: [{ underlying: ETH, amount: (units * covered) / WAD }] };
          const before = assess(short, prices, rules).maintenanceMargin;
          expect(assess(hedged, prices, rules).maintenanceMargin <= before + SLACK).to.equal(true);
        },
      ),
    );
  });

  it('nets nothing across underlyings without rho', () => {
    fc.assert(
      fc.property(market, portfolio, (prices, held) => {
        const { risk, underlyings } = assess(held, prices, PRESETS.standard);
        expect(risk).to.equal(underlyings.reduce((sum, { scan }) => sum + scan, 0n));
      }),
    );
  });

  it('does not depend on cash, which is equity', () => {
    fc.assert(
      fc.property(market, portfolio, profile, cost, (prices, held, rules, more) => {
        const before = assess(held, prices, rules);
        const after = assess({ ...held, cash: held.cash + more }, prices, rules);
        expect(after.equity).to.equal(before.equity + more);
        expect([after.initialMargin, after.maintenanceMargin, after.unrealised]).to.deep.equal([
          before.initialMargin,
          before.maintenanceMargin,
          before.unrealised,
        ]);
      }),
    );
  });

  it('keeps the maintenance margin at or below the initial margin, and agrees with itself', () => {
    fc.assert(
      fc.property(market, portfolio, profile, (prices, held, rules) => {
        const got = assess(held, prices, rules);
        expect(got.maintenanceMargin <= got.initialMargin).to.equal(true);
        const least = got.scenarioPnl[got.worstScenario.index];
        expect(got.scenarioPnl.every((pnl) => least !== undefined && least <= pnl)).to.equal(true);
        expect(got.scenarioPnl.indexOf(least ?? 0n)).to.equal(got.worstScenario.index);
        expect(got.state).to.equal(classify(got.equity, got.initialMargin, got.maintenanceMargin));
      }),
    );
  });

  it('needs the floor where scenarios see nothing', () => {
    const flat: RiskProfile = {
      ...PRESETS.portfolio,
      haircut: 0n,
      haircutInitial: 0n,
      rollMin: 0n,
      perpInitial: 0n,
    };
    const prices = marketOf({ [ETH]: '3000' });
    const hedged = { ...perpOnly(ETH, parseWad('-2')), spot: [{ underlying: ETH, amount: parseWad('2') }] };
    const got = assess(hedged, prices, flat);
    // 1% of two hedged units
    expect([got.risk, got.floor, got.initialMargin, got.maintenanceMargin]).to.deep.equal([
      0n,
      parseWad('60'),
      parseWad('60'),
      parseWad('48'),
    ]);
  });

  it('raises the haircut with concentration, up to the cap', () => {
    const risk = {
      underlying: ETH,
      scanRange: parseWad('0.18'),
      haircutSlope: 10n ** 12n,
      haircutCap: parseWad('0.1'),
    };
    const concentrated: RiskProfile = { ...PRESETS.portfolio, underlyings: [risk] };
    const haircutOf = (units: string): bigint => {
      const spot: Spot[] = [{ underlying: ETH, amount: parseWad(units) }];
      return assess({ cash: 0n, legs: [], spot }, marketOf({ [ETH]: '1000' }), concentrated).haircut;
    };
    // 1e-6 per USD: 2% + 1% on ten thousand, and 10% from eighty thousand on
    expect(haircutOf('10')).to.equal(parseWad('300'));
    expect(haircutOf('80')).to.equal(parseWad('8000'));
    expect(haircutOf('1000')).to.equal(parseWad('100000'));
  });

  it('refuses expiries and prices that the market lacks', () => {
    const prices = marketOf({ [ETH]: '3000' });
    const option: Leg = {
      kind: 'call',
      underlying: ETH,
      expirySec: 1_772_784_000n,
      strike: parseWad('3200'),
      size: -1n,
    };
    const future: Leg = { kind: 'future', underlying: ETH, expirySec: 1_772_784_000n, size: -1n, cost: 0n };
    for (const leg of [option, future]) {
      expect(() => assess({ cash: 0n, legs: [leg], spot: [] }, prices, PRESETS.portfolio))
        .to.throw(UnknownTermError, leg.kind)
        .with.property('leg', leg);
    }
    expect(() => assess(perpOnly(BTC, 1n), prices, PRESETS.portfolio))
      .to.throw(UnknownUnderlyingError)
      .with.property('underlying', BTC);
  });
});

describe('rules on a margin', () => {
  const margin = { equity: 100n, initialMargin: 60n, maintenanceMargin: 50n, unrealised: 0n };

  it('let out what leaves initial margin without unrealised gains', () => {
    expect(withdrawable(margin)).to.equal(40n);
    expect(withdrawable({ ...margin, unrealised: 15n })).to.equal(25n);
    expect(withdrawable({ ...margin, unrealised: -15n })).to.equal(40n);
    expect(withdrawable({ ...margin, unrealised: 50n })).to.equal(0n);
  });

  it('allow a trade above initial margin, or one that reduces risk', () => {
    const low = { ...margin, equity: 55n };
    expect(isTradeAllowed(margin, { ...margin, equity: 60n })).to.equal(true);
    expect(isTradeAllowed(low, { ...low, initialMargin: 58n, maintenanceMargin: 48n })).to.equal(true);
    expect(isTradeAllowed(low, low)).to.equal(false);
    // less risk, but health falls from 55/50 to 50/48
    expect(isTradeAllowed(low, { ...low, equity: 50n, initialMargin: 58n, maintenanceMargin: 48n })).to.equal(
      false,
    );
  });

  it('name the state', () => {
    expect([
      classify(0n, 0n, 0n),
      classify(60n, 60n, 50n),
      classify(59n, 60n, 50n),
      classify(50n, 60n, 50n),
      classify(49n, 60n, 50n),
      classify(-1n, 0n, 0n),
    ]).to.deep.equal(['healthy', 'healthy', 'atRisk', 'atRisk', 'liquidatable', 'insolvent']);
  });
});

describe('presets', () => {
  it('have their grids', () => {
    expect(Object.values(PRESETS).map(({ name, scenarios }) => [name, scenarios.length])).to.deep.equal([
      ['portfolio', 16],
      ['standard', 16],
      ['span16', 16],
      ['paradex24', 24],
      ['deribit35', 35],
    ]);
    const { scenarios } = PRESETS.portfolio;
    expect(scenarios.map(({ vol }) => vol).join(' ')).to.equal(
      'up down up down up down up down up down up down up down up up',
    );
    expect(scenarios[4]).to.deep.equal({ move: -333333333333333333n, vol: 'up', weight: WAD });
    expect(scenarios[15]).to.deep.equal({ move: -3n * WAD, vol: 'up', weight: 333333333333333333n });
  });

  it('survive the way through the contract', () => {
    for (const preset of Object.values<RiskProfile>(PRESETS)) {
      const struct = profileToStruct(preset);
      expect(struct.name).to.have.lengthOf(66);
      expect(profileFromStruct(struct)).to.deep.equal(preset);
    }
    expect(() => profileToStruct({ ...PRESETS.portfolio, name: 'x'.repeat(33) })).to.throw(RangeError);
  });
});

function perpOnly(underlying: number, units: bigint): Portfolio {
  return { cash: 0n, legs: [{ kind: 'perp', underlying, size: units, cost: 0n }], spot: [] };
}

function marketOf(prices: Readonly<Record<number, string>>): Market {
  const underlyings = new Map(
    Object.entries(prices).map(([underlying, index]) => [
      Number(underlying),
      { index: parseWad(index), premium: 0n },
    ]),
  );
  return { timestamp: 1n, underlyings };
}

function merge(a: Portfolio, b: Portfolio): Portfolio {
  const legs: Leg[] = UNDERLYINGS.map((underlying) => {
    const same = [...a.legs, ...b.legs].filter((leg) => leg.underlying === underlying);
    return {
      kind: 'perp',
      underlying,
      size: same.reduce((sum, leg) => sum + leg.size, 0n),
      cost: same.reduce((sum, leg) => sum + ('cost' in leg ? leg.cost : 0n), 0n),
    };
  });
  const spot = UNDERLYINGS.map((underlying) => ({
    underlying,
    amount: [...a.spot, ...b.spot]
      .filter((balance) => balance.underlying === underlying)
      .reduce((sum, balance) => sum + balance.amount, 0n),
  }));
  return { cash: a.cash + b.cash, legs, spot };
}

function scale(held: Portfolio, times: bigint): Portfolio {
  return {
    cash: held.cash * times,
    legs: held.legs.map((leg) =>
      'cost' in leg
        ? { ...leg, size: leg.size * times, cost: leg.cost * times }
        : { ...leg, size: leg.size * times },
    ),
    spot: held.spot.map((balance) => ({ ...balance, amount: balance.amount * times })),
  };
}
