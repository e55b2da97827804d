import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyTrade,
  assess,
  BTC,
  ETH,
  InvalidTradeError,
  liquidationPrices,
  marginAfterTrade,
  maxTradeSize,
  PRESETS,
  stressTable,
  UnknownUnderlyingError,
  withIndex,
} from '../../src/risk/index.ts';
import type { Market, Portfolio } from '../../src/risk/index.ts';
import { parseWad, WAD } from '../../src/units/index.ts';

const market: Market = {
  timestamp: 1n,
  underlyings: new Map([
    [BTC, { index: parseWad('60000'), premium: 0n }],
    [ETH, { index: parseWad('3000'), premium: 0n }],
  ]),
};
const empty: Portfolio = { cash: parseWad('10000'), legs: [], spot: [] };
const longBtc: Portfolio = {
  cash: parseWad('10000'),
  legs: [{ kind: 'perp', underlying: BTC, size: WAD, cost: parseWad('-60000') }],
  spot: [],
};
const rules = PRESETS.portfolio;

describe('marginAfterTrade', () => {
  it('opens, with the fee out of cash', () => {
    const trade = { underlying: BTC, size: WAD, price: parseWad('60000'), fee: parseWad('30') };
    const { portfolio, before, after, allowed } = marginAfterTrade(empty, market, rules, trade);
    expect(portfolio).to.deep.equal({ ...longBtc, cash: parseWad('9970') });
    expect([before.initialMargin, after.initialMargin, after.equity, allowed]).to.deep.equal([
      0n,
      parseWad('9900'),
      parseWad('9970'),
      true,
    ]);
  });

  it('closes, leaving no leg, and keeps the order of the others', () => {
    const two: Portfolio = {
      ...longBtc,
      legs: [...longBtc.legs, { kind: 'perp', underlying: ETH, size: WAD, cost: 0n }],
    };
    const closed = applyTrade(two, { underlying: BTC, size: -WAD, price: parseWad('61000') });
    expect(closed).to.deep.equal({ cash: parseWad('11000'), legs: two.legs.slice(1), spot: [] });
    const reduced = applyTrade(two, { underlying: BTC, size: -WAD / 2n, price: parseWad('61000') });
    expect(reduced.legs.map(({ underlying }) => underlying)).to.deep.equal([BTC, ETH]);
  });

  it('refuses a trade that adds risk beyond the margin', () => {
    const trade = { underlying: BTC, size: parseWad('0.1'), price: parseWad('60000') };
    expect(marginAfterTrade(longBtc, market, rules, trade).allowed).to.equal(false);
  });

  it('refuses what is no trade', () => {
    expect(() => applyTrade(empty, { underlying: BTC, size: 0n, price: 1n })).to.throw(InvalidTradeError);
    expect(() => applyTrade(empty, { underlying: BTC, size: 1n, price: 0n })).to.throw(InvalidTradeError);
  });
});

describe('maxTradeSize', () => {
  const buy = { underlying: BTC, side: 'buy', price: parseWad('60000') } as const;

  it('is the equity over the rate of the initial margin', () => {
    // 10000 / (60000 * (0.15 + 0.005 + 0.01))
    const largest = maxTradeSize(empty, market, rules, buy);
    expect(largest).to.equal(1010101010101010101n);
  });

  it('turns a position over', () => {
    // after selling: short x - 1 units with the cash of before
    const largest = maxTradeSize(longBtc, market, rules, { ...buy, side: 'sell' });
    expect(largest).to.equal(WAD + 1010101010101010101n);
  });

  it('is exact: one wei more is refused', () => {
    const cash = fc.bigInt({ min: WAD, max: 10n ** 24n });
    const size = fc.bigInt({ min: -20n * WAD, max: 20n * WAD }).filter((units) => units !== 0n);
    const bps = fc.bigInt({ min: 0n, max: 100n });
    fc.assert(
      fc.property(
        cash,
        size,
        fc.constantFrom('buy' as const, 'sell' as const),
        bps,
        (money, units, side, feeBps) => {
          const held: Portfolio = {
            cash: money,
            legs: [{ kind: 'perp', underlying: BTC, size: units, cost: -units * 60_000n }],
            spot: [],
          };
          const limits = {
            underlying: BTC,
            side,
            price: parseWad('60100'),
            feeRate: (feeBps * WAD) / 10_000n,
          };
          const largest = maxTradeSize(held, market, rules, limits);
          const allowed = (by: bigint): boolean => {
            const fee = ceilFee(by, limits.price, limits.feeRate);
            const trade = { underlying: BTC, size: side === 'buy' ? by : -by, price: limits.price, fee };
            return marginAfterTrade(held, market, rules, trade).allowed;
          };
          if (largest > 0n) expect(allowed(largest), 'the largest').to.equal(true);
          expect(allowed(largest + 1n), 'one wei more').to.equal(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('lets an account at risk reduce only', () => {
    const poor = { ...longBtc, cash: parseWad('7000') };
    expect(maxTradeSize(poor, market, rules, buy)).to.equal(0n);
    expect(maxTradeSize(poor, market, rules, { ...buy, side: 'sell' }) > WAD).to.equal(true);
    const broke = { ...longBtc, cash: parseWad('-1') };
    expect(maxTradeSize(broke, market, rules, buy)).to.equal(0n);
  });

  it('stops at what a position can hold', () => {
    const rich = { ...empty, cash: 10n ** 45n };
    const largest = maxTradeSize(rich, market, rules, buy);
    expect((largest * 60_000n) / 2n ** 103n).to.equal(0n);
    expect(largest > 10n ** 26n).to.equal(true);
  });

  it('refuses a price of zero', () => {
    expect(() => maxTradeSize(empty, market, rules, { ...buy, price: 0n })).to.throw(InvalidTradeError);
  });
});

describe('liquidationPrices', () => {
  it('has the root of a long below', () => {
    // cash 10000 + S - 60000 = (0.8 * 0.15 + 0.005) * S: S = 50000 / 0.875
    const { liquidatable, lower, upper } = liquidationPrices(longBtc, market, rules, BTC);
    expect([liquidatable, upper]).to.deep.equal([false, undefined]);
    expectNear(lower, (parseWad('50000') * 1000n) / 875n);
  });

  it('has the root of a short above', () => {
    const short: Portfolio = {
      cash: parseWad('10000'),
      legs: [{ kind: 'perp', underlying: BTC, size: -WAD, cost: parseWad('60000') }],
      spot: [],
    };
    const { lower, upper } = liquidationPrices(short, market, rules, BTC);
    expect(lower).to.equal(undefined);
    expectNear(upper, (parseWad('70000') * 1000n) / 1125n);
  });

  it('has both for a spread against another underlying', () => {
    const spread: Portfolio = {
      cash: parseWad('8000'),
      legs: [
        { kind: 'perp', underlying: BTC, size: WAD, cost: parseWad('-60000') },
        { kind: 'perp', underlying: ETH, size: -20n * WAD, cost: parseWad('60000') },
      ],
      spot: [],
    };
    const { liquidatable, lower, upper } = liquidationPrices(spread, market, rules, ETH);
    expect(liquidatable).to.equal(true);
    expect([typeof lower, typeof upper]).to.include('bigint');
  });

  it('sits on the edge, to the wei', () => {
    const { lower = 0n } = liquidationPrices(longBtc, market, rules, BTC);
    const healthAt = (index: bigint): boolean => {
      const margin = assess(longBtc, withIndex(market, BTC, index), rules);
      return margin.equity >= margin.maintenanceMargin;
    };
    expect([healthAt(lower), healthAt(lower + 1n)]).to.deep.equal([false, true]);
  });

  it('says where a liquidatable account would be out of it', () => {
    const poor = { ...longBtc, cash: parseWad('7000') };
    const { liquidatable, lower, upper } = liquidationPrices(poor, market, rules, BTC);
    expect([liquidatable, lower]).to.deep.equal([true, undefined]);
    expectNear(upper, (parseWad('53000') * 1000n) / 875n);
  });

  it('has none for cash alone, and refuses an unknown underlying', () => {
    expect(liquidationPrices(empty, market, rules, BTC)).to.deep.equal({
      liquidatable: false,
      lower: undefined,
      upper: undefined,
    });
    expect(() => liquidationPrices(empty, market, rules, 9)).to.throw(UnknownUnderlyingError);
  });
});

describe('stressTable', () => {
  it('moves all underlyings, or those named', () => {
    const shocks = [parseWad('-0.1'), 0n, parseWad('0.1'), parseWad('-1')];
    const rows = stressTable(longBtc, market, rules, shocks);
    expect(rows.map(({ equity }) => equity)).to.deep.equal([
      parseWad('4000'),
      parseWad('10000'),
      parseWad('16000'),
      parseWad('-50000') + 1n,
    ]);
    expect(rows.map(({ state }) => state)).to.deep.equal(['liquidatable', 'healthy', 'healthy', 'insolvent']);
    expect(
      stressTable(longBtc, market, rules, shocks, { underlyings: [ETH] }).map(({ equity }) => equity),
    ).to.deep.equal(shocks.map(() => parseWad('10000')));
    expect(() => stressTable(longBtc, market, rules, shocks, { underlyings: [9] })).to.throw(
      UnknownUnderlyingError,
    );
  });
});

function ceilFee(size: bigint, price: bigint, rate: bigint): bigint {
  const up = (a: bigint, b: bigint): bigint => (a * b + WAD - 1n) / WAD;
  return up(up(size, price), rate);
}

/** Margins round up, so that a root lies a few wei to the dear side. */
function expectNear(value: bigint | undefined, exact: bigint): void {
  expect(value).to.be.a('bigint');
  const off = (value ?? 0n) - exact;
  expect(off <= 10n && off >= -10n, `${String(value)} against ${exact}`).to.equal(true);
}
