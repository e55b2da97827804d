import { collectExposures } from '../exposure.ts';
import { scanExposure } from '../scan.ts';
import type { Market, Portfolio, RiskProfile, Scenario } from '../types.ts';

/** What each part of a portfolio gains in one scenario, the scenario's weight included, wad USD, rounded down. */
export interface ScenarioShares {
  /** One for each spot balance, in their order. */
  readonly spot: readonly bigint[];
  /** One for each leg, in their order; what is settled gains nothing. */
  readonly legs: readonly bigint[];
}

/**
 * A scenario's result leg by leg (SPEC-M3 of each leg alone): with `profile.scenarios[worstScenario.index]` it says where the
 * loss of the worst scenario comes from. Cash gains nothing. The parts add up to the portfolio's own `scenarioPnl` of that
 * scenario but for roundings, which part by part instead of once for each underlying come to less than
 * `(parts + underlyings) * (3 + 2 * |shock|)` wei.
 * @throws UnknownUnderlyingError, UnknownTermError
 */
export function scenarioShares(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  scenario: Scenario,
): ScenarioShares {
  const rules = { ...profile, scenarios: [scenario] };
  const shareOf = (part: Pick<Portfolio, 'legs' | 'spot'>): bigint => {
    const [exposure] = collectExposures({ cash: 0n, ...part }, market, rules).list;
    if (exposure?.held !== true) return 0n;
    return scanExposure(exposure, rules)[0] ?? 0n;
  };
  return {
    spot: portfolio.spot.map((balance) => shareOf({ spot: [balance], legs: [] })),
    legs: portfolio.legs.map((leg) => shareOf({ spot: [], legs: [leg] })),
  };
}
