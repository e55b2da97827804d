import { toFloatProfile } from '@novate/sdk';
import type { FloatProfile, RiskProfile } from '@novate/sdk';

const LOWEST_SHOCK = -0.99;
export const VOL_NONE = 0;
export const VOL_UP = 1;
export const VOL_DOWN = 2;

/** What a profile's scenarios do to one underlying. */
export interface ShockTable {
  /** m_j, 1 + m_j and its logarithm. */
  readonly shocks: Float64Array;
  readonly factors: Float64Array;
  readonly logs: Float64Array;
  readonly weights: Float64Array;
  readonly vols: Uint8Array;
  readonly haircutSlope: number;
  readonly haircutCap: number;
}

export interface RiskTable {
  readonly profile: FloatProfile;
  readonly scenarios: number;
  /** What a scenario's loss over all underlyings weighs in the margin, and an underlying's own worst loss. */
  readonly jointWeight: number;
  readonly ownWeight: number;
  /**
   * Whether margin and equity have the shape that bounds rest on: margin never falls faster than the values it is made of
   * (maintenance factor times weight at most 1), and the floor grows with net delta.
   */
  readonly isBoundable: boolean;
  /** @param underlying The protocol's number. */
  shocksOf(underlying: number): ShockTable;
}

export function createRiskTable(source: RiskProfile): RiskTable {
  const profile = toFloatProfile(source);
  const { mmFactor, rho, scenarios, floorNet, floorHedged } = profile;
  const known = new Map<number, ShockTable>();
  const heaviest = scenarios.reduce((most, { weight }) => Math.max(most, weight), 0);
  return {
    profile,
    scenarios: scenarios.length,
    jointWeight: mmFactor * rho,
    ownWeight: mmFactor * (1 - rho),
    isBoundable: mmFactor * heaviest <= 1 && floorNet >= floorHedged / 2 && rho >= 0 && rho <= 1,
    shocksOf(underlying) {
      const table = known.get(underlying) ?? tabulate(profile, underlying);
      known.set(underlying, table);
      return table;
    },
  };
}

function tabulate(profile: FloatProfile, underlying: number): ShockTable {
  const special = profile.underlyings.find((entry) => entry.underlying === underlying);
  const range = special?.scanRange ?? profile.defaultScanRange;
  const { scenarios } = profile;
  const shocks = Float64Array.from(scenarios, ({ move, absolute }) =>
    Math.max(absolute === true ? move : move * range, LOWEST_SHOCK),
  );
  return {
    shocks,
    factors: shocks.map((shock) => 1 + shock),
    logs: shocks.map((shock) => Math.log1p(shock)),
    weights: Float64Array.from(scenarios, ({ weight, move, absolute }) =>
      absolute === true && move !== 0 ? weight * Math.min(1, range / Math.abs(move)) : weight,
    ),
    vols: Uint8Array.from(scenarios, ({ vol }) =>
      vol === 'up' ? VOL_UP : vol === 'down' ? VOL_DOWN : VOL_NONE,
    ),
    haircutSlope: special?.haircutSlope ?? 0,
    haircutCap: special?.haircutCap ?? 0,
  };
}
