import type { Assessment, Market, Portfolio, RiskProfile } from '@novate/sdk';
import { toNumber } from '../../format/format.ts';
import type { TermName } from '../../ui/terms.ts';
import { partsOf, tryAssess } from './facts.ts';
import type { Part } from './facts.ts';

export type MarginKind = 'initial' | 'maintenance';

/** A step of the waterfall: what it takes from equity, USD; negative where it gives back. */
export interface Step {
  readonly key: string;
  readonly label: string;
  readonly term?: TermName;
  readonly value: number;
}

export function marginOf(result: Assessment, kind: MarginKind): number {
  return toNumber(kind === 'initial' ? result.initialMargin : result.maintenanceMargin);
}

/** The margin by charge; the steps add up to it. */
export function stepsByCharge(
  result: Assessment,
  profile: RiskProfile | undefined,
  kind: MarginKind,
): Step[] {
  const factor = kind === 'initial' ? 1 : toNumber(profile?.mmFactor ?? 10n ** 18n);
  const steps: Step[] = [
    { key: 'risk', label: 'Scenario risk', term: 'scenarioRisk', value: toNumber(result.risk) * factor },
    { key: 'roll', label: 'Roll', term: 'roll', value: toNumber(result.roll) },
    { key: 'short', label: 'Short options', term: 'shortOption', value: toNumber(result.shortOption) },
    { key: 'haircut', label: 'Collateral haircut', term: 'haircut', value: toNumber(result.haircut) },
  ];
  if (kind === 'initial')
    steps.push({
      key: 'extra',
      label: 'Initial extra',
      term: 'initialExtra',
      value: toNumber(result.initialExtra),
    });
  const rest = marginOf(result, kind) - steps.reduce((sum, { value }) => sum + value, 0);
  // rounding leaves less than a millionth
  steps.push({ key: 'floor', label: 'Up to the floor', term: 'floor', value: rest > 1e-6 ? rest : 0 });
  return steps;
}

/**
 * The margin by holding: what each adds when it comes after those before it, so that a hedge gives back what it takes away.
 * Undefined where the twin cannot price one of them.
 */
export function stepsByHolding(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile | undefined,
  kind: MarginKind,
  nameOf: (part: Part) => string,
): Step[] | undefined {
  const steps: Step[] = [];
  let known = 0;
  let held: Portfolio = { cash: portfolio.cash, legs: [], spot: [] };
  for (const part of partsOf(portfolio)) {
    held = {
      cash: held.cash,
      legs: [...held.legs, ...part.portfolio.legs],
      spot: [...held.spot, ...part.portfolio.spot],
    };
    const result = tryAssess(held, market, profile);
    if (result === undefined) return undefined;
    const margin = marginOf(result, kind);
    steps.push({ key: part.key, label: nameOf(part), value: margin - known });
    known = margin;
  }
  return steps;
}
