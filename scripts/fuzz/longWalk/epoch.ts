// One epoch: time, surfaces, funding and interest stand still while prices walk.
import type { CashIndex, UnderlyingMarket } from '@novate/sdk';
import { cashAt } from '../../../keeper/src/decide/decide.ts';
import { plainMarket } from '../../../keeper/src/decide/holdings.ts';
import type { PriceBoard, PricedMarket } from '../../../keeper/src/mirror/prices.ts';
import { boardOf, LISTED, moveWorld, toWad } from '../../bench/keeper/world.ts';
import type { World } from '../../bench/keeper/world.ts';
import { priceAt, WALKING } from './prices.ts';

const STILL = new Float64Array(LISTED.length);

/** A market as the keeper reads it, and the same as the twin takes it. */
interface Quoted {
  readonly priced: PricedMarket;
  readonly plain: UnderlyingMarket;
}

/** What the keeper and the judge see of one tick. */
export interface Moment {
  readonly board: PriceBoard;
  readonly markets: ReadonlyMap<number, UnderlyingMarket>;
}

export interface Epoch {
  readonly cash: CashIndex;
  at(levels: Int32Array): Moment;
}

/** Moves the world on by so many seconds, at the feeds' present prices. */
export function beginEpoch(world: World, seconds: number, levels: Int32Array): Epoch {
  WALKING.forEach((_, u) => {
    world.prices[u] = Number(priceAt(u, levels[u]!)) / 1e18;
  });
  moveWorld(world, STILL, seconds);
  const base = boardOf(world);
  const quotes = WALKING.map(() => new Map<number, Quoted>());

  function quote(u: number, level: number): Quoted {
    const known = quotes[u]!.get(level);
    if (known !== undefined) return known;
    const { underlying } = WALKING[u]!;
    const price = priceAt(u, level);
    const premium = toWad(world.premiums[u]! * (Number(price) / 1e18));
    const priced: PricedMarket = {
      ...base.markets.get(underlying)!,
      price,
      low: price,
      high: price,
      premium,
    };
    const plain = plainMarket({ ...base, markets: new Map([[underlying, priced]]) }).underlyings;
    const made = { priced, plain: plain.get(underlying)! };
    quotes[u]!.set(level, made);
    return made;
  }

  return {
    cash: cashAt(world.ledger.cash, base.timestamp),
    at(levels) {
      const priced = new Map<number, PricedMarket>();
      const markets = new Map<number, UnderlyingMarket>();
      WALKING.forEach(({ underlying }, u) => {
        const made = quote(u, levels[u]!);
        priced.set(underlying, made.priced);
        markets.set(underlying, made.plain);
      });
      return { board: { ...base, markets: priced }, markets };
    },
  };
}
