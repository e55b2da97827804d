import {
  abs,
  calculatePerpMark,
  encodeInstrumentId,
  mulDown,
  mulFloor,
  mulUp,
  tradePosition,
} from '@novate/sdk';
import type { LiquidationSelection, Market, PerpLeg } from '@novate/sdk';
import type { HeldSpot, Holdings } from './holdings.ts';

/** What passes from an account to the keeper's. Sizes are signed: what the keeper receives. Wad units. */
export interface Basket {
  readonly legs: readonly { readonly underlying: number; readonly size: bigint }[];
  readonly spot: readonly HeldSpot[];
  /** Share of everything the account holds, wad. */
  readonly fraction: bigint;
}

/** The share `fraction` of every leg and balance, each floored; what would be nothing is left out. */
export function sliceBasket({ legs, spot }: Holdings, fraction: bigint): Basket {
  return {
    legs: legs.flatMap(({ underlying, size }) => {
      const taken = mulDown(abs(size), fraction);
      return taken === 0n ? [] : [{ underlying, size: size < 0n ? -taken : taken }];
    }),
    spot: spot.flatMap((balance) => {
      const amount = mulDown(balance.amount, fraction);
      return amount === 0n ? [] : [{ ...balance, amount }];
    }),
    fraction,
  };
}

export function isEmpty({ legs, spot }: Basket): boolean {
  return legs.length === 0 && spot.length === 0;
}

/** The basket as the liquidator contract takes it. */
export function toSelection({ legs, spot }: Basket): LiquidationSelection {
  return {
    instruments: legs.map(({ underlying }) => encodeInstrumentId({ kind: 'perp', underlying })),
    sizes: legs.map(({ size }) => abs(size)),
    assetIds: spot.map(({ assetId }) => assetId),
    amounts: spot.map(({ amount }) => amount),
  };
}

/** The account without the basket, paid for at the market's prices; the penalty is not part of it. */
export function withoutBasket(holdings: Holdings, { legs, spot }: Basket, market: Market): Holdings {
  return exchange(holdings, legs.map(negated), spot.map(negatedSpot), market);
}

/** The keeper's account with the basket, paid for at the market's prices, and the reward. */
export function withBasket(
  holdings: Holdings,
  { legs, spot }: Basket,
  market: Market,
  reward: bigint,
): Holdings {
  const next = exchange(holdings, legs, spot, market);
  return { ...next, cash: next.cash + reward };
}

/** What a basket is worth, each part counted positive, wad USD. */
export function grossValue({ legs, spot }: Basket, market: Market): bigint {
  let value = 0n;
  for (const { underlying, size } of legs) value += mulUp(abs(size), markOf(market, underlying));
  for (const { underlying, amount } of spot) value += mulUp(amount, indexOf(market, underlying));
  return value;
}

function exchange(
  holdings: Holdings,
  deltas: Basket['legs'],
  balances: readonly HeldSpot[],
  market: Market,
): Holdings {
  let { cash } = holdings;
  const legs = [...holdings.legs];
  for (const { underlying, size: delta } of deltas) {
    const i = legs.findIndex((leg) => leg.underlying === underlying);
    const old = legs[i] ?? { size: 0n, cost: 0n };
    // costs are net of funding already: no index to fold in
    const { size, cost, realised } = tradePosition(old, delta, markOf(market, underlying), 0n);
    cash += realised;
    const leg: PerpLeg = { kind: 'perp', underlying, size, cost };
    if (i >= 0) legs[i] = leg;
    else legs.push(leg);
  }
  const spot = [...holdings.spot];
  for (const { assetId, underlying, amount } of balances) {
    cash -= mulFloor(amount, indexOf(market, underlying));
    const i = spot.findIndex((balance) => balance.assetId === assetId);
    const held = spot[i]?.amount ?? 0n;
    const balance = { assetId, underlying, amount: held + amount };
    if (i >= 0) spot[i] = balance;
    else spot.push(balance);
  }
  return {
    cash,
    legs: legs.filter(({ size }) => size !== 0n),
    spot: spot.filter(({ amount }) => amount !== 0n),
  };
}

const negated = (leg: Basket['legs'][number]): Basket['legs'][number] => ({ ...leg, size: -leg.size });
const negatedSpot = (balance: HeldSpot): HeldSpot => ({ ...balance, amount: -balance.amount });

function indexOf(market: Market, underlying: number): bigint {
  return market.underlyings.get(underlying)?.index ?? 0n;
}

function markOf(market: Market, underlying: number): bigint {
  const prices = market.underlyings.get(underlying);
  return prices === undefined ? 0n : calculatePerpMark(prices.index, prices.premium);
}
