import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { black76Call, black76CallAndDelta, MAX_S } from '../../src/risk/index.ts';
import { lnWad, WAD } from '../../src/units/index.ts';

type Column =
  'forwards' | 'strikes' | 'lnMoneyness' | 'deviations' | 'exactValues' | 'exactNd1s' | 'values' | 'nd1s';

const file = JSON.parse(
  readFileSync(new URL('../../../test/vectors/black76.json', import.meta.url), 'utf8'),
) as Readonly<Record<Column, readonly string[]>> & { readonly count: string };
const column = (name: Column): bigint[] => file[name].map(BigInt);
const [forwards, strikes, lnMoneyness, deviations] = [
  column('forwards'),
  column('strikes'),
  column('lnMoneyness'),
  column('deviations'),
];
const results = forwards.map((forward, i) =>
  black76CallAndDelta(forward, strikes[i]!, lnMoneyness[i]!, deviations[i]!),
);

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
/** As a share of the forward, and of 1. */
const TOLERANCE = 10n ** 9n;
/** Below it, L is too coarse for a delta of nine digits. */
const SMALLEST_GRADED = 10n ** 12n;

const price = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n });
const near = fc.bigInt({ min: 1000n * WAD, max: 9000n * WAD });
const deviation = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n * WAD }),
  fc.bigInt({ min: 0n, max: MAX_S }),
  fc.bigInt({ min: 0n, max: 10_000n }),
);
const moneynessOf = (forward: bigint, strike: bigint): bigint => lnWad(forward) - lnWad(strike);

describe('black76', () => {
  it('equals the contract to the wei', () => {
    expect(results).to.have.lengthOf(Number(file.count));
    expect(results.map(({ value }) => String(value))).to.deep.equal(file.values);
    expect(results.map(({ nd1 }) => String(nd1))).to.deep.equal(file.nd1s);
  });

  it('is within 1e-9 of the formula', () => {
    const [exactValues, exactNd1s] = [column('exactValues'), column('exactNd1s')];
    results.forEach(({ value, nd1 }, i) => {
      const allowed = (forwards[i]! * TOLERANCE) / WAD + 1n;
      expect(distance(value, exactValues[i]!) <= allowed, `value of vector ${i}`).to.equal(true);
      if (deviations[i] !== 0n && deviations[i]! < SMALLEST_GRADED) return;
      expect(distance(nd1, exactNd1s[i]!) <= TOLERANCE, `nd1 of vector ${i}`).to.equal(true);
    });
  });

  it('stays between its bounds', () => {
    fc.assert(
      fc.property(fc.oneof(price, near), fc.oneof(price, near), deviation, (forward, strike, s) => {
        const { value, nd1 } = black76CallAndDelta(forward, strike, moneynessOf(forward, strike), s);
        const intrinsic = forward > strike ? forward - strike : 0n;
        return intrinsic <= value && value <= forward && 0n <= nd1 && nd1 <= WAD;
      }),
      { numRuns: 2000 },
    );
  });

  it('is the intrinsic value without volatility', () => {
    fc.assert(
      fc.property(price, price, (forward, strike) => {
        const { value, nd1 } = black76CallAndDelta(forward, strike, moneynessOf(forward, strike), 0n);
        return forward > strike
          ? value === forward - strike && nd1 === WAD
          : value === 0n && nd1 === (forward === strike ? WAD / 2n : 0n);
      }),
    );
  });

  it('does not fall as volatility grows, but for rounding', () => {
    fc.assert(
      fc.property(near, near, deviation, deviation, (forward, strike, a, b) => {
        const lnRatio = moneynessOf(forward, strike);
        const [low, high] = a < b ? [a, b] : [b, a];
        const noise = (forward * TOLERANCE) / WAD;
        return (
          black76Call(forward, strike, lnRatio, low) <= black76Call(forward, strike, lnRatio, high) + noise
        );
      }),
    );
  });
});
