import { expect } from 'chai';
import { NO_ALLOWANCES } from '../../src/bands/allowances.ts';
import type { Band } from '../../src/bands/band.ts';
import { EdgeIndex } from '../../src/bands/edgeIndex.ts';
import { PRICED } from '../../src/bands/marketView.ts';
import type { MarketView } from '../../src/bands/marketView.ts';
import { NONE } from '../../src/mirror/universe.ts';

function viewAt(...prices: number[]): MarketView {
  const [price, zero] = [Float64Array.from(prices), new Float64Array(prices.length)];
  return {
    nowSec: 0,
    supplyIndex: 1,
    borrowIndex: 1,
    status: new Uint8Array(prices.length).fill(PRICED),
    price,
    low: price,
    high: price,
    premiumLow: zero,
    premiumHigh: zero,
    funding: zero,
    terms: [],
  };
}

/** From 90% to 110% of each price; with a band for parallel moves of 30% either way, prices 5% off it. */
function bandAround(prices: readonly number[], hasTube = false): Band {
  return {
    count: prices.length,
    places: Int32Array.from(prices.keys()),
    low: Float64Array.from(prices, (price) => 0.9 * price),
    high: Float64Array.from(prices, (price) => 1.1 * price),
    hasTube,
    tubeSlack: 0.05,
    tubeDown: 0.3,
    tubeUp: 0.3,
    allowances: { ...NO_ALLOWANCES, untilSec: Infinity, premium: 1, funding: 1, interest: 1, widen: 1 },
    volLevel: NONE,
  };
}

function open() {
  const index = new EdgeIndex();
  const move = (...prices: number[]): number[] => {
    const left: number[] = [];
    index.advance(viewAt(...prices), (place) => left.push(place));
    return left;
  };
  move(100, 10);
  const put = (place: number, prices: number[], hasTube = false): void =>
    index.register(place, bandAround(prices, hasTube), viewAt(...prices));
  return { index, move, put };
}

describe('the index of edges', () => {
  it('hands over an account once, when the first of its edges is crossed', () => {
    const { move, put } = open();
    put(7, [100, 10]);
    put(8, [100]);
    expect(move(95, 10.5)).to.deep.equal([]);
    expect(move(95, 11.5)).to.deep.equal([7]);
    expect(move(80, 12)).to.deep.equal([8]);
    expect(move(10, 1)).to.deep.equal([]);
  });

  it('does not count edges of a band that is gone, and counts those of a newer one', () => {
    const { index, move, put } = open();
    put(7, [100, 10]);
    index.remove(7);
    expect(move(50, 20)).to.deep.equal([]);
    put(7, [50, 20]);
    expect(move(52, 21)).to.deep.equal([]);
    expect(move(100, 21)).to.deep.equal([7]);
  });

  it('follows a parallel move beyond the box, and notices a price that goes its own way', () => {
    const { move, put } = open();
    put(7, [100, 10], true);
    put(8, [100, 10], true);
    expect(move(80, 8)).to.deep.equal([]);
    expect(move(100, 10)).to.deep.equal([]);
    // outside the box again, and 10% apart
    expect(move(84, 7.6)).to.deep.equal([7, 8]);
    put(7, [84, 7.6], true);
    expect(move(60, 5.4)).to.deep.equal([7]);
  });
});
