import { expect } from 'chai';
import fc from 'fast-check';
import {
  accruePerp,
  calculatePerpMark,
  netCost,
  premiumAfterTrade,
  TimeBeforeUpdateError,
  tradePosition,
} from '../../src/risk/index.ts';
import { abs, mulFloor, parseWad, WAD } from '../../src/units/index.ts';

const premium = fc.bigInt({ min: -500n * WAD, max: 500n * WAD });
const fundingIndex = fc.bigInt({ min: -10_000n * WAD, max: 10_000n * WAD });
const seconds = fc.bigInt({ min: 0n, max: 200_000n });
const size = fc.bigInt({ min: -1_000n * WAD, max: 1_000n * WAD });
const trade = size.filter((delta) => delta !== 0n);
const cost = fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n });
const price = fc.bigInt({ min: 1n, max: 10n ** 23n });

describe('accruePerp', () => {
  it('decays by e in an hour and pays the integral over eight hours', () => {
    const state = { fundingIndex: 0n, premium: parseWad('8'), updatedAt: 1000n };
    const later = accruePerp(state, 4600n);
    // 8 * e^-1 = 2.943035529371538568 (down); (8 - that) / 8
    expect(later).to.deep.equal({
      premium: 2943035529371538568n,
      fundingIndex: (parseWad('8') - 2943035529371538568n) / 8n,
      updatedAt: 4600n,
    });
  });

  it('mirrors itself in the sign', () => {
    fc.assert(
      fc.property(premium, seconds, (start, elapsed) => {
        const long = accruePerp({ fundingIndex: 0n, premium: start, updatedAt: 0n }, elapsed);
        const short = accruePerp({ fundingIndex: 0n, premium: -start, updatedAt: 0n }, elapsed);
        return long.premium === -short.premium && long.fundingIndex === -short.fundingIndex;
      }),
    );
  });

  it('changes nothing at once, dies out in the end', () => {
    const state = { fundingIndex: 5n, premium: -7n, updatedAt: 9n };
    expect(accruePerp(state, 9n)).to.deep.equal(state);
    const dead = accruePerp({ ...state, premium: parseWad('-80') }, 9n + 3600n * 60n);
    expect(dead).to.deep.equal({
      premium: 0n,
      fundingIndex: 5n - parseWad('10'),
      updatedAt: 9n + 3600n * 60n,
    });
  });

  it('comes to the same when poked on the way', () => {
    fc.assert(
      fc.property(premium, fundingIndex, seconds, seconds, (start, index, first, second) => {
        const state = { fundingIndex: index, premium: start, updatedAt: 0n };
        const once = accruePerp(state, first + second);
        const twice = accruePerp(accruePerp(state, first), first + second);
        // exp's own relative rounding on a premium of up to 500 USD
        return (
          abs(once.premium - twice.premium) <= 2000n && abs(once.fundingIndex - twice.fundingIndex) <= 2000n
        );
      }),
    );
  });

  it('pays out the premium and no more', () => {
    fc.assert(
      fc.property(premium, seconds, (start, elapsed) => {
        const later = accruePerp({ fundingIndex: 0n, premium: start, updatedAt: 0n }, elapsed);
        return abs(later.fundingIndex * 8n + later.premium - start) < 8n && abs(later.premium) <= abs(start);
      }),
    );
  });

  it('refuses to run backward', () => {
    expect(() => accruePerp({ fundingIndex: 0n, premium: 1n, updatedAt: 10n }, 9n))
      .to.throw(TimeBeforeUpdateError)
      .with.property('updatedAt', 10n);
  });
});

describe('premiumAfterTrade', () => {
  const at = { index: parseWad('3000'), price: parseWad('3009'), notional: WAD, depth: WAD };

  it('moves half way at the depth', () => {
    expect(premiumAfterTrade(parseWad('1'), at)).to.equal(parseWad('5'));
    expect(premiumAfterTrade(parseWad('-1'), { ...at, price: parseWad('2997') })).to.equal(parseWad('-2'));
  });

  it('takes a trade for no more than the bound, and stays within it', () => {
    expect(premiumAfterTrade(0n, { ...at, price: parseWad('9000') })).to.equal(parseWad('7.5'));
    expect(premiumAfterTrade(0n, { ...at, price: 1n })).to.equal(parseWad('-7.5'));
    // the index fell since, so that the old premium is beyond the new bound
    expect(premiumAfterTrade(parseWad('40'), { ...at, notional: 0n })).to.equal(parseWad('15'));
  });

  it('rounds the step down', () => {
    expect(premiumAfterTrade(0n, { ...at, price: at.index - 1n })).to.equal(-1n);
    expect(premiumAfterTrade(0n, { ...at, price: at.index + 1n })).to.equal(0n);
  });
});

describe('calculatePerpMark', () => {
  it('counts a premium for at most 0.5% of the index', () => {
    const index = parseWad('3000');
    expect(calculatePerpMark(index, parseWad('1.5'))).to.equal(parseWad('3001.5'));
    expect(calculatePerpMark(index, parseWad('15.000000000000000001'))).to.equal(parseWad('3015'));
    expect(calculatePerpMark(index, parseWad('-100'))).to.equal(parseWad('2985'));
    expect(calculatePerpMark(199n, 5n)).to.equal(199n);
  });
});

describe('tradePosition', () => {
  const long = { size: parseWad('3'), cost: parseWad('-9000') };

  it('opens and adds', () => {
    expect(
      tradePosition({ size: 0n, cost: 0n }, parseWad('-2'), parseWad('3000'), parseWad('10')),
    ).to.deep.equal({
      size: parseWad('-2'),
      cost: parseWad('5980'),
      realised: 0n,
    });
    expect(tradePosition(long, parseWad('1'), parseWad('3300'), 0n)).to.deep.equal({
      size: parseWad('4'),
      cost: parseWad('-12300'),
      realised: 0n,
    });
  });

  it('reduces', () => {
    expect(tradePosition(long, parseWad('-1'), parseWad('3300'), 0n)).to.deep.equal({
      size: parseWad('2'),
      cost: parseWad('-6000'),
      realised: parseWad('300'),
    });
  });

  it('realises the funding of the part that it closes', () => {
    // opened at index 5, reduced at index 9: one unit long has paid 4
    const opened = tradePosition({ size: 0n, cost: 0n }, parseWad('3'), parseWad('3000'), parseWad('5'));
    const reduced = tradePosition(opened, parseWad('-1'), parseWad('3000'), parseWad('9'));
    expect(reduced.realised).to.equal(parseWad('-4'));
    expect(netCost(reduced.size, reduced.cost, parseWad('9'))).to.equal(parseWad('-6008'));
  });

  it('closes and turns over', () => {
    expect(tradePosition(long, parseWad('-3'), parseWad('3300'), 0n)).to.deep.equal({
      size: 0n,
      cost: 0n,
      realised: parseWad('900'),
    });
    expect(tradePosition(long, parseWad('-5'), parseWad('3300'), 0n)).to.deep.equal({
      size: parseWad('-2'),
      cost: parseWad('6600'),
      realised: parseWad('900'),
    });
  });

  it('floors the share of the cost that it realises', () => {
    expect(tradePosition({ size: 3n * WAD, cost: -1n }, -WAD, WAD, 0n)).to.deep.equal({
      size: 2n * WAD,
      cost: 0n,
      realised: WAD - 1n,
    });
  });

  it('neither makes nor loses a wei: cash and cost move by the trade alone', () => {
    fc.assert(
      fc.property(size, cost, trade, price, fundingIndex, (held, basis, delta, at, index) => {
        const before = held === 0n ? { size: 0n, cost: 0n } : { size: held, cost: basis };
        const after = tradePosition(before, delta, at, index);
        const notional = (abs(delta) * at) / WAD;
        const own = (delta > 0n ? -notional : notional) + mulFloor(delta, index);
        expect(after.realised + after.cost - before.cost).to.equal(own);
        expect(after.size).to.equal(before.size + delta);
      }),
    );
  });

  it('never pays both sides of a trade more than nothing', () => {
    fc.assert(
      fc.property(size, cost, size, cost, trade, price, fundingIndex, (s1, c1, s2, c2, delta, at, index) => {
        const buyer = { size: s1, cost: s1 === 0n ? 0n : c1 };
        const seller = { size: s2, cost: s2 === 0n ? 0n : c2 };
        const [bought, sold] = [
          tradePosition(buyer, delta, at, index),
          tradePosition(seller, -delta, at, index),
        ];
        const made = bought.realised + bought.cost - buyer.cost + (sold.realised + sold.cost - seller.cost);
        return made <= 0n && made >= -1n;
      }),
    );
  });
});

describe('netCost', () => {
  it('rounds what is owed up', () => {
    expect(netCost(1n, 0n, 1n)).to.equal(-1n);
    expect(netCost(-1n, 0n, 1n)).to.equal(0n);
    expect(netCost(parseWad('2'), parseWad('10'), parseWad('3'))).to.equal(parseWad('4'));
  });
});
