import {
  abs,
  costOfTrade,
  decodeInstrumentId,
  encodeInstrumentId,
  markOfLeg,
  max,
  mulDown,
  mulFloor,
  mulUp,
  tradePosition,
} from '@novate/sdk';
import type { Instrument, InstrumentId, Leg, LiquidationSelection, Market } from '@novate/sdk';
import type { HeldSpot, Holdings } from './holdings.ts';

/** A part of a leg that changes hands. Signed: what the keeper receives. Wad units. */
export interface BasketLeg {
  readonly instrument: InstrumentId;
  readonly size: bigint;
}

/** What passes from an account to the keeper's. */
export interface Basket {
  readonly legs: readonly BasketLeg[];
  readonly spot: readonly HeldSpot[];
  /** Share of everything the account holds, or of the legs that were chosen, wad. */
  readonly fraction: bigint;
}

/** The share `fraction` of every leg and balance, each floored; what would be nothing is left out. */
export function sliceBasket({ legs, spot }: Holdings, fraction: bigint): Basket {
  return {
    legs: legs.flatMap((leg) => {
      const taken = mulDown(abs(leg.size), fraction);
      if (taken === 0n) return [];
      return [{ instrument: encodeInstrumentId(leg), size: leg.size < 0n ? -taken : taken }];
    }),
    spot: spot.flatMap((balance) => {
      const amount = mulDown(balance.amount, fraction);
      return amount === 0n ? [] : [{ ...balance, amount }];
    }),
    fraction,
  };
}

/** The share of every leg and balance of a basket, each floored; what would be nothing is left out. */
export function scaleBasket({ legs, spot, fraction }: Basket, share: bigint): Basket {
  return {
    legs: legs.flatMap((leg) => {
      const taken = mulDown(abs(leg.size), share);
      return taken === 0n ? [] : [{ ...leg, size: leg.size < 0n ? -taken : taken }];
    }),
    spot: spot.flatMap((balance) => {
      const amount = mulDown(balance.amount, share);
      return amount === 0n ? [] : [{ ...balance, amount }];
    }),
    fraction: mulDown(fraction, share),
  };
}

export function isEmpty({ legs, spot }: Basket): boolean {
  return legs.length === 0 && spot.length === 0;
}

/** The basket as the liquidator contract takes it. */
export function toSelection({ legs, spot }: Basket): LiquidationSelection {
  return {
    instruments: legs.map(({ instrument }) => instrument),
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

/**
 * What a basket moves, each part counted positive, wad USD. An option counts by its underlying, not by its premium: that is
 * what its price moves with.
 */
export function grossValue({ legs, spot }: Basket, market: Market): bigint {
  let value = 0n;
  for (const { instrument: id, size } of legs) {
    const instrument = decodeInstrumentId(id);
    const mark = markOfLeg(instrument, market);
    value += mulUp(
      abs(size),
      isOption(instrument) ? max(mark, indexOf(market, instrument.underlying)) : mark,
    );
  }
  for (const { underlying, amount } of spot) value += mulUp(amount, indexOf(market, underlying));
  return value;
}

/** Whether two instruments are the same. */
export function isSame(a: Instrument, b: Instrument): boolean {
  if (a.kind !== b.kind || a.underlying !== b.underlying) return false;
  if (a.kind === 'perp' || b.kind === 'perp') return true;
  if (a.expirySec !== b.expirySec) return false;
  return a.kind === 'future' || b.kind === 'future' || a.strike === b.strike;
}

export function isOption({ kind }: Instrument): boolean {
  return kind === 'call' || kind === 'put';
}

function exchange(
  holdings: Holdings,
  deltas: readonly BasketLeg[],
  balances: readonly HeldSpot[],
  market: Market,
): Holdings {
  let { cash } = holdings;
  const legs = [...holdings.legs];
  for (const { instrument: id, size: delta } of deltas) {
    const instrument = decodeInstrumentId(id);
    const i = legs.findIndex((leg) => isSame(leg, instrument));
    const { leg, paid } = trade(legs[i], instrument, delta, markOfLeg(instrument, market));
    cash += paid;
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

/** One leg after `delta` units at `price`. An option is paid for in cash; other legs keep a cost. */
function trade(
  held: Leg | undefined,
  instrument: Instrument,
  delta: bigint,
  price: bigint,
): { leg: Leg; paid: bigint } {
  if (instrument.kind === 'call' || instrument.kind === 'put') {
    const leg = { ...instrument, size: (held?.size ?? 0n) + delta };
    return { leg, paid: costOfTrade(delta, price, 0n) };
  }
  const old = held !== undefined && 'cost' in held ? held : { size: 0n, cost: 0n };
  // costs are net of funding already: no index to fold in
  const { size, cost, realised } = tradePosition(old, delta, price, 0n);
  const leg = instrument.kind === 'perp' ? { ...instrument, size, cost } : { ...instrument, size, cost };
  return { leg, paid: realised };
}

const negated = (leg: BasketLeg): BasketLeg => ({ ...leg, size: -leg.size });
const negatedSpot = (balance: HeldSpot): HeldSpot => ({ ...balance, amount: -balance.amount });

function indexOf(market: Market, underlying: number): bigint {
  return market.underlyings.get(underlying)?.index ?? 0n;
}
