import { abs, max, min, mulDown, mulFloor, mulUp, WAD } from '../units/index.ts';
import { InstrumentNotPricedError, UnknownUnderlyingError } from './errors.ts';
import { calculatePerpMark } from './perp/calculatePerpMark.ts';
import { classify } from './classify.ts';
import type {
  Assessment,
  Market,
  Portfolio,
  RiskProfile,
  Scenario,
  UnderlyingReport,
  UnderlyingRisk,
  WorstScenario,
} from './types.ts';

/** The lowest shock: prices stay positive. */
const MIN_SHOCK = -(WAD * 99n) / 100n;

/** All that one underlying's legs add up to. Mutable, for it is filled leg by leg. */
interface Exposure {
  readonly underlying: number;
  readonly index: bigint;
  readonly premium: bigint;
  spotAmount: bigint;
  spotValue: bigint;
  perpSize: bigint;
  perpAbsSize: bigint;
  perpValue: bigint;
  perpNotional: bigint;
}

/**
 * Equity and margin of a portfolio with everything that led to them: the twin of `RiskEngine.explain`, equal to the wei
 * (SPEC-M1 to M11). Equity rounds down, margin rounds up.
 * @throws InstrumentNotPricedError for futures and options
 * @throws UnknownUnderlyingError where the market lacks a price
 */
export function assess(portfolio: Portfolio, market: Market, profile: RiskProfile): Assessment {
  const exposures: Exposure[] = [];
  let equity = portfolio.cash;
  let unrealised = 0n;

  for (const balance of portfolio.spot) {
    const exposure = exposureIn(exposures, balance.underlying, market);
    const value = mulDown(balance.amount, exposure.index); // M1
    exposure.spotAmount += balance.amount;
    exposure.spotValue += value;
    equity += value;
  }
  for (const leg of portfolio.legs) {
    if (leg.kind !== 'perp') throw new InstrumentNotPricedError(leg);
    const exposure = exposureIn(exposures, leg.underlying, market);
    const value = mulFloor(leg.size, calculatePerpMark(exposure.index, exposure.premium)); // M1
    const size = abs(leg.size);
    exposure.perpSize += leg.size;
    exposure.perpAbsSize += size;
    exposure.perpValue += value;
    exposure.perpNotional += mulUp(size, exposure.index); // M6
    unrealised += value + leg.cost; // M2
  }
  equity += unrealised;

  return report(exposures, profile, equity, unrealised);
}

function report(
  exposures: readonly Exposure[],
  profile: RiskProfile,
  equity: bigint,
  unrealised: bigint,
): Assessment {
  const scenarioPnl = new Array<bigint>(profile.scenarios.length).fill(0n);
  const underlyings: UnderlyingReport[] = [];
  let scanSum = 0n;
  let roll = 0n;
  let shortOption = 0n;
  let haircut = 0n;
  let initialExtra = 0n;
  let floor = 0n;

  for (const exposure of exposures) {
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
    worstScenario: describeScenario(worst, profile, exposures[0]),
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
  const { underlying, index, spotAmount, spotValue, perpNotional } = exposure;
  const special = specialOf(profile, underlying);
  const scanRange = special?.scanRange ?? profile.defaultScanRange;

  const value = spotValue + exposure.perpValue; // M3
  let least = 0n;
  for (const [j, scenario] of profile.scenarios.entries()) {
    const pnl = mulFloor(mulFloor(value, shockOf(scenario, scanRange)), scenario.weight); // M3
    scenarioPnl[j] = (scenarioPnl[j] ?? 0n) + pnl;
    if (pnl < least) least = pnl;
  }

  const netDelta = spotAmount + exposure.perpSize; // M9
  const absDelta = abs(netDelta);
  const hedged = (spotAmount + exposure.perpAbsSize - absDelta) / 2n; // both terms >= 0
  return {
    underlying,
    index,
    netDelta,
    scan: -least, // M4
    roll: mulUp(perpNotional, profile.rollMin), // M6
    shortOption: 0n,
    haircut: mulUp(spotValue, haircutRate(profile, special, spotValue)), // M7
    initialExtra: mulUp(perpNotional, profile.perpInitial) + mulUp(spotValue, profile.haircutInitial), // M8
    floor: mulUp(mulUp(absDelta, profile.floorNet) + mulUp(hedged, profile.floorHedged), index), // M9
  };
}

function exposureIn(exposures: Exposure[], underlying: number, market: Market): Exposure {
  // a handful at most, in which a scan beats a map
  for (const exposure of exposures) if (exposure.underlying === underlying) return exposure;
  const prices = market.underlyings.get(underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(underlying);
  const exposure: Exposure = {
    underlying,
    index: prices.index,
    premium: prices.premium,
    spotAmount: 0n,
    spotValue: 0n,
    perpSize: 0n,
    perpAbsSize: 0n,
    perpValue: 0n,
    perpNotional: 0n,
  };
  exposures.push(exposure);
  return exposure;
}

function shockOf(scenario: Scenario, scanRange: bigint): bigint {
  return max(mulFloor(scenario.move, scanRange), MIN_SHOCK);
}

function haircutRate(profile: RiskProfile, special: UnderlyingRisk | undefined, spotValue: bigint): bigint {
  if (special === undefined || special.haircutSlope === 0n) return profile.haircut;
  return min(special.haircutCap, profile.haircut + mulUp(special.haircutSlope, spotValue));
}

function specialOf(profile: RiskProfile, underlying: number): UnderlyingRisk | undefined {
  for (const special of profile.underlyings) if (special.underlying === underlying) return special;
  return undefined;
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
  const scanRange = specialOf(profile, first.underlying)?.scanRange ?? profile.defaultScanRange;
  return { index, shock: shockOf(scenario, scanRange), vol: scenario.vol };
}
