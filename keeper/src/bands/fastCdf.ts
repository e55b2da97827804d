import { normalCdf, normalPdf } from '@novate/sdk';

/** Beyond it the distribution function is 0 or 1 to within `CDF_ERROR`. */
const REACH = 7;
const PER_UNIT = 64;
const CELLS = 2 * REACH * PER_UNIT;

/**
 * The most that `fastCdf` is wrong by: cubic Hermite interpolation with step h errs by at most h^4 / 384 times the largest fourth
 * derivative (0.56 for the normal distribution function), 8.7e-11 here; the tails that are cut off hold 1.3e-12.
 */
export const CDF_ERROR = 1e-10;

/** Cubic of each cell: four coefficients in the position within the cell, 0 to 1. */
const cubics = buildCubics();

/** The standard normal distribution function from a table, some five times as fast as the exact one. */
export function fastCdf(x: number): number {
  if (x >= REACH) return 1;
  if (!(x > -REACH)) return 0;
  const t = (x + REACH) * PER_UNIT;
  const cell = t | 0;
  const f = t - cell;
  const at = cell << 2;
  return cubics[at]! + f * (cubics[at + 1]! + f * (cubics[at + 2]! + f * cubics[at + 3]!));
}

function buildCubics(): Float64Array {
  const table = new Float64Array(4 * (CELLS + 1));
  const h = 1 / PER_UNIT;
  for (let cell = 0; cell <= CELLS; ++cell) {
    const [x0, x1] = [-REACH + cell * h, -REACH + (cell + 1) * h];
    const [y0, y1] = [normalCdf(x0), normalCdf(x1)];
    const [d0, d1] = [normalPdf(x0) * h, normalPdf(x1) * h];
    table.set([y0, d0, 3 * (y1 - y0) - 2 * d0 - d1, 2 * (y0 - y1) + d0 + d1], 4 * cell);
  }
  return table;
}
