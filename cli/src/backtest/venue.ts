import { black76DeltaFloat, sviTotalVariance } from '@novate/sdk';
import type { FloatExpiry, FloatMarket, FloatUnderlying } from '@novate/sdk';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { fitChain } from '../svi/index.ts';
import type { FittedExpiry, Quote } from '../svi/index.ts';
import { UsageError } from '../usageError.ts';

/** An option that portfolios may hold. Call and put of a strike are one entry. */
export interface ListedStrike {
  readonly expirySec: number;
  readonly strike: number;
  /** Of the call, in forwards. */
  readonly delta: number;
}

/** A moment with its chain: prices, surfaces, and what is listed by underlying, with expiries in order. */
export interface Venue {
  readonly market: FloatMarket;
  readonly strikes: ReadonlyMap<number, readonly ListedStrike[]>;
}

/** Options with less time left are not put into portfolios: they expire within the window. */
const LEAST_DAYS = 1;
const [LOWEST_DELTA, HIGHEST_DELTA] = [0.05, 0.95];

/**
 * A chain with fitted surfaces, as a market to hold portfolios in.
 * @param others Index prices of underlyings that the chain does not have; they trade as perps only.
 * @throws UsageError where the chain has no underlying that is known, or no expiry that can be fitted
 */
export function toVenue(quotes: readonly Quote[], others: ReadonlyMap<number, number>, name: string): Venue {
  const { expiries, timestampSec } = fitChain(quotes);
  const underlyings = new Map<number, FloatUnderlying>([...others].map(([id, index]) => [id, { index }]));
  const strikes = new Map<number, ListedStrike[]>();
  for (const { symbol, id } of UNDERLYINGS) {
    const own = expiries.filter((expiry) => expiry.symbol === symbol && expiry.days >= LEAST_DAYS);
    const index = own[0]?.index;
    if (index === undefined) continue;
    underlyings.set(id, {
      index,
      expiries: new Map(own.map((one) => [one.expirySec, toExpiry(one, index)])),
    });
    strikes.set(
      id,
      own.flatMap((expiry) => listStrikes(expiry, quotes)),
    );
  }
  if (strikes.size === 0) {
    throw new UsageError(
      `${name}: expected options on ${UNDERLYINGS.map(({ symbol }) => symbol).join(', ')} with a day or more to go`,
    );
  }
  return { market: { timestampSec, underlyings }, strikes };
}

function toExpiry({ forward, svi, days }: FittedExpiry, index: number): FloatExpiry {
  return { basis: (forward / index - 1) / (days / 365), svi };
}

function listStrikes(expiry: FittedExpiry, quotes: readonly Quote[]): ListedStrike[] {
  const { symbol, expirySec, forward, svi } = expiry;
  const own = quotes.filter((quote) => quote.symbol === symbol && quote.expirySec === expirySec);
  return [...new Set(own.map(({ strike }) => strike))]
    .sort((a, b) => a - b)
    .map((strike) => {
      const s = Math.sqrt(sviTotalVariance(svi, Math.log(strike / forward)));
      return { expirySec, strike, delta: black76DeltaFloat(forward, strike, s) };
    })
    .filter(({ delta }) => delta >= LOWEST_DELTA && delta <= HIGHEST_DELTA);
}
