import { expect } from 'chai';
import {
  assess,
  ETH,
  markOfLeg,
  PRESETS,
  UnknownTermError,
  UnknownUnderlyingError,
} from '../../src/risk/index.ts';
import type { Leg, Market } from '../../src/risk/index.ts';
import { WAD } from '../../src/units/index.ts';

const NOW = 1_800_000_000n;
const WEEK = NOW + 604_800n;
const PAST = NOW - 3_600n;
const SETTLED = NOW - 7_200n;
const svi = { a: WAD / 200n, b: WAD / 100n, rho: -WAD / 5n, m: 0n, sigma: WAD / 5n };
const market: Market = {
  timestamp: NOW,
  underlyings: new Map([
    [
      ETH,
      {
        index: 3_000n * WAD,
        premium: 2n * WAD,
        terms: new Map([[WEEK, { ...svi, basis: WAD / 20n, timestamp: NOW - 100n }]]),
        settlements: new Map([[SETTLED, 2_900n * WAD]]),
      },
    ],
  ]),
};

describe('markOfLeg', () => {
  const strike = 2_850n * WAD;
  const dated = [WEEK, PAST, SETTLED].flatMap<Leg>((expirySec) => [
    { kind: 'future', underlying: ETH, expirySec, size: WAD, cost: 0n },
    { kind: 'call', underlying: ETH, expirySec, strike, size: WAD },
    { kind: 'put', underlying: ETH, expirySec, strike, size: WAD },
  ]);
  const legs: Leg[] = [{ kind: 'perp', underlying: ETH, size: WAD, cost: 0n }, ...dated];

  it('is what a unit adds to equity, to the wei', () => {
    for (const leg of legs) {
      const { equity } = assess({ cash: 0n, legs: [leg], spot: [] }, market, PRESETS.portfolio);
      expect(markOfLeg(leg, market)).to.equal(equity);
    }
    const marks = dated.slice(3).map((leg) => Number(markOfLeg(leg, market) / WAD));
    expect(marks).to.deep.equal([3_000, 150, 0, 2_900, 50, 0]);
  });

  it('refuses what the market does not know', () => {
    const unknown = { kind: 'call', underlying: ETH, expirySec: WEEK + 3_600n, strike } as const;
    expect(() => markOfLeg(unknown, market)).to.throw(UnknownTermError);
    expect(() => markOfLeg({ kind: 'perp', underlying: 9 }, market)).to.throw(UnknownUnderlyingError);
  });
});
