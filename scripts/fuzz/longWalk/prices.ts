// Prices as feeds publish them: a fat-tailed walk that is drawn back to a drifting centre, seen in steps of each feed's threshold.
import { createRandom } from '../../../cli/src/random.ts';
import type { Random } from '../../../cli/src/random.ts';
import { LISTED, toWad } from '../../bench/keeper/world.ts';

/** By how much a price must move before its feed says so: those of feeds in use are from 0.05% to 0.5%. */
export const THRESHOLDS = [0.0005, 0.001, 0.0025, 0.005] as const;
/** The underlyings that walk: the first of `LISTED`. */
export const WALKING = LISTED.slice(0, THRESHOLDS.length);
/** Returns per tick are those of so many seconds, and volatilities of `LISTED` those of so many. */
const [STEP_SEC, VOL_SEC] = [60, 7_200];
/** Ticks in which a price comes back by a factor of e: what keeps it among levels that were judged before. */
const RETURNS_IN = 400;
const STEP_SCALE = Math.sqrt(STEP_SEC / VOL_SEC);
const JUMP_EVERY = 5_000;
const LEVELS = 8_192;
/** Of a draw: no return is more than a thousand times the usual. */
const SMALLEST = 1e-9;

export class FeedPrices {
  readonly #random: Random;
  /** Logarithms relative to the first price: of the price, and of where it returns to. */
  readonly #logs = new Float64Array(WALKING.length);
  readonly #centres = new Float64Array(WALKING.length);
  /** What the feeds say, in steps of their thresholds from the first price. */
  readonly levels = new Int32Array(WALKING.length);

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** One tick. @returns The walking underlyings whose feed moved, as bits. */
  step(): number {
    const common = this.#fat();
    const jump = this.#random.index(JUMP_EVERY) === 0 ? this.#random.between(-0.12, 0.08) : 0;
    let moved = 0;
    for (let u = 0; u < WALKING.length; ++u) {
      const { vol, beta } = WALKING[u]!;
      const change = vol * STEP_SCALE * (beta * common + Math.sqrt(1 - beta * beta) * this.#fat());
      const pull = (this.#centres[u]! - this.#logs[u]!) / RETURNS_IN;
      this.#logs[u]! += pull + change + jump * this.#random.between(0.4, 1);
      const steps = this.#logs[u]! / Math.log1p(THRESHOLDS[u]!);
      if (Math.abs(steps - this.levels[u]!) < 1) continue;
      this.levels[u] = Math.max(1 - LEVELS / 2, Math.min(LEVELS / 2 - 1, Math.round(steps)));
      moved |= 1 << u;
    }
    return moved;
  }

  /** Of variance 1, with tails as fat as Student's with three degrees of freedom, at the price of one random number. */
  #fat(): number {
    const draw = 2 * this.#random.next() - 1;
    return Math.sign(draw) * (Math.cbrt(1 / Math.max(Math.abs(draw), SMALLEST)) - 1);
  }

  /** Moves where prices return to, as from one day to another. */
  drift(): void {
    for (let u = 0; u < WALKING.length; ++u) {
      this.#centres[u] = 0.8 * this.#centres[u]! + 0.02 * this.#random.normal();
    }
  }
}

/** @returns wad USD */
export function priceAt(u: number, level: number): bigint {
  return toWad((WALKING[u]?.price ?? NaN) * (1 + (THRESHOLDS[u] ?? NaN)) ** level);
}

/** A number of its own for every combination of levels of these underlyings: at most four of 13 bits. */
export function keyOf(underlyings: readonly number[], levels: Int32Array): number {
  let key = 0;
  for (const u of underlyings) key = key * LEVELS + levels[u]! + LEVELS / 2;
  return key;
}
