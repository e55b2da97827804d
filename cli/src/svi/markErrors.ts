import { black76CallFloat, black76PutFloat } from '@novate/sdk';
import { parityForwards } from './parityForwards.ts';
import type { Quote } from './parseChain.ts';

/** 95% and all of the distances between model and stated marks, in coin. */
export interface Distances {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/**
 * How far Black-76 on the stated volatilities is from the stated marks.
 * @property expiry With one forward for each expiry, that of its marks by parity (median over its strikes): the report's own
 * choice, for it takes one number from all marks of an expiry and leaves the rest to be reproduced.
 * @property strike With the forward of each strike by parity: what is left is due to volatilities alone.
 * @property stated With the futures price of the same line, which is of another moment than the mark.
 */
export interface MarkErrors {
  readonly symbol: string;
  readonly options: number;
  readonly expiry: Distances;
  readonly strike: Distances;
  readonly stated: Distances;
}

/**
 * Reproduces each mark as `Black76(F, K, vol * sqrt(tau)) / F`, by underlying. Where marks imply no forward it is the futures
 * price of the line.
 */
export function markErrors(quotes: readonly Quote[]): MarkErrors[] {
  const { ofExpiry, ofStrike } = parityForwards(quotes);
  const symbols = [...new Set(quotes.map(({ symbol }) => symbol))].sort();
  return symbols.map((symbol) => {
    const own = quotes.filter((quote) => quote.symbol === symbol);
    const errorsWith = (forwardOf: (quote: Quote) => number | undefined): Distances =>
      distances(
        own.map((quote) =>
          Math.abs(modelMark(quote, forwardOf(quote) ?? quote.futuresPrice) - quote.markPrice),
        ),
      );
    return {
      symbol,
      options: own.length,
      expiry: errorsWith(ofExpiry),
      strike: errorsWith(ofStrike),
      stated: errorsWith(({ futuresPrice }) => futuresPrice),
    };
  });
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
