import { assess, decodeInstrumentId, markOfLeg, mulFloor, netCost, PRESETS, toCash } from '@novate/sdk';
import type {
  AccountState,
  CashIndex,
  Leg,
  Market,
  Portfolio,
  RiskProfile,
  UnderlyingMarket,
} from '@novate/sdk';
import { isPriced } from '../mirror/expiries.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';

/** A collateral balance that still knows its asset. Wad units. */
export interface HeldSpot {
  readonly assetId: number;
  readonly underlying: number;
  readonly amount: bigint;
}

/** An account as the twin assesses it. */
export interface Holdings extends Portfolio {
  readonly spot: readonly HeldSpot[];
}

/** Which end of a guarded price is used: the one that raises the account's equity, or the one that lowers it. */
export type Stance = 'favourable' | 'adverse';

/** Deltas need no scenario. */
const DELTAS_ONLY: RiskProfile = { ...PRESETS.portfolio, scenarios: [] };

/** An account's holdings at the board's time. Undefined where it holds what cannot be valued. */
export function holdingsOf(
  state: AccountState,
  cash: CashIndex,
  board: PriceBoard,
  references: References,
): Holdings | undefined {
  const legs: Leg[] = [];
  for (const [id, { size, cost }] of state.positions) {
    const instrument = decodeInstrumentId(id);
    const market = board.markets.get(instrument.underlying);
    if (market === undefined) return undefined;
    if (instrument.kind === 'perp') {
      legs.push({ ...instrument, size, cost: netCost(size, cost, market.fundingIndex) });
      continue;
    }
    if (!isPriced(board, instrument)) return undefined;
    legs.push(instrument.kind === 'future' ? { ...instrument, size, cost } : { ...instrument, size });
  }
  const spot: HeldSpot[] = [];
  for (const [assetId, amount] of state.collateral) {
    const underlying = references.assetUnderlyings.get(assetId);
    if (underlying === undefined || !board.markets.has(underlying)) return undefined;
    spot.push({ assetId, underlying, amount });
  }
  return { cash: toCash(cash, state.principal) + state.pendingCash, legs, spot };
}

/** The prices by which the risk engine judges a portfolio: as `RiskSheets._choosePrices`. */
export function marketFor(portfolio: Holdings, board: PriceBoard, stance: Stance): Market {
  const plain = plainMarket(board);
  if (![...board.markets.values()].some(({ low, high }) => low !== high)) return plain;
  const underlyings = new Map(plain.underlyings);
  for (const { underlying, netDelta } of assess(portfolio, plain, DELTAS_ONLY).underlyings) {
    const prices = board.markets.get(underlying);
    const now = underlyings.get(underlying);
    if (prices === undefined || now === undefined || netDelta === 0n) continue;
    const usesLow = netDelta > 0n === (stance === 'adverse');
    underlyings.set(underlying, { ...now, index: usesLow ? prices.low : prices.high });
  }
  return { timestamp: board.timestamp, underlyings };
}

/** Every underlying at the price that the router chose. */
export function plainMarket({ timestamp, markets }: PriceBoard): Market {
  const underlyings = new Map<number, UnderlyingMarket>();
  for (const [underlying, { price, premium, terms, settlements }] of markets) {
    underlyings.set(underlying, {
      index: price,
      premium,
      ...(terms === undefined ? {} : { terms }),
      ...(settlements === undefined ? {} : { settlements }),
    });
  }
  return { timestamp, underlyings };
}

/** The account once legs with a settlement price have turned into cash, as the ledger does first in every action. */
export function settledHoldings(holdings: Holdings, board: PriceBoard): Holdings {
  const market = plainMarket(board);
  let { cash } = holdings;
  const legs: Leg[] = [];
  for (const leg of holdings.legs) {
    if (leg.kind === 'perp' || !isSettled(leg, market)) {
      legs.push(leg);
      continue;
    }
    cash += mulFloor(leg.size, markOfLeg(leg, market)) + (leg.kind === 'future' ? leg.cost : 0n);
  }
  return { ...holdings, cash, legs };
}

function isSettled({ underlying, expirySec }: Exclude<Leg, { kind: 'perp' }>, market: Market): boolean {
  return market.underlyings.get(underlying)?.settlements?.has(expirySec) === true;
}
