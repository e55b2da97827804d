import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyTrade,
  assess,
  greeks,
  liquidationMoves,
  liquidationPrices,
  marginAfterTrade,
  maxTradeSize,
  moveAll,
  parseWad,
  PRESETS,
  shockBracket,
  stressTable,
  withVol,
} from '../../src/index.ts';
import type { Leg, Market, Portfolio } from '../../src/index.ts';

const ETH = 2;
const NOW = 1_770_267_600n;
const EXPIRY = 1_772_784_000n;
const wad = parseWad;
const svi = { a: wad('0.012'), b: wad('0.05'), rho: wad('-0.2'), m: 0n, sigma: wad('0.1') };
const market: Market = {
  timestamp: NOW,
  underlyings: new Map([
    [ETH, { index: wad('3000'), premium: 0n, terms: new Map([[EXPIRY, { forward: wad('3010'), ...svi }]]) }],
  ]),
};
const option = (kind: 'call' | 'put', strike: string, size: string): Leg => ({
  kind,
  underlying: ETH,
  expirySec: EXPIRY,
  strike: wad(strike),
  size: wad(size),
});
const holding = (cash: string, ...legs: Leg[]): Portfolio => ({ cash: wad(cash), legs, spot: [] });
const rules = PRESETS.portfolio;
const equityOf = (portfolio: Portfolio, at: Market): number =>
  Number(assess(portfolio, at, rules).equity) / 1e18;

describe('what-if of options', () => {
  it('finds both ends of a short strangle, and a parallel move that agrees', () => {
    const strangle = holding('900', option('call', '3300', '-1'), option('put', '2700', '-1'));
    const { liquidatable, lower, upper } = liquidationPrices(strangle, market, rules, ETH);
    expect(liquidatable).to.equal(false);
    if (lower === undefined || upper === undefined) throw new Error('a strangle has two ends');
    for (const [edge, inside] of [
      [lower, lower + 1n],
      [upper, upper - 1n],
    ] as const) {
      const at = (index: bigint): boolean => {
        const move = (index * 10n ** 18n) / wad('3000') - 10n ** 18n;
        const margin = assess(strangle, moveAll(market, [ETH], move), rules);
        return margin.equity < margin.maintenanceMargin;
      };
      expect(Math.abs(Number(edge - inside))).to.equal(1);
      expect(at(edge + (edge > wad('3000') ? 10n ** 12n : -(10n ** 12n)))).to.equal(true);
    }
    const moves = liquidationMoves(strangle, market, rules);
    expect(Number(moves.lower) / 1e18).to.be.closeTo(Number(lower) / 3e21 - 1, 1e-12);
    expect(Number(moves.upper) / 1e18).to.be.closeTo(Number(upper) / 3e21 - 1, 1e-12);
  });

  it('moves prices and volatility apart from each other', () => {
    const long = holding('0', option('call', '3000', '1'));
    const rows = stressTable(long, market, rules, [wad('-0.1'), 0n, wad('0.1')], { vols: [0n, wad('0.5')] });
    expect(rows.map(({ shock, vol }) => [Number(shock) / 1e18, Number(vol) / 1e18])).to.deep.equal([
      [-0.1, 0],
      [0, 0],
      [0.1, 0],
      [-0.1, 0.5],
      [0, 0.5],
      [0.1, 0.5],
    ]);
    const equities = rows.map(({ equity }) => equity);
    for (let i = 0; i < 3; ++i) expect(equities[i + 3]).to.satisfy((e: bigint) => e > (equities[i] ?? 0n));
    expect(rows[1]?.equity).to.equal(assess(long, market, rules).equity);
  });

  it('has Greeks that finite differences of the twin confirm', () => {
    const book = holding('0', option('call', '3100', '3'), option('put', '2800', '-2'), {
      kind: 'future',
      underlying: ETH,
      expirySec: EXPIRY,
      size: wad('-1'),
      cost: 0n,
    });
    const sums = greeks(book, market, rules).underlyings.get(ETH);
    if (sums === undefined) throw new Error('no Greeks');
    // sticky by strike: a smile that is flat does not turn with the index
    const flat = { ...market, underlyings: new Map([[ETH, flatten(market)]]) };
    const exact = greeks(book, flat, rules).underlyings.get(ETH);
    if (exact === undefined) throw new Error('no Greeks');
    const bump = wad('0.0001');
    const up = equityOf(book, moveAll(flat, [ETH], bump));
    const down = equityOf(book, moveAll(flat, [ETH], -bump));
    const still = equityOf(book, flat);
    expect((up - down) / 0.6).to.be.closeTo(exact.delta, 1e-4);
    expect((up - 2 * still + down) / 0.09).to.be.closeTo(exact.gamma, 1e-5);
    const vol = Math.sqrt(0.016 / (Number(EXPIRY - NOW) / 31_536_000));
    const more = equityOf(book, withVol(flat, wad('0.0001')));
    expect((more - still) / (vol * 0.0001) / 100).to.be.closeTo(exact.vega, 1e-3);
    expect(Math.sign(exact.theta)).to.equal(-Math.sign(exact.gamma));
    expect(sums.delta).to.be.closeTo(exact.delta, 0.5);
  });

  it('adds Greeks up over holdings and underlyings, and in USD over all', () => {
    const BTC = 1;
    const both: Market = {
      ...market,
      underlyings: new Map(market.underlyings).set(BTC, { index: wad('60000'), premium: 0n }),
    };
    const book: Portfolio = {
      cash: 0n,
      spot: [{ underlying: ETH, amount: wad('2') }],
      legs: [
        option('call', '3100', '3'),
        option('put', '2800', '-2'),
        { kind: 'perp', underlying: BTC, size: wad('-0.5'), cost: 0n },
      ],
    };
    const { spot, legs, underlyings, total } = greeks(book, both, rules);
    expect(spot).to.deep.equal([{ delta: 2, gamma: 0, vega: 0, theta: 0 }]);
    const eth = underlyings.get(ETH);
    if (eth === undefined) throw new Error('no Greeks');
    for (const name of ['delta', 'gamma', 'vega', 'theta'] as const) {
      const sum = [...spot, ...legs.slice(0, 2)].reduce((all, one) => all + one[name], 0);
      expect(eth[name]).to.be.closeTo(sum, 1e-9);
    }
    expect(total.delta).to.be.closeTo(eth.delta * 3_000 - 30_000, 1e-6);
    expect([total.vega, total.theta]).to.deep.equal([eth.vega, eth.theta]);
    // per USD of the index to USD of the index, for a hundredth of it
    expect(total.gamma).to.be.closeTo(eth.gamma * 3_000 * 30, 1e-6);
  });

  it('brackets any price by two neighbouring shocks', () => {
    const index = fc.bigInt({ min: 1n, max: 10n ** 24n });
    const share = fc.bigInt({ min: 1n, max: 20n * 10n ** 18n });
    fc.assert(
      fc.property(index, share, (from, part) => {
        const price = (from * part) / 10n ** 18n;
        fc.pre(price > 0n);
        const { before, beyond } = shockBracket(from, price);
        const at = (shock: bigint): bigint => (from * (10n ** 18n + shock)) / 10n ** 18n;
        const step = from / 10n ** 18n + 1n;
        if (price > from) {
          expect([beyond - before, at(beyond) >= price, at(before) < price]).to.deep.equal([1n, true, true]);
          expect(at(beyond) - price < step).to.equal(true);
        } else {
          expect([before - beyond, at(beyond) <= price, at(before) > price]).to.deep.equal([1n, true, true]);
          expect(price - at(beyond) < step).to.equal(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('trades options for cash and closes them again', () => {
    const start = holding('10000');
    const contract = { kind: 'put', expirySec: EXPIRY, strike: wad('2900') } as const;
    const trade = { underlying: ETH, contract, size: wad('-4'), price: wad('50') };
    const { portfolio, after, allowed } = marginAfterTrade(start, market, rules, trade);
    expect(portfolio.cash).to.equal(wad('10200'));
    expect(portfolio.legs).to.have.length(1);
    expect(after.shortOption).to.satisfy((charge: bigint) => charge > 0n);
    expect(allowed).to.equal(true);
    expect(applyTrade(portfolio, { ...trade, size: wad('4') })).to.deep.equal(start);
  });

  it('has no Greeks of what is settled, and half a delta at the money without time', () => {
    const at = (settlements: Map<bigint, bigint>): Market => ({
      timestamp: EXPIRY,
      underlyings: new Map([[ETH, { index: wad('3000'), premium: 0n, settlements }]]),
    });
    const book = holding('0', option('call', '3000', '2'), option('put', '3100', '1'), {
      kind: 'future',
      underlying: ETH,
      expirySec: EXPIRY,
      size: wad('3'),
      cost: 0n,
    });
    const deltasAt = (prices: Market): number[] => greeks(book, prices, rules).legs.map(({ delta }) => delta);
    expect(deltasAt(at(new Map()))).to.deep.equal([1, -1, 3]);
    expect(assess(book, at(new Map()), rules).underlyings[0]?.netDelta).to.equal(wad('3'));
    expect(deltasAt(at(new Map([[EXPIRY, wad('3050')]])))).to.deep.equal([0, 0, 0]);
  });

  it('finds the largest trade of an option or a future: one wei more is refused', () => {
    const start = holding('3000', option('call', '3200', '-2'));
    const call = { kind: 'call', expirySec: EXPIRY, strike: wad('3200') } as const;
    const put = { kind: 'put', expirySec: EXPIRY, strike: wad('2800') } as const;
    const future = { kind: 'future', expirySec: EXPIRY } as const;
    const trades = [
      { contract: call, price: wad('70') },
      { contract: put, price: wad('65') },
      { contract: future, price: wad('3010') },
    ];
    for (const { contract, price } of trades) {
      for (const side of ['buy', 'sell'] as const) {
        const limits = { underlying: ETH, contract, side, price };
        const largest = maxTradeSize(start, market, rules, limits);
        const allowed = (size: bigint): boolean => {
          const trade = { underlying: ETH, contract, price, size: side === 'buy' ? size : -size };
          return marginAfterTrade(start, market, rules, trade).allowed;
        };
        const label = `${side} ${contract.kind}`;
        expect(largest > 10n ** 17n && largest < wad('1000'), label).to.equal(true);
        expect([allowed(largest), allowed(largest + 1n)], label).to.deep.equal([true, false]);
      }
    }
  });

  it('lets an account at risk buy back what it is short of, and no more than margin allows', () => {
    const poor = holding('1000', option('call', '3200', '-2'));
    const { state } = assess(poor, market, rules);
    expect(state).to.equal('atRisk');
    const call = { kind: 'call', expirySec: EXPIRY, strike: wad('3200') } as const;
    const limits = { underlying: ETH, contract: call, price: wad('70') };
    expect(maxTradeSize(poor, market, rules, { ...limits, side: 'sell' })).to.equal(0n);
    expect(maxTradeSize(poor, market, rules, { ...limits, side: 'buy' }) > wad('2')).to.equal(true);
  });

  it('stops at what a position can hold of an option', () => {
    const contract = { kind: 'call', expirySec: EXPIRY, strike: wad('3200') } as const;
    const limits = { underlying: ETH, contract, side: 'sell', price: wad('9000') } as const;
    const long = holding('0', option('call', '3200', '2'));
    expect(maxTradeSize(long, market, rules, limits)).to.equal((1n << 95n) - 1n + wad('2'));
  });
});

function flatten({ underlyings }: Market) {
  const prices = underlyings.get(ETH);
  if (prices === undefined) throw new Error('no prices');
  const term = { forward: wad('3010'), a: wad('0.016'), b: 0n, rho: 0n, m: 0n, sigma: wad('0.1') };
  return { ...prices, terms: new Map([[EXPIRY, term]]) };
}
