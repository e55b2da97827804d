import type { InstrumentId } from '../codec/index.ts';
import { toMargin } from './values.ts';
import type { MarginAtPrices } from './values.ts';

/** What a liquidation takes. Sizes and amounts are absolute, wad units, and reduce the balance toward zero. */
export interface LiquidationSelection {
  readonly instruments: readonly InstrumentId[];
  /** One per instrument. */
  readonly sizes: readonly bigint[];
  readonly assetIds: readonly number[];
  /** One per asset. */
  readonly amounts: readonly bigint[];
}

/** What a liquidation does. Wad USD. */
export interface LiquidationQuote {
  /** The account's margin now. */
  readonly before: MarginAtPrices;
  /** Afterwards, the penalty paid, at the same prices. */
  readonly next: MarginAtPrices;
  /** The maintenance margin that the basket frees. */
  readonly relief: bigint;
  /** Share of the relief that the account pays, wad. */
  readonly phi: bigint;
  /** What the account pays. */
  readonly penalty: bigint;
  /** What the insurance fund adds. */
  readonly incentive: bigint;
  /**
   * What the account's cash changes by before the penalty: + for collateral sold at the index price, and the gain or loss
   * that its legs realise at mark. The liquidator opens the legs at mark: its own cash changes by another amount, see
   * `cash` of `prepareLiquidate`.
   */
  readonly cashToAccount: bigint;
}

type QuoteStruct = Omit<LiquidationQuote, 'before' | 'next'> & {
  readonly before: Parameters<typeof toMargin>[0];
  readonly next: Parameters<typeof toMargin>[0];
};

export function toLiquidationQuote(quote: QuoteStruct): LiquidationQuote {
  return { ...quote, before: toMargin(quote.before), next: toMargin(quote.next) };
}

/** Penalty plus incentive: what the liquidator earns, wad USD. */
export function rewardOf(quote: LiquidationQuote): bigint {
  return quote.penalty + quote.incentive;
}
