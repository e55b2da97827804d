import { expect } from 'chai';
import fc from 'fast-check';
import {
  accrueCash,
  calculateRates,
  TimeBeforeUpdateError,
  toCash,
  toPrincipal,
} from '../../src/risk/index.ts';
import type { CashIndex } from '../../src/risk/index.ts';
import { parseWad, WAD } from '../../src/units/index.ts';

const YEAR = 31_536_000n;
const fresh: CashIndex = {
  supplyIndex: WAD,
  borrowIndex: WAD,
  supplyRate: 0n,
  borrowRate: 0n,
  updatedAt: 0n,
};
const model = {
  base: 0n,
  slopeLow: parseWad('0.04'),
  slopeHigh: parseWad('0.75'),
  kink: parseWad('0.8'),
  reserve: parseWad('0.1'),
};

const wad = fc.bigInt({ min: WAD, max: 10n * WAD });
const rate = fc.bigInt({ min: 0n, max: 200_000_000n });
const index = fc
  .record({ supplyIndex: wad, borrowIndex: wad, supplyRate: rate, borrowRate: rate })
  .map((fields): CashIndex => ({ ...fields, updatedAt: 0n }));
const cash = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

describe('accrueCash', () => {
  it('adds simple interest, down for lenders, up for borrowers', () => {
    const year = accrueCash({ ...fresh, supplyRate: 3_000_000n, borrowRate: 5_000_000n }, YEAR);
    expect([year.supplyIndex, year.borrowIndex]).to.deep.equal([parseWad('1.03'), parseWad('1.05')]);
    // 1e18 * 0.03 / 31536000 = 951293759.51...
    const second = accrueCash({ ...fresh, supplyRate: 3_000_000n, borrowRate: 3_000_000n }, 1n);
    expect([second.supplyIndex - WAD, second.borrowIndex - WAD]).to.deep.equal([951293759n, 951293760n]);
  });

  it('does nothing at once or without rates, and refuses to run backward', () => {
    const busy = { ...fresh, supplyRate: 7n, borrowRate: 9n };
    expect(accrueCash(busy, 0n)).to.deep.equal(busy);
    expect(accrueCash(fresh, 5n)).to.deep.equal({ ...fresh, updatedAt: 5n });
    expect(() => accrueCash({ ...busy, updatedAt: 2n }, 1n)).to.throw(TimeBeforeUpdateError);
  });

  it('compounds in many steps by no less, and by no more than the square of the interest', () => {
    fc.assert(
      fc.property(
        index,
        fc.bigInt({ min: 0n, max: 86_400n }),
        fc.bigInt({ min: 0n, max: 86_400n }),
        (start, a, b) => {
          const once = accrueCash(start, a + b);
          const twice = accrueCash(accrueCash(start, a), a + b);
          const extra = (rateSec: bigint, level: bigint): bigint =>
            (level * rateSec * a * rateSec * b) / (YEAR * 10n ** 8n) ** 2n + 3n;
          return (
            twice.borrowIndex >= once.borrowIndex &&
            twice.borrowIndex - once.borrowIndex <= extra(start.borrowRate, start.borrowIndex) &&
            twice.supplyIndex >= once.supplyIndex - 1n &&
            twice.supplyIndex - once.supplyIndex <= extra(start.supplyRate, start.supplyIndex)
          );
        },
      ),
    );
  });

  it('stops at a million-fold', () => {
    const top = 2n ** 80n - 1n;
    expect(accrueCash({ ...fresh, borrowIndex: top, borrowRate: 1n }, YEAR).borrowIndex).to.equal(top);
  });
});

describe('cash principal', () => {
  it('rounds against its owner both ways', () => {
    const at = { ...fresh, supplyIndex: parseWad('1.1'), borrowIndex: parseWad('1.3') };
    expect(toPrincipal(at, 10n)).to.equal(9n);
    expect(toPrincipal(at, -10n)).to.equal(-8n);
    expect(toCash(at, 9n)).to.equal(9n);
    expect(toCash(at, -8n)).to.equal(-11n);
  });

  it('never gives anything for writing and reading, and takes two units at most', () => {
    fc.assert(
      fc.property(index, cash, (at, amount) => {
        const back = toCash(at, toPrincipal(at, amount));
        return back <= amount && amount - back <= 11n;
      }),
    );
  });
});

describe('calculateRates', () => {
  const totals = (supplyPrincipal: bigint, borrowPrincipal: bigint) => ({ supplyPrincipal, borrowPrincipal });

  it('is zero without borrowers', () => {
    const rated = calculateRates({ ...fresh, supplyRate: 1n, borrowRate: 1n }, totals(WAD, 0n), model);
    expect([rated.supplyRate, rated.borrowRate]).to.deep.equal([0n, 0n]);
  });

  it('has its kink, and stops at full utilisation', () => {
    const rates = (borrowed: string): bigint[] => {
      const { borrowRate, supplyRate } = calculateRates(fresh, totals(100n * WAD, parseWad(borrowed)), model);
      return [borrowRate, supplyRate];
    };
    // in 1e-8: 4% at the kink; halfway to it 2%; lenders get utilisation * 0.9 of that
    expect(rates('40')).to.deep.equal([2_000_000n, 720_000n]);
    expect(rates('80')).to.deep.equal([4_000_000n, 2_880_000n]);
    expect(rates('90')).to.deep.equal([41_500_000n, 33_615_000n]);
    expect(rates('100')).to.deep.equal([79_000_000n, 71_100_000n]);
    expect(rates('150')).to.deep.equal([79_000_000n, 71_100_000n]);
  });
});
