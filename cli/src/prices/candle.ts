/** Digits after the point of a price in this folder: those of a Chainlink USD feed. */
export const PRICE_DECIMALS = 8;

/** @property openTimeMs Unix milliseconds. Prices have `PRICE_DECIMALS` decimals. */
export interface Candle {
  readonly openTimeMs: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
}

/** The candles of one underlying, in order of time. */
export interface CandleSeries {
  readonly symbol: string;
  readonly candles: readonly Candle[];
}
