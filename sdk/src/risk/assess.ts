import { abs, max, min, mulUp, WAD } from '../units/index.ts';
import { classify } from './classify.ts';
import { collectExposures } from './exposure.ts';
import type { Exposure } from './exposure.ts';
import { scanExposure, scanRangeOf, shockOf, specialOf } from './scan.ts';
import type { Assessment, Market, Portfolio, RiskProfile, UnderlyingReport, WorstScenario } from './types.ts';

/**
 * Equity and margin of a portfolio with everything that led to them: the twin of `RiskEngine.explain`, equal to the wei
 * (SPEC-V, SPEC-M1 to M11). Equity rounds down, margin rounds up.
 * @throws UnknownUnderlyingError, UnknownTermError where the market lacks a price, or an expiry
 */
export function assess(portfolio: Portfolio, market: Market, profile: RiskProfile): Assessment {
  const { list, equity, unrealised } = collectExposures(portfolio, market, profile);
  const scenarioPnl = new Array<bigint>(profile.scenarios.length).fill(0n);
  const underlyings: UnderlyingReport[] = [];
  let scanSum = 0n;
  let roll = 0n;
  let shortOption = 0n;
  let haircut = 0n;
  let initialExtra = 0n;
  let floor = 0n;

  for (const exposure of list) {
    const share = reportUnderlying(exposure, profile, scenarioPnl);
    underlyings.push(share);
    scanSum += share.scan;
    roll += share.roll;
    shortOption += share.shortOption;
    haircut += share.haircut;
    initialExtra += share.initialExtra;
    floor += share.floor;
  }

  const worst = indexOfLeast(scenarioPnl); // M4
  const netLoss = max(0n, -(scenarioPnl[worst] ?? 0n));
  const risk = mulUp(profile.rho, netLoss) + mulUp(WAD - profile.rho, scanSum); // M5
  const charges = roll + shortOption + haircut;
  const maintenanceMargin = max(mulUp(risk, profile.mmFactor) + charges, mulUp(floor, profile.mmFactor)); // M10
  const initialMargin = max(risk + charges + initialExtra, floor); // M10

  return {
    equity,
    initialMargin,
    maintenanceMargin,
    unrealised,
    state: classify(equity, initialMargin, maintenanceMargin),
    worstScenario: describeScenario(worst, profile, list[0]),
    risk,
    roll,
    shortOption,
    haircut,
    initialExtra,
    floor,
    scenarioPnl,
    underlyings,
  };
}

/** One underlying's part; adds its profit and loss to `scenarioPnl`. */
function reportUnderlying(exposure: Exposure, profile: RiskProfile, scenarioPnl: bigint[]): UnderlyingReport {
  const { underlying, index, netDelta, spotValue, perpNotional } = exposure;
  let least = 0n;
  if (exposure.held) {
    for (const [j, pnl] of scanExposure(exposure, profile).entries()) {
      scenarioPnl[j] = (scenarioPnl[j] ?? 0n) + pnl;
      if (pnl < least) least = pnl;
    }
  }
  const absDelta = abs(netDelta);
  const hedged = (exposure.grossDelta - absDelta) / 2n; // never negative
  const shortNotional = mulUp(shortUnitsOf(exposure), index); // M6
  const lonePerp = scanRangeOf(profile, underlying) + profile.rollMin + profile.perpInitial;
  return {
    underlying,
    index,
    netDelta,
    scan: -least, // M4
    roll: mulUp(perpNotional, profile.rollMin) + rollOf(exposure, profile), // M6
    shortOption: mulUp(shortNotional, profile.shortRate), // M6
    haircut: mulUp(spotValue, haircutRate(profile, underlying, spotValue)), // M7
    initialExtra:
      mulUp(perpNotional, profile.perpInitial) +
      mulUp(shortNotional, profile.shortInitial) +
      mulUp(spotValue, profile.haircutInitial) +
      mulUp(exposure.crowded, lonePerp), // M8
    floor: mulUp(mulUp(absDelta, profile.floorNet) + mulUp(hedged, profile.floorHedged), index), // M9
  };
}

/** The expiries' roll charges (SPEC-M6). */
function rollOf({ terms, index }: Exposure, profile: RiskProfile): bigint {
  let roll = 0n;
  for (const { term, delta } of terms.values()) {
    const rate = max(profile.rollMin, mulUp(profile.rollRate, term.tau));
    roll += mulUp(mulUp(abs(delta), index), rate);
  }
  return roll;
}

function shortUnitsOf({ terms }: Exposure): bigint {
  let units = 0n;
  for (const { calls, puts } of terms.values()) units += max(0n, -calls) + max(0n, -puts);
  return units;
}

function haircutRate(profile: RiskProfile, underlying: number, spotValue: bigint): bigint {
  const special = specialOf(profile, underlying);
  if (special === undefined || special.haircutSlope === 0n) return profile.haircut;
  return min(special.haircutCap, profile.haircut + mulUp(special.haircutSlope, spotValue));
}

function indexOfLeast(values: readonly bigint[]): number {
  let least = 0;
  for (let j = 1; j < values.length; ++j) {
    if ((values[j] ?? 0n) < (values[least] ?? 0n)) least = j;
  }
  return least;
}

function describeScenario(index: number, profile: RiskProfile, first: Exposure | undefined): WorstScenario {
  const scenario = profile.scenarios[index];
  if (scenario === undefined) return { index, shock: 0n, vol: 'none' };
  if (first === undefined) return { index, shock: 0n, vol: scenario.vol };
  return { index, shock: shockOf(scenario, scanRangeOf(profile, first.underlying)), vol: scenario.vol };
}
