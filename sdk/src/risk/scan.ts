import { abs, divDown, divFloorRaw, lnWad, max, mulDown, mulFloor, WAD } from '../units/index.ts';
import { linearValueOf } from './exposure.ts';
import type { Exposure } from './exposure.ts';
import { black76Call } from './options/black76.ts';
import type { RiskProfile, Scenario, UnderlyingRisk } from './types.ts';

/** The lowest shock: prices stay positive. */
const MIN_SHOCK = -(WAD * 99n) / 100n;

/** One underlying's profit and loss in every scenario (SPEC-M3). */
export function scanExposure(exposure: Exposure, profile: RiskProfile): bigint[] {
  const scanRange = scanRangeOf(profile, exposure.underlying);
  const value = exposure.spotValue + linearValueOf(exposure);
  return profile.scenarios.map((scenario) => {
    const shock = shockOf(scenario, scanRange);
    const change = mulFloor(value, shock) + revalueCalls(exposure, scenario, shock);
    return mulFloor(change, weightOf(scenario, scanRange));
  });
}

function revalueCalls(exposure: Exposure, scenario: Scenario, shock: bigint): bigint {
  if (exposure.calls.length === 0) return 0n;
  const factor = WAD + shock;
  const ln = lnWad(factor);
  let change = 0n;
  for (const { size, moneyness, strike, forward, roots, callNow } of exposure.calls) {
    const call = black76Call(mulDown(forward, factor), strike, moneyness + ln, roots[scenario.vol]);
    change += size * (call - callNow);
  }
  return divFloorRaw(change, WAD);
}

/** m_j (SPEC-M3): by how much a scenario moves an index, as a fraction, wad. */
export function shockOf({ move, absolute }: Scenario, scanRange: bigint): bigint {
  return max(absolute === true ? move : mulFloor(move, scanRange), MIN_SHOCK);
}

/** w_j. */
function weightOf({ move, weight, absolute }: Scenario, scanRange: bigint): bigint {
  if (absolute !== true || abs(move) <= scanRange) return weight;
  return mulDown(weight, divDown(scanRange, abs(move)));
}

/** r_u, the profile's own for the underlying or its default, wad. */
export function scanRangeOf(profile: RiskProfile, underlying: number): bigint {
  return specialOf(profile, underlying)?.scanRange ?? profile.defaultScanRange;
}

export function specialOf(profile: RiskProfile, underlying: number): UnderlyingRisk | undefined {
  for (const special of profile.underlyings) if (special.underlying === underlying) return special;
  return undefined;
}
