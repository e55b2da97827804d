import { NO_ALLOWANCES } from './allowances.ts';
import type { Allowances } from './allowances.ts';
import type { CellPricer } from './cellPricer.ts';
import { jitterOf } from './jitter.ts';
import { LOADED } from './loadStatus.ts';
import type { LoadStatus } from './loadStatus.ts';
import type { MarketView } from './marketView.ts';
import { widening } from './marketView.ts';
import { MOST_SCENARIOS } from './optionCell.ts';
import type { RiskTable } from './riskTable.ts';
import type { AccountBook } from '../mirror/accountBook.ts';
import { NONE } from '../mirror/universe.ts';

const BRANCHES = MOST_SCENARIOS + 2;
/** Shares of an account's health that the slow inputs may use up; prices have the rest. */
const SLOW_SHARE = 0.05;
const PREMIUM_SHARE = 0.15;
const VOL_SHARE = 0.4;
/** Allowed changes of volatility, two to a halving: bands that share one are kept together. */
export const VOL_LEVELS: readonly number[] = Array.from({ length: 21 }, (_, i) => 0.2 / 2 ** (i / 2));
/** A change of the carry counts as much as a change of volatility that is so many times larger. */
export const CARRY_PER_VOL = 1 / 8;
const MOST_PREMIUM = 0.01;
const MOST_FUNDING = 0.02;
const MOST_INTEREST = 0.01;
const LONGEST_SEC = 12 * 3_600;
const SHORTEST_SEC = 60;
/** Health of this share of the gross value is far from the line. */
const FAR = 0.05;
const FIRST_STEP_MOST = 0.04;
const FIRST_STEP_LEAST = 2e-5;
/** Bands end where a price has risen by half, or fallen by a third. */
const WIDEST = 0.4;
const ATTEMPTS = 4;
/** A band for parallel moves is worth its edges where it reaches as far as the box's nearest side both ways, and twice as far one way. */
const WORTH_KEEPING = 2;
/** Cells of a parallel move must be narrow, since prices inside one count as independent: so many each way, at most. */
const MOST_TUBE_CELLS = 4;

/** The band of one account. Scratch: overwritten by the next. By k, the account's k-th underlying. */
export interface Band {
  count: number;
  readonly places: Int32Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** For a parallel move: how far each price may be off the common move, as a difference of logarithms, and how far that goes. */
  hasTube: boolean;
  tubeSlack: number;
  tubeDown: number;
  tubeUp: number;
  readonly allowances: Allowances;
  /** Place of `allowances.vol` in VOL_LEVELS; NONE without options or futures. */
  volLevel: number;
}

/** How an account stands at the present prices. */
export interface Standing {
  readonly status: LoadStatus;
  /** Lower bound of E - MM, USD; where the price is guarded, at any price of the span. */
  readonly health: number;
  /** Magnitude of everything held, USD. */
  readonly gross: number;
}

/**
 * Judges accounts at the present prices, and computes how far prices may move without a change of the verdict.
 *
 * Theorem: while every input stays in its range of the band (prices in the box, or in the band for parallel moves; the rest within
 * the allowances), E >= MM. Proof: E - MM is the least, over branches, of a base plus a sum over underlyings of functions of one
 * price each (see `CellPricer`). The least of a sum over a box is at least the sum of the leasts, which cells bound from below;
 * a box or a parallel cell is accepted only where no branch's sum is negative. docs/keeper.md has the whole of it.
 */
export class BandBuilder {
  readonly #book: AccountBook;
  readonly #pricer: CellPricer;
  readonly #stretch: number;
  readonly #least: Float64Array[] = [];
  readonly #cell = new Float64Array(BRANCHES);
  readonly #total = new Float64Array(BRANCHES);
  readonly #trial = new Float64Array(BRANCHES);
  readonly #now: Allowances = { untilSec: 0, ...NO_ALLOWANCES };
  #vega = 0;
  #perpGross = 0;
  #datedGross = 0;
  #gross = 0;
  readonly band: Band = {
    count: 0,
    places: new Int32Array(128),
    low: new Float64Array(128),
    high: new Float64Array(128),
    hasTube: false,
    tubeSlack: 0,
    tubeDown: 0,
    tubeUp: 0,
    allowances: { untilSec: 0, ...NO_ALLOWANCES },
    volLevel: NONE,
  };
  /** Cells priced so far: what it all costs. */
  cells = 0;

  /** @param stretch See `WatchOptions`. */
  constructor(book: AccountBook, pricer: CellPricer, stretch = 1) {
    this.#book = book;
    this.#pricer = pricer;
    this.#stretch = stretch;
  }

  /** E - MM of an account now, from below. */
  judge(place: number, view: MarketView, risk: RiskTable | undefined): Standing {
    const pricer = this.#pricer;
    this.#now.untilSec = view.nowSec;
    const status = pricer.load(place, view, risk, this.#now);
    if (status !== LOADED) return { status, health: NaN, gross: 0 };
    this.#perpGross = this.#datedGross = this.#gross = 0;
    const health = this.#start(view);
    for (let k = 0; k < pricer.account.count; ++k) {
      const { place: u, perpAbs, datedUnits, units } = pricer.account.group(k);
      const price = view.high[u]!;
      this.#perpGross += perpAbs * price;
      this.#datedGross += datedUnits * price;
      this.#gross += units * price;
    }
    this.#vega = pricer.vega;
    return { status, health, gross: this.#gross };
  }

  /**
   * Computes the band of the account that was judged last, around the present prices.
   * @returns Whether there is one, in `band`.
   */
  build(place: number, view: MarketView, risk: RiskTable, health: number): boolean {
    if (!(health > 0) || !risk.isBoundable) return false;
    const [vega, perpGross, datedGross, gross] = [this.#vega, this.#perpGross, this.#datedGross, this.#gross];
    let share = 1;
    for (let attempt = 0; attempt < ATTEMPTS; ++attempt, share /= 4) {
      this.#vega = vega;
      this.#perpGross = perpGross;
      this.#datedGross = datedGross;
      this.#gross = gross;
      this.#chooseAllowances(place, view, health * share);
      this.#pricer.load(place, view, risk, this.band.allowances);
      if (this.#start(view) < 0) continue;
      const isWide = this.#growBox(view, health / (2 * this.#gross + 1e-9));
      if (isWide) {
        this.#growTube(view);
        return true;
      }
    }
    return false;
  }

  /** Prices every underlying at its present span. @returns The health there, less what the allowances may take. */
  #start(view: MarketView): number {
    const pricer = this.#pricer;
    const { branches } = pricer;
    this.#total.fill(pricer.account.base, 0, branches);
    for (let k = 0; k < pricer.account.count; ++k) {
      const least = (this.#least[k] ??= new Float64Array(BRANCHES));
      const { place: u } = pricer.account.group(k);
      pricer.cell(k, view.low[u]!, view.high[u]!, least);
      for (let j = 0; j < branches; ++j) this.#total[j]! += least[j]!;
    }
    let health = Infinity;
    for (let j = 0; j < branches; ++j) health = Math.min(health, this.#total[j]!);
    return health;
  }

  /** What each slow input may do to this account before its band ends. */
  #chooseAllowances(place: number, view: MarketView, health: number): void {
    const { allowances } = this.band;
    const jitter = jitterOf(place);
    const cash = Math.abs(this.#pricer.account.cash);
    const slow = SLOW_SHARE * health * jitter;
    const premium = PREMIUM_SHARE * health * jitter;
    allowances.premium = Math.min(MOST_PREMIUM, premium / (1.5 * this.#perpGross + 1e-9));
    allowances.funding = Math.min(MOST_FUNDING, slow / (this.#perpGross + 1e-9));
    allowances.interest = Math.min(MOST_INTEREST, slow / (cash + 1e-9));
    this.band.volLevel = NONE;
    allowances.vol = allowances.carry = 0;
    allowances.widen = 1;
    allowances.untilSec = Infinity;
    if (this.#datedGross === 0) return;
    const cost = this.#vega + 1.5 * CARRY_PER_VOL * this.#datedGross;
    const wanted = (VOL_SHARE * health) / (cost + 1e-9);
    const level = VOL_LEVELS.findIndex((vol) => vol <= wanted);
    this.band.volLevel = level < 0 ? VOL_LEVELS.length - 1 : level;
    allowances.vol = VOL_LEVELS[this.band.volLevel]!;
    allowances.carry = allowances.vol * CARRY_PER_VOL;
    allowances.widen = Math.min(1, this.#widestNow(place, view) + allowances.vol);
    const nearness = Math.min(1, health / (FAR * this.#gross));
    const seconds = Math.max(SHORTEST_SEC, Math.floor(LONGEST_SEC * nearness * jitter));
    allowances.untilSec = Math.min(view.nowSec + seconds, this.#pricer.account.nextExpirySec);
  }

  #widestNow(place: number, view: MarketView): number {
    const { legStarts, legCounts, legSlots, universe } = this.#book;
    let widest = 0;
    for (let i = legStarts[place]!; i < legStarts[place]! + legCounts[place]!; ++i) {
      const term = universe.slotTerms[legSlots[i]!]!;
      if (term === NONE || universe.terms[term]!.expirySec <= view.nowSec) continue;
      widest = Math.max(widest, widening(view.terms[term]!.surface, view.nowSec));
    }
    return widest;
  }

  /**
   * Grows a box of prices, each time on the side that has come least far, by cells that double: the account is healthy as long as
   * every branch's sum of least shares is not negative. @returns Whether it got anywhere.
   */
  #growBox(view: MarketView, reach: number): boolean {
    const { band } = this;
    const pricer = this.#pricer;
    const first = Math.min(FIRST_STEP_MOST, Math.max(FIRST_STEP_LEAST, reach));
    const sides = 2 * pricer.account.count;
    this.#extents.fill(0, 0, sides);
    this.#open.fill(1, 0, sides);
    band.count = pricer.account.count;
    for (let side = this.#nextSide(sides); side !== NONE; side = this.#nextSide(sides)) {
      const extent = this.#extents[side]!;
      const step = Math.max(first, extent);
      if (this.#extend(side, view, extent, extent + step)) this.#extents[side] = extent + step;
      else {
        if (this.#extend(side, view, extent, extent + step / 2)) this.#extents[side] = extent + step / 2;
        this.#open[side] = 0;
      }
      if (this.#extents[side]! >= WIDEST) this.#open[side] = 0;
    }
    let narrowest = Infinity;
    for (let k = 0; k < pricer.account.count; ++k) {
      const { place: u } = pricer.account.group(k);
      band.places[k] = u;
      band.low[k] = view.low[u]! * Math.exp(-this.#stretch * this.#extents[2 * k]!);
      band.high[k] = view.high[u]! * Math.exp(this.#stretch * this.#extents[2 * k + 1]!);
      narrowest = Math.min(narrowest, this.#extents[2 * k]!, this.#extents[2 * k + 1]!);
    }
    this.#narrowest = narrowest;
    return narrowest > 0;
  }

  readonly #extents = new Float64Array(128);
  readonly #open = new Uint8Array(128);
  #narrowest = 0;

  #nextSide(sides: number): number {
    let best = NONE;
    for (let side = 0; side < sides; ++side) {
      if (this.#open[side] === 1 && (best === NONE || this.#extents[side]! < this.#extents[best]!))
        best = side;
    }
    return best;
  }

  /** Tries one more cell of one side: even sides go down. */
  #extend(side: number, view: MarketView, from: number, to: number): boolean {
    const pricer = this.#pricer;
    const k = side >> 1;
    const { place: u } = pricer.account.group(k);
    this.cells++;
    if (side % 2 === 0) {
      pricer.cell(k, view.low[u]! * Math.exp(-to), view.low[u]! * Math.exp(-from), this.#cell);
    } else {
      pricer.cell(k, view.high[u]! * Math.exp(from), view.high[u]! * Math.exp(to), this.#cell);
    }
    const { branches } = pricer;
    const least = this.#least[k]!;
    for (let j = 0; j < branches; ++j) {
      const change = this.#cell[j]! - least[j]!;
      // not the other way round: what is not a number is no proof of health
      if (!(this.#total[j]! + Math.min(0, change) >= 0)) return false;
    }
    for (let j = 0; j < branches; ++j) {
      const change = this.#cell[j]! - least[j]!;
      if (!(change < 0)) continue;
      this.#total[j]! += change;
      least[j] = this.#cell[j]!;
    }
    return true;
  }

  /** Follows a parallel move of all prices, each of them off by a third of what the box allows, both ways. */
  #growTube(view: MarketView): void {
    const { band } = this;
    band.hasTube = false;
    if (band.count < 2 || this.#narrowest >= WIDEST) return;
    band.tubeSlack = this.#narrowest / 3;
    const slack = band.tubeSlack;
    // the box covers two thirds of its nearest side: the rest is for what prices are off by
    // most accounts lose on one side at once: then there is no point in following the other
    if (!this.#isTubeCellSafe(view, -3 * slack, -2 * slack)) return;
    if (!this.#isTubeCellSafe(view, 2 * slack, 3 * slack)) return;
    band.tubeDown = this.#follow(view, -1);
    band.tubeUp = this.#follow(view, 1);
    band.hasTube = Math.max(band.tubeDown, band.tubeUp) >= WORTH_KEEPING * this.#narrowest;
  }

  #follow(view: MarketView, sign: number): number {
    const step = this.band.tubeSlack;
    let reached = 3 * step;
    for (let cells = 0; cells < MOST_TUBE_CELLS && reached < WIDEST; ++cells) {
      const next = reached + step;
      if (!this.#isTubeCellSafe(view, sign > 0 ? reached : -next, sign > 0 ? next : -reached)) break;
      reached = next;
    }
    return reached;
  }

  #isTubeCellSafe(view: MarketView, from: number, to: number): boolean {
    const pricer = this.#pricer;
    const { branches } = pricer;
    const { tubeSlack } = this.band;
    const sum = this.#trial.fill(pricer.account.base, 0, branches);
    for (let k = 0; k < pricer.account.count; ++k) {
      const { place: u } = pricer.account.group(k);
      const [low, high] = [Math.exp(from - tubeSlack), Math.exp(to + tubeSlack)];
      this.cells++;
      pricer.cell(k, view.low[u]! * low, view.high[u]! * high, this.#cell);
      for (let j = 0; j < branches; ++j) sum[j]! += this.#cell[j]!;
    }
    for (let j = 0; j < branches; ++j) if (!(sum[j]! >= 0)) return false;
    return true;
  }
}
