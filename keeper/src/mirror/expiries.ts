import { encodeExpiryKey } from '@novate/sdk';
import type { Term } from '@novate/sdk';
import type { PriceBoard, PricedMarket } from './prices.ts';

/** An expiry of an underlying, Unix seconds. */
export interface Expiry {
  readonly underlying: number;
  readonly expirySec: bigint;
}

/** An expiry at one block: its surface, null where none was posted, and its settlement price, wad USD. */
export interface ExpiryState extends Expiry {
  readonly term: Term | null;
  /** Undefined while it has not settled. */
  readonly settlement: bigint | undefined;
}

/** Each expiry once, by its key. */
export type ExpirySet = Map<bigint, Expiry>;

/** Collects the expiries of instruments; those without one are passed over. */
export function expiriesOf(
  instruments: Iterable<{ readonly underlying: number; readonly expirySec?: bigint }>,
): ExpirySet {
  const found: ExpirySet = new Map();
  for (const { underlying, expirySec } of instruments) {
    if (expirySec !== undefined) found.set(encodeExpiryKey(underlying, expirySec), { underlying, expirySec });
  }
  return found;
}

/** Whether the board can value what expires then. */
export function isPriced({ markets, timestamp }: PriceBoard, { underlying, expirySec }: Expiry): boolean {
  const market = markets.get(underlying);
  return market !== undefined && (expirySec <= timestamp || market.terms?.has(expirySec) === true);
}

/** The board with these expiries. Those of underlyings without a price have nothing to stand in. */
export function withExpiries(board: PriceBoard, states: readonly ExpiryState[]): PriceBoard {
  if (states.length === 0) return board;
  const markets = new Map<number, PricedMarket>(board.markets);
  for (const [underlying, market] of board.markets) {
    const own = states.filter((state) => state.underlying === underlying);
    if (own.length === 0) continue;
    const terms = new Map(market.terms);
    const settlements = new Map(market.settlements);
    for (const { expirySec, term, settlement } of own) {
      terms.set(expirySec, term);
      if (settlement !== undefined) settlements.set(expirySec, settlement);
    }
    markets.set(underlying, { ...market, terms, settlements });
  }
  return { ...board, markets };
}
