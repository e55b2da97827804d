/** Loss over margin is counted in steps of 0.005 up to this. */
const MOST = 10;
const STEP = 0.005;

/** How often losses exceeded a margin. Mutable. */
export interface Tally {
  count: number;
  exceeded: number;
  /** The greatest loss over margin. */
  worst: number;
  readonly histogram: Float64Array;
}

/** What a tally says. */
export interface Coverage {
  /** Share of windows, in %, in which the loss did not exceed the margin. */
  readonly coverage: number;
  /** Loss over margin that 99.5% of windows stayed at or below, to 0.005: the margin would have had to be so many times as large. */
  readonly ratio995: number;
  readonly worstRatio: number;
}

export function createTally(): Tally {
  return { count: 0, exceeded: 0, worst: 0, histogram: new Float64Array(MOST / STEP + 1) };
}

export function addLoss(tally: Tally, loss: number, margin: number): void {
  tally.count++;
  const ratio = loss <= 0 ? 0 : loss / margin;
  if (ratio > 1) tally.exceeded++;
  if (ratio > tally.worst) tally.worst = ratio;
  const bin = Math.min(tally.histogram.length - 1, Math.ceil(ratio / STEP));
  tally.histogram[bin] = (tally.histogram[bin] ?? 0) + 1;
}

export function addTally(into: Tally, from: Tally): void {
  into.count += from.count;
  into.exceeded += from.exceeded;
  into.worst = Math.max(into.worst, from.worst);
  from.histogram.forEach((count, bin) => (into.histogram[bin] = (into.histogram[bin] ?? 0) + count));
}

export function toCoverage({ count, exceeded, worst, histogram }: Tally): Coverage {
  return {
    coverage: round(100 * (1 - exceeded / Math.max(1, count)), 4),
    ratio995: round(Math.min(worst, STEP * quantileBin(histogram, 0.995 * count)), 3),
    worstRatio: round(worst, 3),
  };
}

function quantileBin(histogram: Float64Array, wanted: number): number {
  let sum = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    sum += histogram[bin] ?? 0;
    if (sum >= wanted) return bin;
  }
  return histogram.length - 1;
}

export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
