import type { SviParameters } from '@novate/sdk';

/** A point of a smile: log-moneyness, total variance, and how much it counts. */
export interface SmilePoint {
  readonly k: number;
  readonly w: number;
  readonly weight: number;
}

const SHIFTS = [-3, -1.5, -0.75, -0.3, 0, 0.3, 0.75, 1.5, 3];
const WIDTHS = [0.05, 0.15, 0.4, 0.8, 1.6, 3.2, 6];

/**
 * Slices to start an optimiser from, best first. With m and sigma given the smile is linear in the three other parameters
 * (S. De Marco, C. Martini, "Quasi-explicit calibration of Gatheral's SVI model", Zeliade 2009), so these are solved for on a
 * grid of the two.
 */
export function startingSvis(points: readonly SmilePoint[], scale: number, count: number): SviParameters[] {
  const found: { svi: SviParameters; error: number }[] = [];
  for (const shift of SHIFTS) {
    for (const width of WIDTHS) {
      const svi = solveLinear(points, shift * scale, width * scale);
      if (svi !== undefined) found.push({ svi, error: squaredError(points, svi) });
    }
  }
  return found
    .sort((a, b) => a.error - b.error)
    .slice(0, count)
    .map(({ svi }) => svi);
}

/** Least squares of `w = a + c (k - m) + b root`, then moved inside b > 0, |rho| < 1. */
function solveLinear(points: readonly SmilePoint[], m: number, sigma: number): SviParameters | undefined {
  const rows: number[][] = [0, 1, 2].map(() => [0, 0, 0, 0]);
  for (const { k, w, weight } of points) {
    const d = k - m;
    const basis = [1, d, Math.sqrt(d * d + sigma * sigma)];
    rows.forEach((row, i) => {
      for (let j = 0; j < 3; j++) row[j] = (row[j] ?? 0) + weight * (basis[i] ?? 0) * (basis[j] ?? 0);
      row[3] = (row[3] ?? 0) + weight * (basis[i] ?? 0) * w;
    });
  }
  const solution = eliminate(rows);
  if (solution === undefined) return undefined;
  const [a = 0, c = 0, slope = 0] = solution;
  const b = Math.max(slope, 1e-4);
  return { a, b, rho: Math.min(0.95, Math.max(-0.95, c / b)), m, sigma };
}

/** Solves three equations by elimination with pivots. */
function eliminate(rows: number[][]): number[] | undefined {
  for (let i = 0; i < 3; i++) {
    rows.sort((x, y) =>
      rows.indexOf(x) < i || rows.indexOf(y) < i ? 0 : Math.abs(y[i] ?? 0) - Math.abs(x[i] ?? 0),
    );
    const pivot = rows[i];
    const lead = pivot?.[i] ?? 0;
    if (pivot === undefined || Math.abs(lead) < 1e-14) return undefined;
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[i] ?? 0) / lead;
      for (let j = i; j < 4; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  const solution = rows.map((row, i) => (row[3] ?? 0) / (row[i] ?? 1));
  return solution.every(Number.isFinite) ? solution : undefined;
}

function squaredError(points: readonly SmilePoint[], { a, b, rho, m, sigma }: SviParameters): number {
  let sum = 0;
  for (const { k, w, weight } of points) {
    const d = k - m;
    const miss = a + b * (rho * d + Math.sqrt(d * d + sigma * sigma)) - w;
    sum += weight * miss * miss;
  }
  return sum;
}
