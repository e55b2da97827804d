import { WAD } from '../../units/index.ts';
import { assess } from '../assess.ts';
import { UnknownUnderlyingError } from '../errors.ts';
import type { Market, Portfolio, RiskProfile } from '../types.ts';
import { moveAll } from './stressTable.ts';
import { withIndex } from './withIndex.ts';

export interface LiquidationPrices {
  /** Whether E < MM at the market's prices. */
  readonly liquidatable: boolean;
  /** The first index below the present one at which `liquidatable` is the other way round; undefined where there is none. */
  readonly lower: bigint | undefined;
  /** The same above. */
  readonly upper: bigint | undefined;
}

export interface ScanOptions {
  /** Steps of the scan on each side: finer finds narrower gaps. */
  readonly steps?: number;
  /** How far up to scan, in multiples of the present index. */
  readonly maxMultiple?: number;
}

/** Moves of all indexes together, as fractions, wad. */
export interface LiquidationMoves {
  /** Whether E < MM at the market's prices. */
  readonly liquidatable: boolean;
  /** The nearest fall at which `liquidatable` is the other way round (negative); undefined where there is none. */
  readonly lower: bigint | undefined;
  /** The nearest rise. */
  readonly upper: bigint | undefined;
}

const DEFAULT_STEPS = 256;
const DEFAULT_MAX_MULTIPLE = 10;

/**
 * The index prices of one underlying, all others unchanged, at which an account crosses its maintenance margin: nearest
 * lower and upper, exact to the wei, by scan and bisection, since options will make health non-monotone. The premium
 * stays as it is in USD, as in `RiskEngine.explainAt`.
 * @throws UnknownUnderlyingError and those of `assess`
 */
export function liquidationPrices(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  underlying: number,
  options: ScanOptions = {},
): LiquidationPrices {
  const start = market.underlyings.get(underlying)?.index;
  if (start === undefined) throw new UnknownUnderlyingError(underlying);
  const isLiquidatable = (index: bigint): boolean => {
    const margin = assess(portfolio, withIndex(market, underlying, index), profile);
    return margin.equity < margin.maintenanceMargin;
  };
  const liquidatable = isLiquidatable(start);
  const crossed = (index: bigint): boolean => isLiquidatable(index) !== liquidatable;

  const steps = BigInt(options.steps ?? DEFAULT_STEPS);
  const span = (start * toWad((options.maxMultiple ?? DEFAULT_MAX_MULTIPLE) - 1)) / WAD;
  const below = (i: bigint): bigint => (i === steps ? 1n : start - (start * i) / steps);
  // squares of the step, for near the present price a root matters more
  const above = (i: bigint): bigint => start + (span * i * i) / (steps * steps);
  return {
    liquidatable,
    lower: nearestRoot(crossed, start, below, steps),
    upper: nearestRoot(crossed, start, above, steps),
  };
}

/**
 * As `liquidationPrices` for a parallel move of all underlyings of the market: the nearest fall and rise, in wad, exact to
 * 1e-18 of the indexes.
 * @throws those of `assess`
 */
export function liquidationMoves(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile,
  options: ScanOptions = {},
): LiquidationMoves {
  const everything = [...market.underlyings.keys()];
  const isLiquidatable = (move: bigint): boolean => {
    const margin = assess(portfolio, moveAll(market, everything, move), profile);
    return margin.equity < margin.maintenanceMargin;
  };
  const liquidatable = isLiquidatable(0n);
  const crossed = (move: bigint): boolean => isLiquidatable(move) !== liquidatable;
  const steps = BigInt(options.steps ?? DEFAULT_STEPS);
  const span = toWad((options.maxMultiple ?? DEFAULT_MAX_MULTIPLE) - 1);
  const lowest = 1n - WAD;
  return {
    liquidatable,
    lower: nearestRoot(crossed, 0n, (i) => (lowest * i) / steps, steps),
    upper: nearestRoot(crossed, 0n, (i) => (span * i * i) / (steps * steps), steps),
  };
}

function nearestRoot(
  crossed: (index: bigint) => boolean,
  start: bigint,
  at: (step: bigint) => bigint,
  steps: bigint,
): bigint | undefined {
  let near = start;
  for (let i = 1n; i <= steps; i += 1n) {
    const far = at(i);
    if (crossed(far)) return bisect(crossed, near, far);
    near = far;
  }
  return undefined;
}

/** The crossed end of the last pair of neighbours between `near` (not crossed) and `far` (crossed). */
function bisect(crossed: (index: bigint) => boolean, near: bigint, far: bigint): bigint {
  let no = near;
  let yes = far;
  while (yes - no > 1n || no - yes > 1n) {
    const middle = (no + yes) / 2n;
    if (crossed(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

function toWad(multiple: number): bigint {
  return (BigInt(Math.round(multiple * 1_000_000)) * WAD) / 1_000_000n;
}
