// What the margin of futures and options must have, at random with fixed seeds: a failure names its portfolio.
import { expect } from 'chai';
import fc from 'fast-check';
import { assess, black76Call, ETH, PRESETS, scenarioShares, shockOf } from '../../src/risk/index.ts';
import type {
  GivenTerm,
  Leg,
  Market,
  OptionLeg,
  Portfolio,
  RiskProfile,
  Term,
} from '../../src/risk/index.ts';
import { abs, lnWad, max, min, WAD } from '../../src/units/index.ts';

const NOW = 1_770_000_000n;
const NEAR = 1_770_033_600n + 20n * 86_400n;
const FAR = 1_770_033_600n + 300n * 86_400n;
const SOL = 3;
const UNDERLYINGS = [ETH, SOL];
const SEED = 20_260_201;
const RUNS = { seed: SEED, numRuns: 150 };
/** What roundings may add up to: some wei of a unit for each leg, each worth up to 10,000 wei of USD. */
const SLACK = 10_000_000n;

const profile = fc.constantFrom<RiskProfile>(...Object.values(PRESETS));
const units = fc.bigInt({ min: -1_000n * WAD, max: 1_000n * WAD });
const amount = fc.bigInt({ min: 0n, max: 1_000n * WAD });
const price = fc.bigInt({ min: WAD, max: 10_000n * WAD });
const fraction = fc.bigInt({ min: 0n, max: WAD });
/** In hundredths of the forward. */
const percent = fc.bigInt({ min: 40n, max: 250n });

const term: fc.Arbitrary<Omit<GivenTerm, 'forward'> & { readonly carry: bigint }> = fc.record({
  a: fc.bigInt({ min: WAD / 1_000n, max: WAD / 2n }),
  b: fc.bigInt({ min: 0n, max: WAD / 2n }),
  rho: fc.bigInt({ min: -WAD / 2n, max: WAD / 2n }),
  m: fc.bigInt({ min: -WAD / 10n, max: WAD / 10n }),
  sigma: fc.bigInt({ min: WAD / 20n, max: WAD }),
  carry: fc.bigInt({ min: -10n, max: 10n }),
});
const market: fc.Arbitrary<Market> = fc
  .tuple(...UNDERLYINGS.map(() => fc.record({ index: price, near: term, far: term })))
  .map((prices) => ({
    timestamp: NOW,
    underlyings: new Map(
      prices.map(({ index, near, far }, i) => {
        const given = [near, far].map(({ carry, ...svi }): GivenTerm => ({
          ...svi,
          forward: (index * (100n + carry)) / 100n,
        }));
        const terms = new Map(given.map((one, k): [bigint, Term] => [k === 0 ? NEAR : FAR, one]));
        return [UNDERLYINGS[i] ?? 0, { index, premium: 0n, terms }];
      }),
    ),
  }));

/** A leg whose strike is a share of the index, which only the market tells. */
interface LegSketch {
  readonly kind: 'perp' | 'future' | 'call' | 'put';
  readonly underlying: number;
  readonly expirySec: bigint;
  readonly size: bigint;
  readonly percent: bigint;
}

const sketch: fc.Arbitrary<LegSketch> = fc.record({
  kind: fc.constantFrom('perp', 'future', 'call', 'put'),
  underlying: fc.constantFrom(...UNDERLYINGS),
  expirySec: fc.constantFrom(NEAR, FAR),
  size: units,
  percent,
});
const optionSketch = fc.record({ ...sketchOf('call', 'put') });
const book = fc.record({
  legs: fc.array(sketch, { maxLength: 6 }),
  spot: fc.array(fc.record({ underlying: fc.constantFrom(...UNDERLYINGS), amount }), { maxLength: 2 }),
});

function sketchOf(...kinds: readonly ('call' | 'put')[]) {
  return {
    kind: fc.constantFrom(...kinds),
    underlying: fc.constant(ETH),
    expirySec: fc.constantFrom(NEAR, FAR),
    size: units,
    percent,
  };
}

function toLeg({ kind, underlying, expirySec, size, percent: share }: LegSketch, prices: Market): Leg {
  if (kind === 'perp') return { kind, underlying, size, cost: 0n };
  if (kind === 'future') return { kind, underlying, expirySec, size, cost: 0n };
  const strike = ((prices.underlyings.get(underlying)?.index ?? WAD) * share) / 100n;
  return { kind, underlying, expirySec, strike, size };
}

type Book = typeof book extends fc.Arbitrary<infer Value> ? Value : never;

function toPortfolio({ legs, spot }: Book, prices: Market): Portfolio {
  return { cash: 0n, legs: legs.map((leg) => toLeg(leg, prices)), spot };
}

const alone = (...legs: readonly Leg[]): Portfolio => ({ cash: 0n, legs, spot: [] });

/** Without moves of volatility, by which a long call may gain where the price falls. */
function still(rules: RiskProfile): RiskProfile {
  return { ...rules, scenarios: rules.scenarios.map((scenario) => ({ ...scenario, vol: 'none' })) };
}

function termOf(prices: Market, leg: OptionLeg): GivenTerm {
  const found = prices.underlyings.get(leg.underlying)?.terms?.get(leg.expirySec);
  if (found === undefined || found === null || !('forward' in found)) throw new RangeError('no such term');
  return found;
}

describe('margin of futures and options', () => {
  it('needs no more for a portfolio than for its parts', () => {
    fc.assert(
      fc.property(market, book, book, profile, (prices, a, b, rules) => {
        const [left, right] = [toPortfolio(a, prices), toPortfolio(b, prices)];
        const both = { cash: 0n, legs: [...left.legs, ...right.legs], spot: [...left.spot, ...right.spot] };
        const [one, other] = [assess(left, prices, rules), assess(right, prices, rules)];
        const whole = assess(both, prices, rules);
        for (const field of ['risk', 'maintenanceMargin', 'initialMargin', 'floor', 'shortOption'] as const)
          expect(whole[field] <= one[field] + other[field] + SLACK, field).to.equal(true);
        expect(abs(whole.equity - one.equity - other.equity) <= SLACK).to.equal(true);
      }),
      RUNS,
    );
  });

  it('never raises the maintenance margin of a short perp or future for spot against its delta', () => {
    fc.assert(
      fc.property(
        market,
        fc.constantFrom('perp' as const, 'future' as const),
        amount,
        fraction,
        profile,
        (prices, kind, size, covered, rules) => {
          const leg = toLeg({ kind, underlying: ETH, expirySec: NEAR, size: -size, percent: 100n }, prices);
          const bare = assess(alone(leg), prices, { ...rules, haircut: 0n });
          const spot = [
            { underlying: ETH, amount: (abs(bare.underlyings[0]?.netDelta ?? 0n) * covered) / WAD },
          ];
          const hedged = assess({ ...alone(leg), spot }, prices, { ...rules, haircut: 0n });
          expect(hedged.maintenanceMargin <= bare.maintenanceMargin + SLACK).to.equal(true);
        },
      ),
      RUNS,
    );
  });

  it('is monotone in the size of a single leg', () => {
    fc.assert(
      fc.property(market, sketch, fraction, profile, (prices, one, share, rules) => {
        const leg = toLeg(one, prices);
        const large = assess(alone(leg), prices, rules);
        const small = assess(alone({ ...leg, size: (leg.size * share) / WAD }), prices, rules);
        expect(small.maintenanceMargin <= large.maintenanceMargin + SLACK).to.equal(true);
        expect(small.initialMargin <= large.initialMargin + SLACK).to.equal(true);
      }),
      RUNS,
    );
  });

  it('is homogeneous', () => {
    const times = fc.bigInt({ min: 2n, max: 50n });
    fc.assert(
      fc.property(market, book, profile, times, (prices, one, rules, factor) => {
        const held = toPortfolio(one, prices);
        const many: Portfolio = {
          cash: 0n,
          legs: held.legs.map((leg) => ({ ...leg, size: leg.size * factor })),
          spot: held.spot.map((balance) => ({ ...balance, amount: balance.amount * factor })),
        };
        const [small, large] = [assess(held, prices, rules), assess(many, prices, rules)];
        for (const field of ['equity', 'risk', 'maintenanceMargin', 'initialMargin', 'floor'] as const)
          expect(abs(large[field] - small[field] * factor) <= SLACK * factor, field).to.equal(true);
      }),
      RUNS,
    );
  });

  it('never raises its risk where a leg that does not hedge is removed', () => {
    const longs = fc.array(sketch, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(market, longs, profile, (prices, legs, rules) => {
        // calls, perps and futures of one underlying, all long: each rises and falls with the others
        const same = legs.map((one) => ({
          ...one,
          underlying: ETH,
          kind: one.kind === 'put' ? ('call' as const) : one.kind,
          size: abs(one.size),
        }));
        const all = same.map((one) => toLeg(one, prices));
        const whole = assess(alone(...all), prices, still(rules)).risk;
        for (const [i] of all.entries()) {
          const less = assess(alone(...all.filter((_, k) => k !== i)), prices, still(rules)).risk;
          expect(less <= whole + SLACK, `without leg ${i}`).to.equal(true);
        }
      }),
      RUNS,
    );
  });

  it('has a worst scenario that its parts add up to, within the roundings counted', () => {
    fc.assert(
      fc.property(market, book, profile, (prices, one, rules) => {
        const held = toPortfolio(one, prices);
        const got = assess(held, prices, rules);
        for (const [j, scenario] of rules.scenarios.entries()) {
          const shares = scenarioShares(held, prices, rules, scenario);
          const parts = [...shares.spot, ...shares.legs];
          const sum = parts.reduce((total, share) => total + share, 0n);
          const shock = Math.abs(Number(shockOf(scenario, WAD)) / 1e18);
          const most = BigInt(Math.ceil((parts.length + got.underlyings.length) * (3 + 2 * shock)));
          expect(abs(sum - (got.scenarioPnl[j] ?? 0n)) <= most, `scenario ${j}`).to.equal(true);
        }
      }),
      RUNS,
    );
  });

  it('asks for a lone long option no more than it is worth, and charges', () => {
    fc.assert(
      fc.property(market, optionSketch, profile, (prices, one, rules) => {
        const leg = toLeg({ ...one, size: abs(one.size) }, prices);
        const got = assess(alone(leg), prices, rules);
        expect(got.risk <= got.equity + SLACK).to.equal(true);
      }),
      RUNS,
    );
  });
});

describe('values of options', () => {
  it('obey parity: call - put = F - K, in value, delta and every scenario', () => {
    fc.assert(
      fc.property(market, optionSketch, profile, (prices, one, rules) => {
        const call = toLeg({ ...one, kind: 'call' }, prices) as OptionLeg;
        const { underlying, expirySec, size, strike } = call;
        const { forward } = termOf(prices, call);
        const future: Leg = { kind: 'future', underlying, expirySec, size: -size, cost: 0n };
        const got = assess(alone(call, { ...call, kind: 'put', size: -size }, future), prices, rules);
        expect(abs(got.equity * WAD + size * strike) <= 3n * WAD, 'equity').to.equal(true);
        expect(got.scenarioPnl.every((pnl) => pnl === 0n)).to.equal(true);
        expect(abs(got.underlyings[0]?.netDelta ?? 1n) <= 5_000n, 'delta').to.equal(true);
        expect(abs(assess(alone(future), prices, rules).equity * WAD + size * forward) <= WAD).to.equal(true);
      }),
      RUNS,
    );
  });

  it('stay within max(0, F - K) <= call <= F and max(0, K - F) <= put <= K', () => {
    fc.assert(
      fc.property(market, optionSketch, (prices, one) => {
        const call = toLeg({ ...one, kind: 'call', size: WAD }, prices) as OptionLeg;
        const { forward } = termOf(prices, call);
        const value = assess(alone(call), prices, PRESETS.portfolio).equity;
        const put = assess(alone({ ...call, kind: 'put' }), prices, PRESETS.portfolio).equity;
        expect(value >= max(0n, forward - call.strike) && value <= forward, 'call').to.equal(true);
        expect(put >= max(0n, call.strike - forward) && put <= call.strike, 'put').to.equal(true);
      }),
      RUNS,
    );
  });

  it('are what they pay at the forward without volatility, and at the index without time', () => {
    const still = { a: 0n, b: 0n, rho: 0n, m: 0n, sigma: 0n };
    fc.assert(
      fc.property(market, optionSketch, (prices, one) => {
        const leg = toLeg({ ...one, size: WAD }, prices) as OptionLeg;
        const { forward } = termOf(prices, leg);
        const entry = prices.underlyings.get(ETH) ?? { index: 0n, premium: 0n };
        const payoff = (at: bigint): bigint =>
          max(0n, leg.kind === 'call' ? at - leg.strike : leg.strike - at);
        const flat = { ...entry, terms: new Map([[leg.expirySec, { forward, ...still }]]) };
        const calm = { timestamp: NOW, underlyings: new Map([[ETH, flat]]) };
        expect(assess(alone(leg), calm, PRESETS.portfolio).equity).to.equal(payoff(forward));
        const expired = { ...prices, timestamp: leg.expirySec };
        expect(assess(alone(leg), expired, PRESETS.portfolio).equity).to.equal(payoff(entry.index));
      }),
      RUNS,
    );
  });

  it('rise with volatility up to min(F, K) above the intrinsic value', () => {
    fc.assert(
      fc.property(
        price,
        percent,
        fc.bigInt({ min: 0n, max: 3n * WAD }),
        fraction,
        (forward, share, s, part) => {
          const strike = (forward * share) / 100n;
          const moneyness = lnWad(forward) - lnWad(strike);
          const at = (root: bigint): bigint => black76Call(forward, strike, moneyness, root);
          const slack = min(forward, strike) / 1_000_000_000n + 1n;
          expect(at((s * part) / WAD) <= at(s) + slack).to.equal(true);
          expect(forward - at(24n * WAD) <= slack, 'the limit').to.equal(true);
        },
      ),
      RUNS,
    );
  });
});
