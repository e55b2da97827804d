import { expect } from 'chai';
import fc from 'fast-check';
import { createOrderBook, WrongInstrumentError } from '../../src/orderbook/index.ts';
import type { AddOptions, OrderBook, OrderMatch } from '../../src/orderbook/index.ts';
import { abs } from '../../src/units/index.ts';
import type { SignedOrder } from '../../src/orders/index.ts';

const INSTRUMENT = 7n;
const NOW = 1_000;
const OWNER = '0x00000000000000000000000000000000DeaDBeef';

interface Draft {
  readonly account: bigint;
  readonly nonce: bigint;
  readonly size: bigint;
  readonly price: bigint;
  readonly expirySec?: number;
  readonly postOnly?: boolean;
  readonly epoch?: number;
}

function signed({ account, nonce, size, price, ...rest }: Draft): SignedOrder {
  const { expirySec = NOW + 100, postOnly = false, epoch = 0 } = rest;
  const order = {
    ...{ account, instrument: INSTRUMENT, size, limitPrice: price, maxFee: 0n, nonce },
    ...{ epoch, expirySec, reduceOnly: false, postOnly },
  };
  return { order, signer: OWNER, signature: '0x' };
}

const add = (book: OrderBook, draft: Draft, options: Partial<AddOptions> = {}) =>
  book.add(signed(draft), { nowSec: NOW, ...options });
const brief = ({ maker, size, price }: OrderMatch) => [maker.order.nonce, size, price];

describe('order book', () => {
  const book = () => createOrderBook(INSTRUMENT);

  it('matches the best price first, and at one price the oldest order', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 101n });
    add(one, { account: 2n, nonce: 2n, size: -5n, price: 100n });
    add(one, { account: 3n, nonce: 3n, size: -5n, price: 100n });
    const { matches, resting } = add(one, { account: 9n, nonce: 9n, size: 12n, price: 101n });
    expect(matches.map(brief)).to.deep.equal([
      [2n, 5n, 100n],
      [3n, 5n, 100n],
      [1n, 2n, 101n],
    ]);
    expect(resting).to.equal(0n);
    expect(one.remainingOf(1n, 1n)).to.equal(3n);
    expect(one.best('ask')).to.deep.equal({ price: 101n, size: 3n, orders: 1 });
  });

  it('lets what does not cross rest, and the rest of what is filled in part', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n });
    const { matches, resting } = add(one, { account: 2n, nonce: 2n, size: 8n, price: 100n });
    expect(matches.map(brief)).to.deep.equal([[1n, 5n, 100n]]);
    expect(resting).to.equal(3n);
    expect(one.best('bid')).to.deep.equal({ price: 100n, size: 3n, orders: 1 });
    expect(one.best('ask')).to.equal(undefined);
    add(one, { account: 3n, nonce: 3n, size: 1n, price: 99n });
    expect(one.depth('bid').map(({ price }) => price)).to.deep.equal([100n, 99n]);
    expect(one.depth('bid', 1)).to.have.length(1);
  });

  it('refuses post-only orders that would take, and lets no rest of immediate ones', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n });
    const refused = add(one, { account: 2n, nonce: 2n, size: 1n, price: 100n, postOnly: true });
    expect(refused.matches).to.deep.equal([]);
    expect(refused.removed.map(({ reason }) => reason)).to.deep.equal(['wouldTake']);
    const rests = add(one, { account: 2n, nonce: 2n, size: 1n, price: 99n, postOnly: true });
    expect(rests.resting).to.equal(1n);
    const taker = { account: 3n, nonce: 3n, size: 9n, price: 100n };
    const { matches, removed, resting } = add(one, taker, { immediate: true });
    expect(matches.map(brief)).to.deep.equal([[1n, 5n, 100n]]);
    expect(removed).to.deep.include({ order: signed(taker), remaining: 4n, reason: 'immediate' });
    expect(resting).to.equal(0n);
    expect(one.size).to.equal(1);
  });

  it('drops expired orders on the way, and by expire', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n, expirySec: NOW });
    add(one, { account: 1n, nonce: 2n, size: -5n, price: 101n, expirySec: NOW + 1 });
    expect(add(one, { account: 2n, nonce: 1n, size: 1n, price: 100n }).matches).to.have.length(1);
    const later = add(one, { account: 2n, nonce: 2n, size: 5n, price: 101n }, { nowSec: NOW + 1 });
    expect(later.removed.map(({ reason, remaining }) => [reason, remaining])).to.deep.equal([
      ['expired', 4n],
    ]);
    expect(later.matches.map(brief)).to.deep.equal([[2n, 5n, 101n]]);
    add(one, { account: 1n, nonce: 3n, size: -5n, price: 102n, expirySec: NOW + 2 });
    expect(one.expire(NOW + 2)).to.deep.equal([]);
    expect(one.expire(NOW + 3)).to.have.length(1);
    const dead = add(one, { account: 1n, nonce: 4n, size: 1n, price: 1n, expirySec: NOW - 1 });
    expect(dead.removed.map(({ reason }) => reason)).to.deep.equal(['expired']);
  });

  it('never matches an account with itself: the resting order leaves', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n });
    add(one, { account: 2n, nonce: 1n, size: -5n, price: 100n });
    const { matches, removed } = add(one, { account: 1n, nonce: 2n, size: 6n, price: 100n });
    expect(matches.map(({ maker }) => maker.order.account)).to.deep.equal([2n]);
    expect(removed.map(({ reason }) => reason)).to.deep.equal(['selfTrade']);
  });

  it('amends by the nonce, which keeps its fills and loses its place', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n });
    add(one, { account: 2n, nonce: 2n, size: -5n, price: 100n });
    add(one, { account: 9n, nonce: 9n, size: 2n, price: 100n });
    const { removed, resting } = add(one, { account: 1n, nonce: 1n, size: -6n, price: 100n });
    expect(removed.map(({ reason, remaining }) => [reason, remaining])).to.deep.equal([['replaced', 3n]]);
    expect(resting).to.equal(4n);
    expect(one.orders('ask').map(({ order }) => order.nonce)).to.deep.equal([2n, 1n]);
    const less = add(one, { account: 1n, nonce: 1n, size: -2n, price: 100n });
    expect(less.removed.map(({ reason }) => reason)).to.deep.equal(['replaced', 'filled']);
  });

  it('follows the chain where that filled otherwise', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n }, { filled: 2n });
    expect(one.remainingOf(1n, 1n)).to.equal(3n);
    one.setFilled(1n, 1n, 4n);
    expect(one.remainingOf(1n, 1n)).to.equal(1n);
    one.setFilled(1n, 1n, 5n);
    expect(one.size).to.equal(0);
    expect(one.best('ask')).to.equal(undefined);
  });

  it('cancels one order, or those of older epochs', () => {
    const one = book();
    add(one, { account: 1n, nonce: 1n, size: -5n, price: 100n });
    add(one, { account: 1n, nonce: 2n, size: -5n, price: 100n, epoch: 1 });
    add(one, { account: 2n, nonce: 1n, size: -5n, price: 100n });
    expect(one.cancel(1n, 9n)).to.equal(undefined);
    expect(one.cancel(2n, 1n)?.remaining).to.equal(5n);
    expect(one.cancelAll(1n, 1).map(({ order }) => order.order.nonce)).to.deep.equal([1n]);
    expect(one.size).to.equal(1);
  });

  it('is of one instrument', () => {
    const other = signed({ account: 1n, nonce: 1n, size: 1n, price: 1n });
    const order = { ...other, order: { ...other.order, instrument: 8n } };
    expect(() => book().add(order, { nowSec: NOW })).to.throw(WrongInstrumentError);
  });
});

// ------------------------------------------------------------------------------------------------ properties

type Step =
  | { readonly kind: 'add'; readonly draft: Draft; readonly immediate: boolean; readonly later: number }
  | { readonly kind: 'cancel'; readonly account: bigint; readonly nonce: bigint };

const account = fc.bigInt({ min: 1n, max: 4n });
const nonce = fc.bigInt({ min: 1n, max: 12n });
const addStep = fc.record({
  kind: fc.constant('add' as const),
  draft: fc.record({
    account,
    nonce,
    size: fc.bigInt({ min: -20n, max: 20n }).filter((size) => size !== 0n),
    price: fc.bigInt({ min: 95n, max: 105n }),
    expirySec: fc.integer({ min: NOW - 1, max: NOW + 60 }),
    postOnly: fc.boolean(),
  }),
  immediate: fc.boolean(),
  later: fc.integer({ min: 0, max: 3 }),
});
const cancelStep = fc.record({ kind: fc.constant('cancel' as const), account, nonce });
const steps = fc.array<Step>(fc.oneof({ weight: 6, arbitrary: addStep }, cancelStep), { maxLength: 80 });

/** An order of the reference: a list, searched from end to end. */
interface Plain {
  readonly draft: Draft;
  readonly age: number;
  left: bigint;
}

/** The same rules, said as plainly as possible. */
class Reference {
  #list: Plain[] = [];
  readonly #filled = new Map<string, bigint>();
  #age = 0;

  /** @returns maker's account, nonce, size and price of each match */
  add(draft: Draft, nowSec: number, immediate: boolean): (bigint | undefined)[][] {
    const key = `${draft.account}/${draft.nonce}`;
    this.cancel(draft.account, draft.nonce);
    const taker = { draft, age: this.#age++, left: abs(draft.size) - (this.#filled.get(key) ?? 0n) };
    if (taker.left <= 0n || (draft.expirySec ?? 0) < nowSec) return [];
    const matches: bigint[][] = [];
    for (let maker = this.#best(taker, nowSec); maker !== undefined; maker = this.#best(taker, nowSec)) {
      if (draft.postOnly === true) return matches;
      const size = maker.left < taker.left ? maker.left : taker.left;
      for (const side of [maker, taker]) {
        side.left -= size;
        const of = `${side.draft.account}/${side.draft.nonce}`;
        this.#filled.set(of, (this.#filled.get(of) ?? 0n) + size);
      }
      matches.push([maker.draft.account, maker.draft.nonce, size, maker.draft.price]);
      this.#list = this.#list.filter(({ left }) => left > 0n);
      if (taker.left === 0n) return matches;
    }
    if (!immediate) this.#list.push(taker);
    return matches;
  }

  cancel(of: bigint, number: bigint): void {
    this.#list = this.#list.filter(({ draft }) => draft.account !== of || draft.nonce !== number);
  }

  /** Best price, then age; what may not match and stands before it leaves. */
  #best(taker: Plain, nowSec: number): Plain | undefined {
    const buys = taker.draft.size > 0n;
    for (;;) {
      const [best] = this.#list
        .filter(({ draft }) => draft.size > 0n !== buys)
        .filter(({ draft }) => (buys ? draft.price <= taker.draft.price : draft.price >= taker.draft.price))
        .sort((a, b) =>
          a.draft.price === b.draft.price ? a.age - b.age : a.draft.price < b.draft.price === buys ? -1 : 1,
        );
      if (best === undefined) return undefined;
      const isGone = (best.draft.expirySec ?? 0) < nowSec || best.draft.account === taker.draft.account;
      if (!isGone) return best;
      this.#list = this.#list.filter((other) => other !== best);
    }
  }

  get resting(): bigint[][] {
    return this.#list.map(({ draft, left }) => [draft.account, draft.nonce, left]).sort(byWords);
  }
}

function byWords(a: bigint[], b: bigint[]): number {
  const i = a.findIndex((word, at) => word !== b[at]);
  return i < 0 ? 0 : (a[i] ?? 0n) < (b[i] ?? 0n) ? -1 : 1;
}

function restingOf(book: OrderBook): bigint[][] {
  return [...book.orders('bid'), ...book.orders('ask')]
    .map(({ order }) => [order.account, order.nonce, book.remainingOf(order.account, order.nonce)])
    .sort(byWords);
}

describe('order book, in any sequence of orders and cancels', () => {
  it('does what a plain list does: price, then time', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const [book, reference] = [createOrderBook(INSTRUMENT), new Reference()];
        let nowSec = NOW;
        for (const step of sequence) {
          if (step.kind === 'cancel') {
            book.cancel(step.account, step.nonce);
            reference.cancel(step.account, step.nonce);
          } else {
            nowSec += step.later;
            const { matches } = book.add(signed(step.draft), { nowSec, immediate: step.immediate });
            const expected = reference.add(step.draft, nowSec, step.immediate);
            const made = matches.map(({ maker: { order }, size, price }) => [
              ...[order.account, order.nonce],
              ...[size, price],
            ]);
            expect(made).to.deep.equal(expected);
          }
          expect(restingOf(book)).to.deep.equal(reference.resting);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never crosses, and keeps its totals', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const book = createOrderBook(INSTRUMENT);
        for (const step of sequence) {
          if (step.kind === 'cancel') book.cancel(step.account, step.nonce);
          else add(book, step.draft, { immediate: step.immediate });
          const [bid, ask] = [book.best('bid'), book.best('ask')];
          if (bid !== undefined && ask !== undefined) expect(bid.price < ask.price).to.equal(true);
          const levels = [...book.depth('bid'), ...book.depth('ask')];
          expect(levels.reduce((sum, { orders }) => sum + orders, 0)).to.equal(book.size);
          expect(levels.every(({ size, orders }) => size > 0n && orders > 0)).to.equal(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('conserves: what was added is matched, rests or was removed', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const book = createOrderBook(INSTRUMENT);
        let [added, gone] = [0n, 0n];
        sequence.forEach((step, i) => {
          if (step.kind === 'cancel') {
            gone += book.cancel(step.account, step.nonce)?.remaining ?? 0n;
            return;
          }
          // nonces of their own, so that no fill is shared
          const draft = { ...step.draft, nonce: BigInt(100 + i) };
          const { matches, removed } = add(book, draft, { immediate: step.immediate });
          added += abs(draft.size);
          for (const { size } of matches) gone += 2n * size;
          for (const { remaining } of removed) gone += remaining;
        });
        const resting = restingOf(book).reduce((sum, [, , left = 0n]) => sum + left, 0n);
        expect(added).to.equal(gone + resting);
      }),
      { numRuns: 300 },
    );
  });
});
