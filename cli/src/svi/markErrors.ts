import { black76CallFloat, black76PutFloat } from '@novate/sdk';
import type { Quote } from './parseChain.ts';

/** 95% and all of the distances between model and stated marks, in coin. */
export interface Distances {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/**
 * How far Black-76 on the stated volatilities is from the stated marks.
 * @property stated With the futures price of the same line, which may be seconds older or younger than the mark.
 * @property parity With the forward at which call and put of a strike were marked: `F = K / (1 - (call - put))`.
 */
export interface MarkErrors {
  readonly symbol: string;
  readonly options: number;
  readonly stated: Distances;
  readonly parity: Distances;
}

/** Reproduces each mark as `Black76(F, K, vol * sqrt(tau)) / F`, by underlying. */
export function markErrors(quotes: readonly Quote[]): MarkErrors[] {
  const partners = new Map(quotes.map((quote) => [keyOf(quote, quote.isCall), quote]));
  const symbols = [...new Set(quotes.map(({ symbol }) => symbol))].sort();
  return symbols.map((symbol) => {
    const own = quotes.filter((quote) => quote.symbol === symbol);
    const distance = (quote: Quote, forward: number): number =>
      Math.abs(modelMark(quote, forward) - quote.markPrice);
    return {
      symbol,
      options: own.length,
      stated: distances(own.map((quote) => distance(quote, quote.futuresPrice))),
      parity: distances(
        own.map((quote) => distance(quote, parityForward(quote, partners.get(keyOf(quote, !quote.isCall))))),
      ),
    };
  });
}

function keyOf({ symbol, expirySec, strike }: Quote, isCall: boolean): string {
  return `${symbol} ${expirySec} ${strike} ${isCall}`;
}

/** The stated futures price where the other side has no mark. */
function parityForward(quote: Quote, partner: Quote | undefined): number {
  if (partner === undefined) return quote.futuresPrice;
  const difference = (quote.isCall ? 1 : -1) * (quote.markPrice - partner.markPrice);
  return difference < 1 ? quote.strike / (1 - difference) : quote.futuresPrice;
}

function modelMark({ strike, vol, tau, isCall }: Quote, forward: number): number {
  const value = isCall ? black76CallFloat : black76PutFloat;
  return value(forward, strike, vol * Math.sqrt(tau)) / forward;
}

function distances(values: readonly number[]): Distances {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), max: quantile(sorted, 1) };
}

/** The least value that a share `q` of the sorted values is at or below. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}
