import { formatWad } from '../../units/index.ts';
import type { Assessment, MarginState, VolMove } from '../types.ts';

/** What `novate margin --json` prints. Numbers are decimal strings, in USD unless they are fractions. */
export interface MarginOutput {
  readonly equity: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  readonly state: MarginState;
  readonly worstScenario: { readonly index: number; readonly shock: string; readonly vol: VolMove };
  readonly breakdown: {
    readonly risk: string;
    /** R_u by underlying. */
    readonly scan: Readonly<Record<string, string>>;
    readonly roll: string;
    readonly shortOption: string;
    readonly haircut: string;
    readonly initialExtra: string;
    readonly floor: string;
  };
}

/**
 * The output object of an assessment.
 * @param names Underlyings' names by number; one without a name appears as its number.
 */
export function toMarginOutput(assessment: Assessment, names: ReadonlyMap<number, string>): MarginOutput {
  const { worstScenario, underlyings } = assessment;
  return {
    equity: formatWad(assessment.equity),
    initialMargin: formatWad(assessment.initialMargin),
    maintenanceMargin: formatWad(assessment.maintenanceMargin),
    state: assessment.state,
    worstScenario: {
      index: worstScenario.index,
      shock: formatWad(worstScenario.shock),
      vol: worstScenario.vol,
    },
    breakdown: {
      risk: formatWad(assessment.risk),
      scan: Object.fromEntries(
        underlyings.map(({ underlying, scan }) => [
          names.get(underlying) ?? String(underlying),
          formatWad(scan),
        ]),
      ),
      roll: formatWad(assessment.roll),
      shortOption: formatWad(assessment.shortOption),
      haircut: formatWad(assessment.haircut),
      initialExtra: formatWad(assessment.initialExtra),
      floor: formatWad(assessment.floor),
    },
  };
}
