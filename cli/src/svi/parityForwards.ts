import type { Quote } from './parseChain.ts';

/** Forwards that marks imply: call and put of one strike were marked at `F = K / (1 - (call - put))`, marks in coin. */
export interface ParityForwards {
  /** Of the quote's own strike; undefined where the other side has no mark. */
  readonly ofStrike: (quote: Quote) => number | undefined;
  /** Of the quote's expiry: the median over its strikes; undefined where no strike has both sides. */
  readonly ofExpiry: (quote: Quote) => number | undefined;
}

/** The forwards implied by a chain's marks. */
export function parityForwards(quotes: readonly Quote[]): ParityForwards {
  const byOption = new Map(quotes.map((quote) => [optionKey(quote, quote.isCall), quote]));
  const ofStrike = (quote: Quote): number | undefined => {
    const call = byOption.get(optionKey(quote, true));
    const put = byOption.get(optionKey(quote, false));
    if (call === undefined || put === undefined) return undefined;
    const difference = call.markPrice - put.markPrice;
    return difference < 1 ? quote.strike / (1 - difference) : undefined;
  };
  const byExpiry = new Map<string, number[]>();
  for (const quote of quotes) {
    const forward = quote.isCall ? ofStrike(quote) : undefined;
    if (forward === undefined) continue;
    const found = byExpiry.get(expiryKey(quote));
    if (found === undefined) byExpiry.set(expiryKey(quote), [forward]);
    else found.push(forward);
  }
  const medians = new Map([...byExpiry].map(([key, forwards]) => [key, lowerMedian(forwards)]));
  return { ofStrike, ofExpiry: (quote) => medians.get(expiryKey(quote)) };
}

/** One of the values, so that it is a forward that something was marked at. */
function lowerMedian(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}

const expiryKey = ({ symbol, expirySec }: Quote): string => `${symbol} ${expirySec}`;

const optionKey = (quote: Quote, isCall: boolean): string => `${expiryKey(quote)} ${quote.strike} ${isCall}`;
