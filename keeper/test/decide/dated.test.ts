import { expect } from 'chai';
import { assess, BTC, encodeInstrumentId, ETH, markOfLeg, overshoots, PRESETS, WAD } from '@novate/sdk';
import type { FutureInstrument, Instrument, OptionInstrument } from '@novate/sdk';
import { grossValue, sliceBasket, toSelection, withBasket, withoutBasket } from '../../src/decide/basket.ts';
import { createCapacity } from '../../src/decide/capacity.ts';
import { cashAt, decide } from '../../src/decide/decide.ts';
import { findExpired } from '../../src/decide/expired.ts';
import { holdingsOf, marketFor, plainMarket, settledHoldings } from '../../src/decide/holdings.ts';
import type { Holdings } from '../../src/decide/holdings.ts';
import {
  account,
  board,
  bookOf,
  inDays,
  inputsOf,
  ledgerOf,
  market,
  references,
  surface,
  usd,
} from '../helpers/world.ts';

const MONTH = inDays(30);
const PAST = inDays(-1);
const SETTLED = inDays(-2);
const call = (strike: number, expirySec = MONTH, underlying = ETH): OptionInstrument => ({
  kind: 'call',
  underlying,
  expirySec,
  strike: usd(strike),
});
const put = (strike: number, expirySec = MONTH): OptionInstrument => ({
  ...call(strike, expirySec),
  kind: 'put',
});
const future = (expirySec = MONTH): FutureInstrument => ({ kind: 'future', underlying: ETH, expirySec });

const eth = (price: number, more: Parameters<typeof market>[1] = {}) =>
  market(price, {
    terms: new Map([
      [MONTH, surface(0.6, MONTH)],
      [PAST, null],
      [SETTLED, null],
    ]),
    settlements: new Map([[SETTLED, usd(2_800)]]),
    ...more,
  });
const prices = board({ [ETH]: eth(3_000), [BTC]: market(90_000) });
const cash = cashAt(ledgerOf({}).cash, prices.timestamp);
const holdings = (sketch: Parameters<typeof account>[0], at = prices): Holdings => {
  const held = holdingsOf(account(sketch), cash, at, references);
  if (held === undefined) throw new Error('cannot be valued');
  return held;
};
const value = (held: Holdings, at = prices): bigint =>
  assess(held, plainMarket(at), PRESETS.portfolio).equity;

describe('futures and options', () => {
  it('are held with what the ledger keeps of them: a future its cost, an option nothing', () => {
    const held = holdings({
      dated: [
        [future(), -2, 3_050],
        [call(3_200), 5],
      ],
      perps: { [BTC]: [1, 80_000] },
    });
    expect(held.legs).to.deep.equal([
      { kind: 'perp', underlying: BTC, size: usd(1), cost: usd(-80_000) },
      { ...future(), size: usd(-2), cost: usd(6_100) },
      { ...call(3_200), size: usd(5) },
    ]);
    const unread = account({ dated: [[call(3_200, inDays(60)), 1]] });
    expect(holdingsOf(unread, cash, prices, references)).to.equal(undefined);
  });

  it("are worth the twin's marks, their payoff once settled, and intrinsic value between", () => {
    const plain = plainMarket(prices);
    expect(markOfLeg(call(2_600, SETTLED), plain)).to.equal(usd(200));
    expect(markOfLeg(put(2_600, SETTLED), plain)).to.equal(0n);
    expect(markOfLeg(future(SETTLED), plain)).to.equal(usd(2_800));
    expect(markOfLeg(call(2_600, PAST), plain)).to.equal(usd(400));
    expect(Number(markOfLeg(future(), plain)) / 1e18).to.be.closeTo(3_000 * (1 + (0.04 * 30) / 365), 0.2);
    for (const strike of [2_000, 3_000, 4_500]) {
      const sum = markOfLeg(call(strike), plain) + usd(strike);
      expect(sum).to.equal(markOfLeg(put(strike), plain) + markOfLeg(future(), plain));
      expect(markOfLeg(call(strike), plain)).to.equal(value(holdings({ dated: [[call(strike), 1]] })));
    }
  });

  it('move at mark: neither side gains or loses by it, to the wei', () => {
    const sketch = {
      cash: 50,
      dated: [
        [future(), -3.3, 2_950],
        [call(3_200), -7],
        [put(2_500), 4],
        [call(2_600, SETTLED), 2],
      ],
      spot: { 1: 1.7 },
    } as const;
    const seller = holdings(sketch);
    const keeper = holdings({
      cash: 9_000,
      dated: [
        [call(3_200), 3],
        [future(), 1, 2_000],
      ],
    });
    const basket = sliceBasket(seller, usd(0.37));
    const plain = plainMarket(prices);
    const left = withoutBasket(seller, basket, plain);
    const taken = withBasket(keeper, basket, plain, usd(7));
    expect(Number(value(left) - value(seller))).to.be.closeTo(0, 10);
    expect(Number(value(taken) - value(keeper) - usd(7))).to.be.closeTo(0, 10);
    const premium = (markOfLeg(call(3_200), plain) * 259n) / 100n;
    const withCallOnly = withoutBasket(seller, { ...basket, legs: basket.legs.slice(1, 2), spot: [] }, plain);
    expect(Number(withCallOnly.cash - seller.cash + premium)).to.be.closeTo(0, 1);
    const all = withoutBasket(seller, sliceBasket(seller, WAD), plain);
    expect([all.legs, all.spot]).to.deep.equal([[], []]);
    // the keeper's account holds each instrument once
    expect(taken.legs).to.have.length(4);
    expect(taken.legs.find((leg) => leg.kind === 'call' && leg.expirySec === MONTH)?.size).to.equal(
      usd(3 - 7 * 0.37),
    );
  });

  it('are bounded by what their price moves with', () => {
    const basket = sliceBasket(
      holdings({
        dated: [
          [call(6_000), -2],
          [future(), 1, 3_000],
        ],
      }),
      WAD,
    );
    const forward = markOfLeg(future(), plainMarket(prices));
    expect(grossValue(basket, plainMarket(prices))).to.equal(usd(6_000) + forward);
  });

  it('are liquidated like everything else: pro rata, to just below 1.2 times the margin', () => {
    const writer = account({
      cash: 4_500,
      dated: [
        [call(3_200), -10],
        [put(2_700), -5],
        [future(), 2, 3_010],
      ],
    });
    const decision = decide(
      inputsOf({ 11: writer, 12: account({ cash: 40_000, dated: [[call(3_200), -10]] }) }, prices),
    );
    const [candidate] = decision.candidates;
    if (candidate === undefined) throw new Error('not liquidatable');
    expect([candidate.account, decision.candidates.length, decision.suspects]).to.deep.equal([11n, 1, 1]);
    const exact = assess(
      holdings({
        cash: 4_500,
        dated: [
          [call(3_200), -10],
          [put(2_700), -5],
          [future(), 2, 3_010],
        ],
      }),
      plainMarket(prices),
      PRESETS.portfolio,
    );
    expect([candidate.equity, candidate.maintenanceMargin]).to.deep.equal([
      exact.equity,
      exact.maintenanceMargin,
    ]);
    const { fraction } = candidate.basket;
    expect(fraction > 0n && fraction < WAD).to.equal(true);
    const selection = toSelection(candidate.basket);
    expect(selection.instruments).to.deep.equal([call(3_200), put(2_700), future()].map(encodeInstrumentId));
    expect(selection.sizes).to.deep.equal([10n, 5n, 2n].map((units) => units * fraction));
    const left = withoutBasket(candidate.holdings, candidate.basket, candidate.market);
    const after = assess(
      { ...left, cash: left.cash - candidate.reward },
      candidate.market,
      PRESETS.portfolio,
    );
    expect(overshoots(after, exact.maintenanceMargin)).to.equal(false);
    expect(Number(after.equity) / Number(after.maintenanceMargin)).to.be.closeTo(1.2, 0.01);
  });

  it('choose the end of a guarded price by their delta', () => {
    const guarded = board({
      [ETH]: eth(3_000, { low: usd(2_900), high: usd(3_100), status: 'guarded' }),
      [BTC]: market(90_000),
    });
    const indexFor = (instrument: Instrument, size: number): bigint | undefined => {
      if (instrument.kind === 'perp') return undefined;
      const held = holdings({ dated: [[instrument, size]] }, guarded);
      return marketFor(held, guarded, 'favourable').underlyings.get(ETH)?.index;
    };
    expect(indexFor(put(3_000), 1)).to.equal(usd(2_900));
    expect(indexFor(put(3_000), -1)).to.equal(usd(3_100));
    expect(indexFor(call(3_000), 1)).to.equal(usd(3_100));
    expect(indexFor(future(), -1)).to.equal(usd(2_900));
    // what has settled has no delta
    expect(indexFor(call(100, SETTLED), 1)).to.equal(usd(3_000));
  });

  it("count in the keeper's own account", () => {
    const own = holdings({ cash: 2_600, dated: [[call(3_200), -3]] });
    const capacity = createCapacity(own, prices, PRESETS.portfolio, 200n);
    const basketOf = (size: number) => sliceBasket(holdings({ dated: [[call(3_200), size]] }), WAD);
    expect(capacity.take(basketOf(-10), plainMarket(prices), 0n)).to.equal(undefined);
    // premium is cash, whichever way the position goes: a bound on it always makes sense
    const premium = markOfLeg(call(3_200), plainMarket(prices));
    expect(capacity.take(basketOf(2), plainMarket(prices), 0n)).to.deep.equal({
      cash: -2n * premium,
      nets: false,
    });
    const short = sliceBasket(holdings({ dated: [[future(), -0.1, 3_000]] }), WAD);
    const long = sliceBasket(holdings({ dated: [[future(), 0.1, 3_000]] }), WAD);
    expect(capacity.take(short, plainMarket(prices), usd(500))?.nets).to.equal(false);
    expect(capacity.take(long, plainMarket(prices), usd(500))?.nets).to.equal(true);
  });

  it("are cash in the keeper's own account once settled, as in the ledger", () => {
    const own = holdings({
      cash: 100,
      dated: [
        [call(2_600, SETTLED), 2],
        [future(SETTLED), -1, 2_900],
        [call(3_200), 1],
      ],
    });
    const settled = settledHoldings(own, prices);
    expect(settled.cash).to.equal(usd(100 + 400 + 100));
    expect(settled.legs).to.deep.equal([{ ...call(3_200), size: usd(1) }]);
    expect(value(settled)).to.equal(value(own));
  });

  it('are settled by whoever asks, once they have a price', () => {
    const ledger = ledgerOf({
      13: account({
        dated: [
          [call(2_600, SETTLED), 1],
          [put(2_600, SETTLED), 1],
        ],
      }),
      12: account({ dated: [[call(2_600, PAST), 1]] }),
      11: account({
        dated: [
          [future(SETTLED), 1, 2_900],
          [call(3_200), 1],
        ],
      }),
      10: account({ perps: { [ETH]: [1, 3_000] } }),
    });
    const found = findExpired(bookOf(ledger), prices);
    expect(found.map(({ account: id, expiries }) => [id, expiries.length])).to.deep.equal([
      [11n, 1],
      [13n, 1],
    ]);
  });
});
