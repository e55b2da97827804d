import { expect } from 'chai';
import { assess, ETH, PRESETS, WAD } from '@novate/sdk';
import { sliceBasket, withBasket, withoutBasket } from '../../src/decide/basket.ts';
import type { Basket } from '../../src/decide/basket.ts';
import { createCapacity } from '../../src/decide/capacity.ts';
import { marketFor } from '../../src/decide/holdings.ts';
import type { Holdings } from '../../src/decide/holdings.ts';
import { board, market, perp, usd } from '../helpers/world.ts';

const prices = board({ [ETH]: market(3_000, { premium: usd(3) }) });
const cashOnly = (cash: number): Holdings => ({ cash: usd(cash), legs: [], spot: [] });
const plain = marketFor(cashOnly(0), prices, 'favourable');
const legs = (size: number): Basket => ({
  legs: [{ instrument: perp(ETH), size: usd(size) }],
  spot: [],
  fraction: WAD,
});
const capacityOf = (own: Holdings) => createCapacity(own, prices, PRESETS.portfolio, 200n);

describe("the keeper's own room", () => {
  it('takes baskets one by one, until the initial margin and its buffer are used up', () => {
    // one ETH needs 18% + 1.5% of 3000 and a premium's share, times 1.02: some 597 USD
    const capacity = capacityOf(cashOnly(1_250));
    expect(capacity.take(legs(1), plain, 0n)).to.deep.equal({ cash: 0n, nets: false });
    expect(capacity.take(legs(1), plain, usd(4))?.cash).to.equal(usd(4));
    expect(capacity.take(legs(1), plain, 0n)).to.equal(undefined);
    // what was refused used up nothing
    expect(capacity.take(legs(0.05), plain, 0n)).to.not.equal(undefined);
  });

  it('counts what is on its way already', () => {
    const capacity = capacityOf(cashOnly(1_250));
    capacity.reserve(legs(2), plain, 0n);
    expect(capacity.take(legs(1), plain, 0n)).to.equal(undefined);
  });

  it('welcomes what nets out, and says so', () => {
    const capacity = capacityOf(cashOnly(1_250));
    capacity.reserve(legs(2), plain, 0n);
    expect(capacity.take(legs(-1), plain, 0n)?.nets).to.equal(true);
    expect(capacity.take(legs(1), plain, 0n)?.nets).to.equal(false);
  });

  it('takes what lowers its risk even while it is short of margin itself', () => {
    const capacity = capacityOf(cashOnly(100));
    capacity.reserve(legs(2), plain, 0n);
    expect(capacity.take(legs(-0.5), plain, 0n)).to.not.equal(undefined);
    expect(capacity.take(legs(0.1), plain, 0n)).to.equal(undefined);
  });

  it('pays for collateral', () => {
    const capacity = capacityOf(cashOnly(10_000));
    const spot = { legs: [], spot: [{ assetId: 1, underlying: ETH, amount: usd(2) }], fraction: WAD };
    expect(capacity.take(spot, plain, usd(10))?.cash).to.equal(usd(-5_990));
  });
});

describe('baskets', () => {
  it('move at mark: neither side gains or loses by it, to the wei', () => {
    const account: Holdings = {
      cash: usd(50),
      legs: [{ kind: 'perp', underlying: ETH, size: usd(-3.3), cost: usd(9_700) }],
      spot: [{ assetId: 1, underlying: ETH, amount: usd(1.7) }],
    };
    const keeper: Holdings = {
      cash: usd(9_000),
      legs: [{ kind: 'perp', underlying: ETH, size: usd(1), cost: usd(-2_000) }],
      spot: [],
    };
    const basket = sliceBasket(account, usd(0.37));
    const value = (holdings: Holdings): bigint => assess(holdings, plain, PRESETS.portfolio).equity;
    const left = withoutBasket(account, basket, plain);
    const taken = withBasket(keeper, basket, plain, usd(7));
    expect(Number(value(left) - value(account))).to.be.closeTo(0, 5);
    expect(Number(value(taken) - value(keeper) - usd(7))).to.be.closeTo(0, 5);
    expect(left.legs[0]?.size).to.equal(usd(-3.3) + usd(3.3 * 0.37));
    const all = withoutBasket(account, sliceBasket(account, WAD), plain);
    expect([all.legs.length, all.spot.length]).to.deep.equal([0, 0]);
  });
});
