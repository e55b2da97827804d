import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  divFloorRaw,
  divUp,
  ExpOverflowError,
  expWad,
  formatWad,
  InvalidDecimalError,
  LnUndefinedError,
  lnWad,
  mulCeil,
  mulDivFloor,
  mulDown,
  mulFloor,
  mulUp,
  parseWad,
  TooPreciseError,
  WAD,
} from '../../src/units/index.ts';

const int = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n });
const positive = fc.bigInt({ min: 1n, max: 2n ** 127n });

describe('wad strings', () => {
  const cases: readonly [string, bigint, string][] = [
    ['0', 0n, '0'],
    ['-0', 0n, '0'],
    ['-0.000', 0n, '0'],
    ['+1.50', 15n * 10n ** 17n, '1.5'],
    ['-3', -3n * WAD, '-3'],
    ['007.010', 701n * 10n ** 16n, '7.01'],
    ['0.000000000000000001', 1n, '0.000000000000000001'],
    ['-0.000000000000000001', -1n, '-0.000000000000000001'],
    ['1.0000000000000000000000', WAD, '1'],
    [
      '123456789012345678901234567890.000000000000000001',
      123456789012345678901234567890000000000000000001n,
      '',
    ],
  ];
  for (const [text, value, formatted] of cases) {
    it(`"${text}"`, () => {
      expect(parseWad(text)).to.equal(value);
      expect(formatWad(value)).to.equal(formatted === '' ? text : formatted);
    });
  }

  it('refuses what is no decimal number, and names it', () => {
    for (const text of [
      '',
      ' ',
      '1e18',
      '1,000',
      '.5',
      '5.',
      '0x10',
      '--1',
      '1 ',
      'NaN',
      'Infinity',
      '1.2.3',
      '١',
    ]) {
      expect(() => parseWad(text), text)
        .to.throw(InvalidDecimalError, `"${text}"`)
        .with.property('text', text);
    }
  });

  it('refuses what a wad cannot hold exactly', () => {
    expect(() => parseWad('0.0000000000000000001')).to.throw(TooPreciseError, '"0.0000000000000000001"');
    expect(() => parseWad('1.0000001', 6)).to.throw(TooPreciseError, '6 digits');
    expect(parseWad('1.000001', 6)).to.equal(1_000_001n);
    expect(formatWad(-1_000_001n, 6)).to.equal('-1.000001');
    expect(parseWad('12', 0)).to.equal(12n);
    expect(formatWad(12n, 0)).to.equal('12');
  });

  it('are exact both ways', () => {
    fc.assert(fc.property(int, (value) => parseWad(formatWad(value)) === value));
  });
});

describe('wad arithmetic', () => {
  it('rounds as its names say', () => {
    expect([mulFloor(-1n, 1n), mulCeil(-1n, 1n), mulFloor(1n, 1n), mulCeil(1n, 1n)]).to.deep.equal([
      -1n,
      0n,
      0n,
      1n,
    ]);
    expect([mulDown(3n, WAD / 2n), mulUp(3n, WAD / 2n)]).to.deep.equal([1n, 2n]);
    expect([divFloorRaw(-7n, 2n), divFloorRaw(7n, 2n), divFloorRaw(-8n, 2n)]).to.deep.equal([-4n, 3n, -4n]);
    expect(divUp(1n, 3n * WAD)).to.equal(1n);
  });

  it('floor <= exact <= ceil, less than one apart', () => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        const [floor, ceil] = [mulFloor(a, b), mulCeil(a, b)];
        return floor * WAD <= a * b && a * b <= ceil * WAD && ceil - floor <= 1n && floor === -mulCeil(-a, b);
      }),
    );
    fc.assert(
      fc.property(int, int, positive, (a, b, d) => {
        const floor = mulDivFloor(a, b, d);
        return floor * d <= a * b && a * b < (floor + 1n) * d;
      }),
    );
  });
});

const solady = JSON.parse(
  readFileSync(new URL('../../../test/vectors/exp-ln.json', import.meta.url), 'utf8'),
) as Readonly<Record<'expArguments' | 'expResults' | 'lnArguments' | 'lnResults', readonly string[]>>;

describe('expWad', () => {
  it('equals what Solady returned in the EVM', () => {
    expect(solady.expArguments.map((x) => String(expWad(BigInt(x))))).to.deep.equal(solady.expResults);
  });

  it('is close to the true value', () => {
    // computed with 120 digits, floored
    expectClose(expWad(WAD), 2718281828459045235n);
    expectClose(expWad(-WAD), 367879441171442321n);
    expectClose(expWad(-WAD / 3600n), 999722260798897139n);
    expectClose(expWad(-10n * WAD), 45399929762484n);
    expectClose(expWad(20n * WAD), 485165195409790277969106830n);
    expectClose(
      expWad(135n * WAD),
      42633899483147210448936866880765989356468745853255281087440011736227864297277n,
    );
  });

  it('is zero from its lower limit down, and refuses from its upper limit up', () => {
    expect(expWad(-41446531673892822313n)).to.equal(0n);
    expect(expWad(-(2n ** 255n))).to.equal(0n);
    expect(expWad(135305999368893231588n) < 2n ** 255n).to.equal(true);
    expect(() => expWad(135305999368893231589n))
      .to.throw(ExpOverflowError)
      .with.property('x', 135305999368893231589n);
  });

  it('never falls as its argument grows', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -42n * WAD, max: 135n * WAD }),
        fc.bigInt({ min: 0n, max: WAD / 10n }),
        (x, step) => expWad(x) <= expWad(x + step),
      ),
    );
  });
});

describe('lnWad', () => {
  it('equals what Solady returned in the EVM', () => {
    expect(solady.lnArguments.map((x) => String(lnWad(BigInt(x))))).to.deep.equal(solady.lnResults);
  });

  it('refuses what is not positive', () => {
    expect(() => lnWad(0n)).to.throw(LnUndefinedError);
    expect(() => lnWad(-1n))
      .to.throw(LnUndefinedError)
      .with.property('x', -1n);
  });

  it('undoes expWad', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 60n * WAD }), (x) => {
        const back = lnWad(expWad(x));
        return back - x <= 2n && x - back <= 2n;
      }),
    );
  });
});

/** Within twenty parts in 1e18 and a wei: the approximation's own error is relative. */
function expectClose(value: bigint, exact: bigint): void {
  const off = value > exact ? value - exact : exact - value;
  expect((off - 1n) * WAD <= exact * 20n, `${value} against ${exact}`).to.equal(true);
}
