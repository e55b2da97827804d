import type { TermGroup } from './accountGroups.ts';
import type { Allowances } from './allowances.ts';
import { forwardRatio, widening, yearsLeft } from './marketView.ts';
import type { RiskTable } from './riskTable.ts';

const MONTH_SEC = 30 * 86_400;
const DAY_SEC = 86_400;

type Profile = RiskTable['profile'];

/** What of a term depends on time alone, at the beginning and the end of the window. */
export function fillTimes(
  term: TermGroup,
  expirySec: number,
  nowSec: number,
  { untilSec, vol, carry, widen }: Allowances,
  profile: Profile,
): void {
  const late = Math.max(nowSec, Math.min(untilSec, expirySec));
  const [tauEarly, tauLate] = [yearsLeft(expirySec, nowSec), yearsLeft(expirySec, late)];
  term.ratio = forwardRatio(term.surface, tauEarly);
  term.lnRatio = Math.log(term.ratio);
  term.drift = Math.abs(term.lnRatio - Math.log(forwardRatio(term.surface, tauLate)));
  term.slack = Math.expm1(carry + term.drift);
  term.spread = Math.exp(vol);
  term.rate = Math.max(profile.rollMin, profile.rollRate * tauEarly);
  [term.sqrtTauEarly, term.sqrtTauLate] = [Math.sqrt(tauEarly), Math.sqrt(tauLate)];
  const scaleEarly = scaleAt(expirySec - nowSec, profile);
  const scaleLate = late === nowSec ? scaleEarly : scaleAt(expirySec - late, profile);
  [term.upEarly, term.upLate] = [1 + profile.volUp * scaleEarly, 1 + profile.volUp * scaleLate];
  term.downEarly = Math.max(0, 1 - profile.volDown * scaleEarly);
  term.downLate = Math.max(0, 1 - profile.volDown * scaleLate);
  term.floorEarly = profile.volUpFloor * term.sqrtTauEarly;
  term.floorLate = profile.volUpFloor * term.sqrtTauLate;
  const now = widening(term.surface, nowSec);
  const isPoint = Number.isNaN(widen);
  term.widenLeast = isPoint ? now : 0;
  term.widenMost = isPoint ? now : Math.max(now, widen);
}

/** SPEC-V5: shocks of volatility are larger the nearer the expiry. */
function scaleAt(left: number, { volPowerShort, volPowerLong }: Profile): number {
  return Math.pow(MONTH_SEC / Math.max(left, DAY_SEC), left < MONTH_SEC ? volPowerShort : volPowerLong);
}
