import type { MarginState } from '../types.ts';
import { addFuture, addLinear, addOption, addPerp, bookIn } from './book.ts';
import type { Book } from './book.ts';
import { scan, scanRangeOf, shockOf, specialOf } from './scan.ts';
import type {
  FloatAssessment,
  FloatMarket,
  FloatPortfolio,
  FloatProfile,
  FloatShare,
  FloatUnderlyingRisk,
} from './types.ts';

interface Charges {
  roll: number;
  shortOption: number;
  haircut: number;
  initialExtra: number;
  floor: number;
}

/**
 * Equity and margin of a portfolio in floating point (SPEC-V and M without their roundings), for every kind of leg. Pure, and
 * fast enough to screen and to simulate with; what is decided on chain is decided by the exact engine.
 * @throws UnknownUnderlyingError where the market lacks a price
 */
export function assessFloat(
  portfolio: FloatPortfolio,
  market: FloatMarket,
  profile: FloatProfile,
): FloatAssessment {
  const books: Book[] = [];
  const { costs, unrealised } = fillBooks(books, portfolio, market, profile);
  let equity = portfolio.cash + costs;
  const scenarioPnl = new Float64Array(profile.scenarios.length);
  const charges: Charges = { roll: 0, shortOption: 0, haircut: 0, initialExtra: 0, floor: 0 };
  const underlyings: FloatShare[] = [];
  let scanSum = 0;
  for (const book of books) {
    equity += book.value;
    const worst = scan(book, profile, scenarioPnl);
    scanSum += worst;
    addCharges(charges, book, profile);
    underlyings.push({ underlying: book.underlying, netDelta: book.netDelta, scan: worst });
  }
  const worst = indexOfLeast(scenarioPnl);
  const risk = profile.rho * Math.max(0, -(scenarioPnl[worst] ?? 0)) + (1 - profile.rho) * scanSum; // M5
  return {
    ...marginsOf(risk, charges, profile, equity),
    equity,
    unrealised,
    worstScenario: describeScenario(worst, profile, books[0]),
    risk,
    ...charges,
    scenarioPnl,
    underlyings,
  };
}

/** Puts spot and legs into books. Returns the sum of costs, and what perps and futures have gained (SPEC-M1, M2). */
function fillBooks(
  books: Book[],
  portfolio: FloatPortfolio,
  market: FloatMarket,
  profile: FloatProfile,
): { costs: number; unrealised: number } {
  let costs = 0;
  let unrealised = 0;
  for (const { underlying, amount } of portfolio.spot) {
    const book = bookIn(books, underlying, market);
    book.spotAmount += amount;
    addLinear(book, amount * book.prices.index, amount);
  }
  for (const leg of portfolio.legs) {
    const book = bookIn(books, leg.underlying, market);
    if (leg.kind === 'perp') {
      costs += leg.cost;
      unrealised += addPerp(book, leg) + leg.cost;
    } else if (leg.kind === 'future') {
      costs += leg.cost;
      unrealised += addFuture(book, leg, market, profile) + leg.cost;
    } else {
      addOption(book, leg, market, profile);
    }
  }
  return { costs, unrealised };
}

function addCharges(charges: Charges, book: Book, profile: FloatProfile): void {
  const { index } = book.prices;
  const perpNotional = book.perpAbs * index;
  let roll = perpNotional * profile.rollMin;
  let short = 0;
  for (const { delta, tau, netCalls, netPuts } of book.expiries) {
    roll += Math.abs(delta) * index * Math.max(profile.rollMin, profile.rollRate * tau);
    short += Math.max(0, -netCalls) + Math.max(0, -netPuts);
  }
  const shortNotional = short * index;
  const spotValue = book.spotAmount * index;
  const netDelta = Math.abs(book.netDelta);
  const hedged = Math.max(0, (book.grossDelta - netDelta) / 2);
  charges.roll += roll; // M6
  charges.shortOption += shortNotional * profile.shortRate; // M6
  charges.haircut += spotValue * haircutRate(profile, specialOf(profile, book.underlying), spotValue); // M7
  charges.initialExtra += // M8
    perpNotional * profile.perpInitial +
    shortNotional * profile.shortInitial +
    spotValue * profile.haircutInitial;
  charges.floor += (netDelta * profile.floorNet + hedged * profile.floorHedged) * index; // M9
}

function haircutRate(
  profile: FloatProfile,
  special: FloatUnderlyingRisk | undefined,
  spotValue: number,
): number {
  if (special === undefined || special.haircutSlope === 0) return profile.haircut;
  return Math.min(special.haircutCap, profile.haircut + special.haircutSlope * spotValue);
}

/** SPEC-M10, M11. */
function marginsOf(
  risk: number,
  { roll, shortOption, haircut, initialExtra, floor }: Charges,
  { mmFactor }: FloatProfile,
  equity: number,
): { maintenanceMargin: number; initialMargin: number; state: MarginState } {
  const charges = roll + shortOption + haircut;
  const maintenanceMargin = Math.max(mmFactor * risk + charges, mmFactor * floor);
  const initialMargin = Math.max(risk + charges + initialExtra, floor);
  return { maintenanceMargin, initialMargin, state: classify(equity, initialMargin, maintenanceMargin) };
}

function classify(equity: number, initialMargin: number, maintenanceMargin: number): MarginState {
  if (equity < 0) return 'insolvent';
  if (equity < maintenanceMargin) return 'liquidatable';
  return equity < initialMargin ? 'atRisk' : 'healthy';
}

function indexOfLeast(values: Float64Array): number {
  let least = 0;
  for (let j = 1; j < values.length; ++j) if ((values[j] ?? 0) < (values[least] ?? 0)) least = j;
  return least;
}

function describeScenario(
  index: number,
  profile: FloatProfile,
  first: Book | undefined,
): FloatAssessment['worstScenario'] {
  const scenario = profile.scenarios[index];
  if (scenario === undefined) return { index, shock: 0, vol: 'none' };
  if (first === undefined) return { index, shock: 0, vol: scenario.vol };
  return { index, shock: shockOf(scenario, scanRangeOf(profile, first.underlying)), vol: scenario.vol };
}
