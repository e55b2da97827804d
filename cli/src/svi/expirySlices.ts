import type { Quote } from './parseChain.ts';

/** The options of one underlying and one expiry. */
export interface ExpirySlice {
  readonly symbol: string;
  readonly expirySec: number;
  /** Years, of the slice's first quote. */
  readonly tau: number;
  /** Medians over the quotes, which are seconds apart. */
  readonly forward: number;
  readonly index: number;
  readonly quotes: readonly Quote[];
}

/** A chain by underlying and expiry, in that order. */
export function expirySlices(quotes: readonly Quote[]): ExpirySlice[] {
  const slices = new Map<string, Quote[]>();
  for (const quote of quotes) {
    const key = `${quote.symbol} ${quote.expirySec}`;
    const slice = slices.get(key);
    if (slice === undefined) slices.set(key, [quote]);
    else slice.push(quote);
  }
  return [...slices.values()].map(toSlice).sort(bySymbolAndExpiry);
}

function toSlice(quotes: readonly Quote[]): ExpirySlice {
  const first = quotes[0];
  if (first === undefined) throw new Error('a slice has at least one quote');
  return {
    symbol: first.symbol,
    expirySec: first.expirySec,
    tau: first.tau,
    forward: median(quotes.map(({ futuresPrice }) => futuresPrice)),
    index: median(quotes.map(({ indexPrice }) => indexPrice)),
    quotes,
  };
}

function bySymbolAndExpiry(a: ExpirySlice, b: ExpirySlice): number {
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  return a.expirySec - b.expirySec;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
