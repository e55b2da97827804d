import type { SviParameters } from '@novate/sdk';
import { expirySlices } from './expirySlices.ts';
import { fitErrors } from './fitErrors.ts';
import type { FitErrors } from './fitErrors.ts';
import { fitSvi } from './fitSvi.ts';
import { markErrors } from './markErrors.ts';
import type { MarkErrors } from './markErrors.ts';
import type { Quote } from './parseChain.ts';

/** One expiry with its fitted slice. */
export interface FittedExpiry extends FitErrors {
  readonly symbol: string;
  readonly expirySec: number;
  readonly days: number;
  readonly forward: number;
  readonly index: number;
  /** All options of the expiry. */
  readonly options: number;
  readonly svi: SviParameters;
  readonly leastG: number;
}

export interface FittedChain {
  readonly timestampSec: number;
  readonly expiries: readonly FittedExpiry[];
  /** Expiries with too few strikes for five parameters, or at their end. */
  readonly leftOut: readonly {
    readonly symbol: string;
    readonly expirySec: number;
    readonly options: number;
  }[];
  readonly marks: readonly MarkErrors[];
}

/** Fits every expiry of a chain, and reproduces its marks. */
export function fitChain(quotes: readonly Quote[]): FittedChain {
  const expiries: FittedExpiry[] = [];
  const leftOut: FittedChain['leftOut'][number][] = [];
  for (const slice of expirySlices(quotes)) {
    const { symbol, expirySec, tau, forward, index } = slice;
    const fit = fitSvi(slice);
    const options = slice.quotes.length;
    if (fit === undefined) leftOut.push({ symbol, expirySec, options });
    else {
      const errors = fitErrors(slice, fit.svi);
      expiries.push({ symbol, expirySec, days: tau * 365, forward, index, options, ...fit, ...errors });
    }
  }
  return { timestampSec: quotes[0]?.timestampSec ?? 0, expiries, leftOut, marks: markErrors(quotes) };
}
