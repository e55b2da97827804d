import { decodeInstrumentId, netCost, toCash } from '@novate/sdk';
import type { AccountState, CashIndex, Market, PerpLeg, Portfolio } from '@novate/sdk';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';

/** A collateral balance that still knows its asset. Wad units. */
export interface HeldSpot {
  readonly assetId: number;
  readonly underlying: number;
  readonly amount: bigint;
}

/** An account as the twin assesses it, perps and spot only. */
export interface Holdings extends Portfolio {
  readonly legs: readonly PerpLeg[];
  readonly spot: readonly HeldSpot[];
}

/** Which end of a guarded price is used: the one that raises the account's equity, or the one that lowers it. */
export type Stance = 'favourable' | 'adverse';

/** An account's holdings at the board's time. Undefined where it holds what cannot be valued. */
export function holdingsOf(
  state: AccountState,
  cash: CashIndex,
  board: PriceBoard,
  references: References,
): Holdings | undefined {
  const legs: PerpLeg[] = [];
  for (const [id, { size, cost }] of state.positions) {
    const instrument = decodeInstrumentId(id);
    const market = board.markets.get(instrument.underlying);
    if (instrument.kind !== 'perp' || market === undefined) return undefined;
    legs.push({ ...instrument, size, cost: netCost(size, cost, market.fundingIndex) });
  }
  const spot: HeldSpot[] = [];
  for (const [assetId, amount] of state.collateral) {
    const underlying = references.assetUnderlyings.get(assetId);
    if (underlying === undefined || !board.markets.has(underlying)) return undefined;
    spot.push({ assetId, underlying, amount });
  }
  return { cash: toCash(cash, state.principal), legs, spot };
}

/** The prices by which the risk engine judges a portfolio: as `RiskEngine._choosePrices`. */
export function marketFor(portfolio: Holdings, board: PriceBoard, stance: Stance): Market {
  const net = new Map<number, bigint>();
  const add = (underlying: number, units: bigint): unknown =>
    net.set(underlying, (net.get(underlying) ?? 0n) + units);
  for (const { underlying, amount } of portfolio.spot) add(underlying, amount);
  for (const { underlying, size } of portfolio.legs) add(underlying, size);
  const underlyings = new Map<number, { index: bigint; premium: bigint }>();
  for (const [underlying, { price, low, high, premium }] of board.markets) {
    const units = net.get(underlying) ?? 0n;
    const usesLow = units > 0n === (stance === 'adverse');
    underlyings.set(underlying, { index: units === 0n ? price : usesLow ? low : high, premium });
  }
  return { timestamp: board.timestamp, underlyings };
}
