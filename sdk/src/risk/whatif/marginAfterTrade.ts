import { assess } from '../assess.ts';
import { isTradeAllowed } from '../isTradeAllowed.ts';
import type { Assessment, Market, Portfolio, RiskProfile } from '../types.ts';
import { applyTrade } from './applyTrade.ts';
import type { TrialTrade } from './applyTrade.ts';

export interface MarginAfterTrade {
  readonly portfolio: Portfolio;
  readonly before: Assessment;
  readonly after: Assessment;
  /** Whether the clearinghouse would let the account do it (SPEC-M13). */
  readonly allowed: boolean;
}

/**
 * What a trade would do to an account's margin, at unchanged prices.
 * @throws InvalidTradeError and those of `assess`
 */
export function marginAfterTrade(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  trade: TrialTrade,
): MarginAfterTrade {
  const before = assess(portfolio, market, profile);
  const traded = applyTrade(portfolio, trade);
  const after = assess(traded, market, profile);
  return { portfolio: traded, before, after, allowed: isTradeAllowed(before, after) };
}
