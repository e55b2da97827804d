import type { PriceStatus, Term } from '@novate/sdk';

/** An underlying at one block. Wad USD per unit. */
export interface PricedMarket {
  readonly price: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly status: PriceStatus;
  /** What one unit long has paid by now. */
  readonly fundingIndex: bigint;
  /** Decayed traded premium over the index. */
  readonly premium: bigint;
  /** By expiry in Unix seconds; null where no surface was ever posted. Only of expiries in use. */
  readonly terms?: ReadonlyMap<bigint, Term | null>;
  /** Settlement prices by expiry. */
  readonly settlements?: ReadonlyMap<bigint, bigint>;
}

/** Prices of one block. */
export interface PriceBoard {
  readonly blockNumber: bigint;
  /** Unix seconds. */
  readonly timestamp: bigint;
  readonly markets: ReadonlyMap<number, PricedMarket>;
  /** Underlyings without any usable price, with the reason: their accounts are unknown, not healthy. */
  readonly unpriced: ReadonlyMap<number, string>;
}
