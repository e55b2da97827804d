import { expect } from 'chai';
import { generateCrash, generateQuiet } from '../src/prices/generateCrash.ts';
import { createRandom } from '../src/random.ts';
import { pairOrders } from '../src/seed/pairOrders.ts';
import { planAccounts } from '../src/seed/planAccounts.ts';
import { assignStyles, STYLES } from '../src/seed/styles.ts';

const MARKETS = [
  { symbol: 'BTC', id: 1, assetId: 2, price: 100_000 },
  { symbol: 'ETH', id: 2, assetId: 1, price: 4_000 },
];

describe('random numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(7)).to.deep.equal(draw(7));
    expect(draw(7)).not.to.deep.equal(draw(8));
  });

  it('are even and normal enough', () => {
    const random = createRandom(1);
    const mean = (draw: () => number) =>
      Array.from({ length: 4_000 }, draw).reduce((a, b) => a + b, 0) / 4_000;
    expect(mean(() => random.next())).to.be.closeTo(0.5, 0.02);
    expect(mean(() => random.normal())).to.be.closeTo(0, 0.05);
    expect(mean(() => random.normal() ** 2)).to.be.closeTo(1, 0.08);
  });
});

describe('generated prices', () => {
  it('are the same for the same seed', () => {
    expect(generateCrash(3)).to.deep.equal(generateCrash(3));
    expect(generateCrash(3)).not.to.deep.equal(generateCrash(4));
  });

  it('fall by about a third, ETH further than BTC, and recover in part', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const rows = generateCrash(seed);
      const fall = (symbol: string): number => {
        const lows = rows.map(({ candles }) => Number(candles[symbol]?.low));
        return 1 - Math.min(...lows) / Number(rows[0]?.candles[symbol]?.open);
      };
      expect(fall('BTC')).to.be.within(0.22, 0.36);
      expect(fall('ETH')).to.be.within(0.3, 0.45);
      const last = rows.at(-1);
      for (const symbol of ['BTC', 'ETH']) {
        const low = Math.min(...rows.map(({ candles }) => Number(candles[symbol]?.low)));
        expect(Number(last?.candles[symbol]?.close)).to.be.greaterThan(low * 1.03);
      }
    }
  });

  it('are candles: within their own high and low, one after the other', () => {
    let time = 0;
    for (const { openTimeMs, candles } of generateCrash(1)) {
      expect(openTimeMs).to.be.greaterThan(time);
      time = openTimeMs;
      for (const { open, high, low, close } of Object.values(candles)) {
        expect(low <= open && low <= close && high >= open && high >= close && low > 0n).to.equal(true);
      }
    }
  });

  it('go on quietly from where they were', () => {
    const rows = generateCrash(1);
    const last = rows.at(-1);
    if (last === undefined) throw new Error('no prices');
    const next = generateQuiet(1, last).next().value;
    expect(next.openTimeMs).to.equal(last.openTimeMs + 900_000);
    const [before, after] = [Number(last.candles['ETH']?.close), Number(next.candles['ETH']?.close)];
    expect(after / before).to.be.within(0.98, 1.02);
  });
});

describe('planned accounts', () => {
  it('have all styles, and at least two makers', () => {
    const styles = assignStyles(120);
    expect(styles).to.have.lengthOf(120);
    for (const { style } of STYLES) expect(styles).to.include(style);
    expect(assignStyles(4).filter((style) => style === 'maker')).to.have.lengthOf(2);
  });

  it('are the same for the same seed, and their perps net to zero', () => {
    const plans = planAccounts(60, MARKETS, 1);
    expect(plans).to.deep.equal(planAccounts(60, MARKETS, 1));
    for (const { symbol } of MARKETS) {
      expect(plans.reduce((sum, { perps }) => sum + (perps[symbol] ?? 0n), 0n)).to.equal(0n);
    }
  });

  it('do with one market, and with one that is no collateral', () => {
    for (const markets of [MARKETS.slice(0, 1), [{ symbol: 'SOL', id: 3, price: 200 }]]) {
      expect(planAccounts(30, markets, 1)).to.have.lengthOf(30);
    }
  });
});

describe('pairing of orders', () => {
  it('fills every order', () => {
    const pairs = pairOrders([
      { account: 0, size: 5n },
      { account: 1, size: -3n },
      { account: 2, size: 0n },
      { account: 3, size: -4n },
      { account: 4, size: 2n },
    ]);
    expect(pairs).to.deep.equal([
      { buyer: 0, seller: 1, size: 3n },
      { buyer: 0, seller: 3, size: 2n },
      { buyer: 4, seller: 3, size: 2n },
    ]);
  });

  it('refuses orders that do not net to zero', () => {
    expect(() => pairOrders([{ account: 0, size: 1n }])).to.throw('net to zero');
  });
});
