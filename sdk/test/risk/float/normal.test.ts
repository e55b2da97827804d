import { expect } from 'chai';
import fc from 'fast-check';
import { black76CallFloat, black76PutFloat, normalCdf } from '../../../src/risk/float/index.ts';

/** Computed with 40 digits, rounded to doubles. */
const CDF: readonly (readonly [number, number])[] = [
  [-37, 5.725571222524577e-300],
  [-30, 4.906713927148187e-198],
  [-20.3, 6.429244467698346e-92],
  [-10, 7.619853024160525e-24],
  [-8.123, 2.2739966001665746e-16],
  [-5.7, 5.990371401063528e-9],
  [-5.6, 1.071759025831093e-8],
  [-3, 0.0013498980316300946],
  [-1.5, 0.06680720126885807],
  [-0.7, 0.24196365222307303],
  [-0.66, 0.25462691467133614],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.3, 0.6179114221889527],
  [1.7, 0.955434537241457],
  [6, 0.9999999990134123],
];

describe('normalCdf', () => {
  it('is right to 1e-14, far into the tail', () => {
    for (const [x, expected] of CDF) {
      expect(Math.abs(normalCdf(x) / expected - 1), String(x)).to.be.below(1e-14);
    }
  });

  it('is symmetric, monotone and ends at 0 and 1', () => {
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), (x) => {
        expect(normalCdf(x) + normalCdf(-x)).to.be.closeTo(1, 3e-16);
        expect(normalCdf(x + 1e-3)).to.be.at.least(normalCdf(x));
      }),
    );
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(NaN)]).to.deep.equal([0, 1, NaN]);
  });
});

describe('Black-76', () => {
  it('agrees with values of 40 digits', () => {
    expect(black76CallFloat(3000, 3000, 0.2)).to.be.closeTo(238.96702366217391, 1e-11);
    expect(black76CallFloat(3000, 4000, 0.15)).to.be.closeTo(5.470621795159493, 1e-11);
    expect(black76CallFloat(100, 90, 0.5)).to.be.closeTo(24.16000295519605, 1e-12);
    expect(black76CallFloat(70_000, 150_000, 0.3)).to.be.closeTo(53.802957566257646, 1e-9);
  });

  it('is the intrinsic value without variance', () => {
    expect([black76CallFloat(100, 90, 0), black76CallFloat(90, 100, 0)]).to.deep.equal([10, 0]);
    expect([black76PutFloat(100, 90, 0), black76PutFloat(90, 100, 0)]).to.deep.equal([0, 10]);
  });

  it('keeps parity and its bounds, and grows with variance', () => {
    const price = fc.double({ min: 1, max: 1e6, noNaN: true });
    const s = fc.double({ min: 0, max: 24, noNaN: true });
    fc.assert(
      fc.property(price, price, s, s, (forward, strike, one, other) => {
        const call = black76CallFloat(forward, strike, one);
        const slack = 1e-13 * (forward + strike);
        expect(call - black76PutFloat(forward, strike, one)).to.be.closeTo(forward - strike, slack);
        expect(call)
          .to.be.at.least(Math.max(0, forward - strike))
          .and.at.most(forward);
        const more = black76CallFloat(forward, strike, Math.max(one, other));
        expect(more).to.be.at.least(call - slack);
      }),
    );
  });
});
