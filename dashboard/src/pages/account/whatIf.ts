import { applyTrade, calculatePerpMark, isTradeAllowed } from '@novate/sdk';
import type { Assessment, Market, Portfolio, RiskProfile } from '@novate/sdk';
import { computeCurve } from './curve.ts';
import type { Curve } from './curve.ts';
import { shiftMarket, tryAssess } from './facts.ts';

export interface WhatIfInputs {
  /** Change of each index, as a fraction. */
  readonly moves: ReadonlyMap<number, number>;
  /** The underlying whose perp is traded at its mark. */
  readonly underlying: number;
  /** Units, wad; 0 trades nothing. */
  readonly size: bigint;
  readonly takerFeeBps: number;
}

export interface WhatIf {
  readonly result: Assessment | undefined;
  /** Whether the clearinghouse would let the account trade so, at those prices; undefined without a trade. */
  readonly allowed: boolean | undefined;
  readonly curve: Curve;
  readonly milliseconds: number;
}

const BPS = 10_000n;

/** All by the twin in this browser: what the account would be exactly, the curve in floating point. */
export function computeWhatIf(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile | undefined,
  inputs: WhatIfInputs,
): WhatIf {
  const start = performance.now();
  const shifted = shiftMarket(market, inputs.moves);
  const before = tryAssess(portfolio, shifted, profile);
  const traded = trade(portfolio, shifted, inputs);
  const result = traded === portfolio ? before : tryAssess(traded, shifted, profile);
  return {
    result,
    allowed: traded === portfolio || !before || !result ? undefined : isTradeAllowed(before, result),
    curve: computeCurve(traded, shifted, profile),
    milliseconds: performance.now() - start,
  };
}

function trade(
  portfolio: Portfolio,
  market: Market,
  { underlying, size, takerFeeBps }: WhatIfInputs,
): Portfolio {
  const prices = market.underlyings.get(underlying);
  if (prices === undefined || size === 0n) return portfolio;
  const price = calculatePerpMark(prices.index, prices.premium);
  const notional = ((size < 0n ? -size : size) * price) / 10n ** 18n;
  return applyTrade(portfolio, { underlying, size, price, fee: (notional * BigInt(takerFeeBps)) / BPS });
}
