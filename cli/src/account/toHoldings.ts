import { formatWad, greeks, markOfLeg, mulFloor, scenarioShares } from '@novate/sdk';
import type { Greeks, Leg, PortfolioGreeks, Scenario, Spot } from '@novate/sdk';
import { toGreekStrings } from '../report/greeks.ts';
import type { GreekStrings } from '../report/greeks.ts';
import { nameOfLeg } from '../report/nameOfLeg.ts';
import type { AccountFacts } from './explainAccount.ts';

/** One thing the account holds. Numbers are decimal strings: units and USD. */
export interface Holding {
  readonly kind: 'cash' | 'spot' | 'perp' | 'future' | 'call' | 'put';
  readonly name: string;
  readonly size: string;
  readonly mark: string;
  /** What it adds to equity. */
  readonly value: string;
  /** What it adds to the result of the worst scenario, that scenario's weight included; rounded down. */
  readonly inWorstScenario: string;
  readonly greeks: GreekStrings;
}

export interface Holdings {
  readonly list: readonly Holding[];
  readonly greeks: PortfolioGreeks;
}

const NO_GREEKS: Greeks = { delta: 0, gamma: 0, vega: 0, theta: 0 };

/**
 * Cash, spot balances and legs, in this order.
 * @param scenario The worst one; undefined where the profile has none by its number.
 */
export function toHoldings(
  facts: AccountFacts,
  names: ReadonlyMap<number, string>,
  scenario: Scenario | undefined,
): Holdings {
  const { market, profile } = facts;
  const { portfolio } = facts.holdings;
  const shares = scenario && scenarioShares(portfolio, market, profile, scenario);
  const sensitivities = greeks(portfolio, market, profile);
  return {
    list: [
      toHolding({ kind: 'cash', name: 'USD', size: portfolio.cash, mark: 10n ** 18n, value: portfolio.cash }),
      ...portfolio.spot.map((balance, i) =>
        toHolding({
          ...spotPart(facts, balance, names),
          share: shares?.spot[i],
          greeks: sensitivities.spot[i],
        }),
      ),
      ...portfolio.legs.map((leg, i) =>
        toHolding({
          ...legPart(facts, leg, names),
          share: shares?.legs[i],
          greeks: sensitivities.legs[i],
        }),
      ),
    ],
    greeks: sensitivities,
  };
}

interface Part {
  readonly kind: Holding['kind'];
  readonly name: string;
  readonly size: bigint;
  readonly mark: bigint;
  readonly value: bigint;
}

function toHolding(
  part: Part & { readonly share?: bigint | undefined; readonly greeks?: Greeks | undefined },
): Holding {
  return {
    kind: part.kind,
    name: part.name,
    size: formatWad(part.size),
    mark: formatWad(part.mark),
    value: formatWad(part.value),
    inWorstScenario: formatWad(part.share ?? 0n),
    greeks: toGreekStrings(part.greeks ?? NO_GREEKS),
  };
}

function spotPart(
  { market }: AccountFacts,
  { underlying, amount }: Spot,
  names: ReadonlyMap<number, string>,
): Part {
  const mark = market.underlyings.get(underlying)?.index ?? 0n;
  const name = names.get(underlying) ?? String(underlying);
  return { kind: 'spot', name, size: amount, mark, value: mulFloor(amount, mark) };
}

function legPart({ market }: AccountFacts, leg: Leg, names: ReadonlyMap<number, string>): Part {
  const mark = markOfLeg(leg, market);
  const value = mulFloor(leg.size, mark) + ('cost' in leg ? leg.cost : 0n);
  return { kind: leg.kind, name: nameOfLeg(leg, names), size: leg.size, mark, value };
}
