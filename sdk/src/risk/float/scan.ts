import type { VolMove } from '../types.ts';
import { black76CallFloat } from './black76.ts';
import { CALL, FORWARD, LOG_MONEYNESS, S, S_DOWN, S_UP, SIZE, STRIDE, STRIKE } from './book.ts';
import type { Book } from './book.ts';
import type { FloatProfile, FloatScenario, FloatUnderlyingRisk } from './types.ts';

const LOWEST_SHOCK = -0.99;

export function specialOf(profile: FloatProfile, underlying: number): FloatUnderlyingRisk | undefined {
  for (const special of profile.underlyings) if (special.underlying === underlying) return special;
  return undefined;
}

export function scanRangeOf(profile: FloatProfile, underlying: number): number {
  return specialOf(profile, underlying)?.scanRange ?? profile.defaultScanRange;
}

/** The price's relative change under a scenario. */
export function shockOf({ move, absolute }: FloatScenario, scanRange: number): number {
  return Math.max(absolute === true ? move : move * scanRange, LOWEST_SHOCK);
}

/** One underlying's result of each scenario (SPEC-M3), added to `totals`. Returns R_u, the worst loss. */
export function scan(book: Book, profile: FloatProfile, totals: Float64Array): number {
  const scanRange = scanRangeOf(profile, book.underlying);
  let least = 0;
  profile.scenarios.forEach((scenario, j) => {
    const shock = shockOf(scenario, scanRange);
    const pnl = weightOf(scenario, scanRange) * (book.linear * shock + optionsPnl(book, shock, scenario.vol));
    totals[j] = (totals[j] ?? 0) + pnl;
    if (pnl < least) least = pnl;
  });
  return -least;
}

function weightOf({ weight, move, absolute }: FloatScenario, scanRange: number): number {
  return absolute === true && move !== 0 ? weight * Math.min(1, scanRange / Math.abs(move)) : weight;
}

/** Change in value of the options, puts counted as calls. */
function optionsPnl({ options, optionCount }: Book, shock: number, vol: VolMove): number {
  const sColumn = vol === 'up' ? S_UP : vol === 'down' ? S_DOWN : S;
  const logShock = Math.log1p(shock);
  let pnl = 0;
  for (let at = 0; at < optionCount * STRIDE; at += STRIDE) {
    const forward = column(options, at + FORWARD) * (1 + shock);
    const logMoneyness = column(options, at + LOG_MONEYNESS) + logShock;
    const call = black76CallFloat(
      forward,
      column(options, at + STRIKE),
      column(options, at + sColumn),
      logMoneyness,
    );
    pnl += column(options, at + SIZE) * (call - column(options, at + CALL));
  }
  return pnl;
}

function column(options: Float64Array, at: number): number {
  return options[at] ?? NaN;
}
