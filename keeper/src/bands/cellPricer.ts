import type { AccountBook } from '../mirror/accountBook.ts';
import { CALL, FUTURE, NONE, PERP, PUT, SPOT } from '../mirror/universe.ts';
import { forwardRatio, PRICED, STALE, UNPRICED, widening, yearsLeft } from './marketView.ts';
import type { MarketView } from './marketView.ts';
import { addOption, clearSums, createCellSums, MOST_SCENARIOS } from './optionCell.ts';
import type { TermWindow } from './optionCell.ts';
import type { RiskTable, ShockTable } from './riskTable.ts';

const MONTH_SEC = 30 * 86_400;
const DAY_SEC = 86_400;
/**
 * Doubt of every amount, relative to the gross value that went into it. The exact engine's option values are within 5e-10 of
 * the model, the table's within 1e-10, twice per scenario; without options doubles alone err, by less than 1e-13.
 */
const DOUBT_WITH_OPTIONS = 1e-7;
const DOUBT_WITHOUT = 1e-9;
const ABSOLUTE_DOUBT = 1e-6;
const MOST_LEGS = 256;
const NOTHING = new Float64Array(0);
/** Of a group that is not loaded. */
const NO_SHOCKS: ShockTable = {
  shocks: NOTHING,
  factors: NOTHING,
  logs: NOTHING,
  weights: NOTHING,
  vols: new Uint8Array(0),
  haircutSlope: 0,
  haircutCap: 0,
};

/** How far each slow input may move before a bound no longer holds. All zero: the inputs as they are now. */
export interface Allowances {
  /** Unix seconds until which a bound holds; now, for the present moment. */
  untilSec: number;
  /** Relative change of every option's volatility, as a difference of logarithms. */
  vol: number;
  /** The same of a term's forward over the index. */
  carry: number;
  /** Change of the perp's relative premium. */
  premium: number;
  /** Change of the funding index, relative to the price. */
  funding: number;
  /** Relative growth of the borrow index, and fall of the supply index. */
  interest: number;
  /** How far surfaces may have widened, 0 to 1; NaN: as far as they have now. */
  widen: number;
}

export const NO_ALLOWANCES: Readonly<Omit<Allowances, 'untilSec'>> = {
  vol: 0,
  carry: 0,
  premium: 0,
  funding: 0,
  interest: 0,
  widen: NaN,
};

/** Why an account cannot be valued; LOADED where it can. */
export const LOADED = 0;
export const NOTHING_TO_TAKE = 1;
export const UNSUPPORTED = 2;
export const PROFILE_UNKNOWN = 3;
export const ASSET_UNKNOWN = 4;
export const PRICE_UNAVAILABLE = 5;
export const PRICE_STALE = 6;
export type LoadStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** One underlying of the loaded account. Mutable scratch, as are terms and options below. */
export interface UnderlyingGroup {
  place: number;
  shocks: ShockTable;
  /** Value per USD of price of everything that moves in proportion, and what that may be too high by. */
  linear: number;
  linearSlack: number;
  /** Strikes owed to the holder of puts. */
  putStrikes: number;
  net: number;
  gross: number;
  perpAbs: number;
  spot: number;
  shortUnits: number;
  strikeGross: number;
  /** Magnitude of everything held, units. */
  units: number;
  datedUnits: number;
  termFrom: number;
  termTo: number;
}

interface TermGroup extends TermWindow {
  futures: number;
  futuresAbs: number;
  calls: number;
  puts: number;
  rate: number;
  optionFrom: number;
  optionTo: number;
}

/**
 * Lower bounds of an account's health E - MM over cells of prices.
 *
 * The margin of the loaded account is a maximum of sums over underlyings (SPEC-M5, M10): with a_j the worst scenario's weight,
 * E - MM = min over branches j of `base + sum_u g_uj(S_u)`, where j runs over the scenarios, over "no net loss", and over the
 * floor. `cell` bounds each g_uj from below for every price of one cell.
 */
export class CellPricer {
  readonly #book: AccountBook;
  readonly #sums = createCellSums();
  readonly #groups: UnderlyingGroup[] = [];
  readonly #terms: TermGroup[] = [];
  readonly #optionSizes = new Float64Array(MOST_LEGS);
  readonly #optionStrikes = new Float64Array(MOST_LEGS);
  readonly #optionLnStrikes = new Float64Array(MOST_LEGS);
  readonly #optionIsPut = new Uint8Array(MOST_LEGS);
  #risk: RiskTable | undefined;
  #view: MarketView | undefined;
  #allowances: Allowances = { untilSec: 0, ...NO_ALLOWANCES };
  #doubt = 0;
  #termCount = 0;
  #optionCount = 0;
  /** How many underlyings the account has. */
  count = 0;
  /** What does not depend on prices: cash, costs, funding, settled legs; less their doubt. */
  base = 0;
  /** Present cash, and the magnitude of perps, futures and options, USD. */
  cash = 0;
  /** The earliest expiry still to come; Infinity without one. */
  nextExpirySec = Infinity;
  /** When the surface of an option widens beyond the allowance; Infinity without one. */
  hasOptions = false;

  constructor(book: AccountBook) {
    this.#book = book;
  }

  /** Branches of the loaded account: scenarios, no net loss, floor. */
  get branches(): number {
    return this.#risk!.scenarios + 2;
  }

  /** What a change of volatility costs at most, summed over the cells priced since the account was loaded. */
  get vega(): number {
    return this.#sums.vega;
  }

  group(k: number): UnderlyingGroup {
    return this.#groups[k]!;
  }

  /** Takes an account in. Unless LOADED is returned, nothing can be asked about it. */
  load(place: number, view: MarketView, risk: RiskTable | undefined, allowances: Allowances): LoadStatus {
    const book = this.#book;
    if (book.unsupported[place] === 1) return UNSUPPORTED;
    if (book.legCounts[place] === 0) return NOTHING_TO_TAKE;
    if (risk === undefined) return PROFILE_UNKNOWN;
    this.#risk = risk;
    this.#view = view;
    this.#allowances = allowances;
    this.#sums.vega = 0;
    this.count = this.#termCount = this.#optionCount = 0;
    this.nextExpirySec = Infinity;
    this.hasOptions = false;
    const status = this.#loadLegs(place);
    if (status !== LOADED) return status;
    this.#finishGroups();
    const principal = book.principals[place]!;
    this.cash =
      principal < 0
        ? principal * view.borrowIndex * (1 + allowances.interest)
        : principal * view.supplyIndex * (1 - allowances.interest);
    this.#doubt = this.hasOptions ? DOUBT_WITH_OPTIONS : DOUBT_WITHOUT;
    this.base += this.cash + book.costs[place]!;
    this.base -= this.#doubt * (Math.abs(this.cash) + book.grossCosts[place]!) + ABSOLUTE_DOUBT;
    return LOADED;
  }

  #loadLegs(place: number): LoadStatus {
    const { legStarts, legCounts, legSlots, legSizes, universe } = this.#book;
    const { kinds, slotUnderlyings, slotTerms } = universe;
    this.base = 0;
    let stale = false;
    let [u, t] = [NONE, NONE];
    const start = legStarts[place]!;
    for (let i = start; i < start + legCounts[place]!; ++i) {
      const slot = legSlots[i]!;
      const [underlying, term] = [slotUnderlyings[slot]!, slotTerms[slot]!];
      if (underlying === NONE) return ASSET_UNKNOWN;
      const status = this.#view!.status[underlying] ?? UNPRICED;
      if (status === UNPRICED) return PRICE_UNAVAILABLE;
      if (term !== NONE) {
        const settled = this.#settledValue(slot, term, legSizes[i]!);
        if (settled !== undefined) {
          this.base += settled;
          continue;
        }
      }
      stale ||= status === STALE;
      if (underlying !== u) this.#openGroup((u = underlying));
      const group = this.#groups[this.count - 1]!;
      if (term === NONE) this.#addUndated(group, kinds[slot]!, legSizes[i]!);
      else {
        if (term !== t && !this.#openTerm((t = term), group)) return PRICE_UNAVAILABLE;
        this.#addDated(group, slot, legSizes[i]!);
      }
    }
    return stale ? PRICE_STALE : LOADED;
  }

  #settledValue(slot: number, term: number, size: number): number | undefined {
    const { settlement } = this.#view!.terms[term]!;
    if (Number.isNaN(settlement)) return undefined;
    const { kinds, strikes } = this.#book.universe;
    const strike = strikes[slot]!;
    if (kinds[slot] === FUTURE) return size * settlement;
    return size * Math.max(0, kinds[slot] === CALL ? settlement - strike : strike - settlement);
  }

  #openGroup(place: number): void {
    const group = (this.#groups[this.count++] ??= createGroup());
    group.place = place;
    group.shocks = this.#risk!.shocksOf(this.#book.universe.underlyings[place]!);
    group.linear = group.linearSlack = group.putStrikes = group.net = group.gross = 0;
    group.perpAbs = group.spot = group.shortUnits = group.strikeGross = group.units = group.datedUnits = 0;
    group.termFrom = group.termTo = this.#termCount;
  }

  #addUndated(group: UnderlyingGroup, kind: number, size: number): void {
    group.net += size;
    group.gross += Math.abs(size);
    group.units += Math.abs(size);
    if (kind === SPOT) {
      group.spot += size;
      group.linear += size;
      return;
    }
    if (kind !== PERP) throw new RangeError(`a leg of kind ${kind} without a term`);
    const { premiumLow, premiumHigh, funding, price } = this.#view!;
    const [low, high] = [premiumLow[group.place]!, premiumHigh[group.place]!];
    const abs = Math.abs(size);
    group.perpAbs += abs;
    group.linear += size * (1 + (low + high) / 2);
    group.linearSlack += abs * ((high - low) / 2 + this.#allowances.premium);
    const paid = size * funding[group.place]!;
    this.base -= paid + abs * this.#allowances.funding * price[group.place]!;
    this.base -= DOUBT_WITHOUT * Math.abs(paid);
  }

  #openTerm(t: number, group: UnderlyingGroup): boolean {
    const view = this.#view!;
    const { expirySec } = this.#book.universe.terms[t]!;
    const { surface } = view.terms[t]!;
    const expired = expirySec <= view.nowSec;
    if (surface === undefined && !expired) return false;
    const term = (this.#terms[this.#termCount++] ??= createTermGroup());
    group.termTo = this.#termCount;
    term.surface = surface ?? null;
    term.expired = expired;
    if (!expired) this.nextExpirySec = Math.min(this.nextExpirySec, expirySec);
    this.#fillTimes(term, expirySec);
    term.spread = Math.exp(this.#allowances.vol);
    term.futures = term.futuresAbs = term.calls = term.puts = 0;
    term.optionFrom = term.optionTo = this.#optionCount;
    return true;
  }

  /** What depends on time alone, at the beginning and the end of the window. */
  #fillTimes(term: TermGroup, expirySec: number): void {
    const { nowSec } = this.#view!;
    const { untilSec, carry, widen } = this.#allowances;
    const { profile } = this.#risk!;
    const late = Math.max(nowSec, Math.min(untilSec, expirySec));
    const [tauEarly, tauLate] = [yearsLeft(expirySec, nowSec), yearsLeft(expirySec, late)];
    term.ratio = forwardRatio(term.surface, tauEarly);
    term.lnRatio = Math.log(term.ratio);
    term.drift = Math.abs(term.lnRatio - Math.log(forwardRatio(term.surface, tauLate)));
    term.slack = Math.expm1(carry + term.drift);
    term.rate = Math.max(profile.rollMin, profile.rollRate * tauEarly);
    [term.sqrtTauEarly, term.sqrtTauLate] = [Math.sqrt(tauEarly), Math.sqrt(tauLate)];
    const scaleEarly = this.#scaleAt(expirySec - nowSec);
    const scaleLate = late === nowSec ? scaleEarly : this.#scaleAt(expirySec - late);
    [term.upEarly, term.upLate] = [1 + profile.volUp * scaleEarly, 1 + profile.volUp * scaleLate];
    term.downEarly = Math.max(0, 1 - profile.volDown * scaleEarly);
    term.downLate = Math.max(0, 1 - profile.volDown * scaleLate);
    term.floorEarly = profile.volUpFloor * term.sqrtTauEarly;
    term.floorLate = profile.volUpFloor * term.sqrtTauLate;
    const now = widening(term.surface, nowSec);
    const isPoint = Number.isNaN(widen);
    term.widenLeast = isPoint ? now : 0;
    term.widenMost = isPoint ? now : Math.max(now, widen);
  }

  /** SPEC-V5: shocks of volatility are larger the nearer the expiry. */
  #scaleAt(left: number): number {
    const { volPowerShort, volPowerLong } = this.#risk!.profile;
    return Math.pow(MONTH_SEC / Math.max(left, DAY_SEC), left < MONTH_SEC ? volPowerShort : volPowerLong);
  }

  #addDated(group: UnderlyingGroup, slot: number, size: number): void {
    const { kinds, strikes, lnStrikes } = this.#book.universe;
    const term = this.#terms[this.#termCount - 1]!;
    const kind = kinds[slot]!;
    const abs = Math.abs(size);
    group.datedUnits += abs * term.ratio;
    group.units += abs * term.ratio;
    group.linearSlack += abs * term.ratio * term.slack;
    if (kind === FUTURE) {
      term.futures += size * term.ratio;
      term.futuresAbs += abs * term.ratio;
      group.linear += size * term.ratio;
      return;
    }
    this.hasOptions = true;
    const at = this.#optionCount++;
    this.#optionSizes[at] = size;
    this.#optionStrikes[at] = strikes[slot]!;
    this.#optionLnStrikes[at] = lnStrikes[slot]!;
    this.#optionIsPut[at] = kind === PUT ? 1 : 0;
    term.optionTo = this.#optionCount;
    group.strikeGross += abs * strikes[slot]!;
    if (kind === PUT) {
      term.puts += size;
      group.linear -= size * term.ratio;
      group.putStrikes += size * strikes[slot]!;
    } else {
      term.calls += size;
    }
  }

  #finishGroups(): void {
    for (let k = 0; k < this.count; ++k) {
      const group = this.#groups[k]!;
      for (let t = group.termFrom; t < group.termTo; ++t) {
        const { calls, puts } = this.#terms[t]!;
        group.shortUnits += Math.max(0, -calls) + Math.max(0, -puts);
      }
    }
  }

  /**
   * Bounds each branch of the k-th underlying's share from below, for every price from `low` to `high`.
   * @param out Takes `branches` numbers: scenarios, no net loss, floor. USD.
   */
  cell(k: number, low: number, high: number, out: Float64Array): void {
    const group = this.#groups[k]!;
    const risk = this.#risk!;
    const { profile, scenarios } = risk;
    clearSums(this.#sums, scenarios);
    this.#roll = group.perpAbs * high * profile.rollMin;
    this.#netLow = group.net * (group.net >= 0 ? low : high);
    this.#netHigh = group.net * (group.net >= 0 ? high : low);
    this.#gross = group.gross * high;
    const lnLow = Math.log(low);
    const lnHigh = high === low ? lnLow : Math.log(high);
    for (let t = group.termFrom; t < group.termTo; ++t) this.#addTerm(group, t, low, high, lnLow, lnHigh);

    const net = Math.max(Math.abs(this.#netLow), Math.abs(this.#netHigh));
    const floor =
      net * (profile.floorNet - profile.floorHedged / 2) + (this.#gross * profile.floorHedged) / 2;
    const charges =
      this.#roll +
      group.shortUnits * high * profile.shortRate +
      haircutOf(group, high * group.spot, profile.haircut);
    const doubt = this.#doubt * (3 * group.units * high + group.strikeGross);
    const fixed = group.putStrikes - this.#sums.gap - doubt;
    const { valueA, valueB, shockedA, shockedB } = this.#sums;
    out.fill(Infinity, 0, scenarios + 2);
    this.#branchesAt(group, low, valueA + fixed, valueA, shockedA, charges, profile.mmFactor * floor, out);
    if (high === low) return;
    this.#branchesAt(group, high, valueB + fixed, valueB, shockedB, charges, profile.mmFactor * floor, out);
  }

  #roll = 0;
  #netLow = 0;
  #netHigh = 0;
  #gross = 0;

  #addTerm(
    group: UnderlyingGroup,
    t: number,
    low: number,
    high: number,
    lnLow: number,
    lnHigh: number,
  ): void {
    const term = this.#terms[t]!;
    const forwardA = low * term.ratio;
    const forwardB = high * term.ratio;
    const most = forwardB * (1 + term.slack);
    const least = forwardA * (1 - term.slack);
    let deltaLow = (term.futures * (term.futures >= 0 ? least : most)) / term.ratio;
    let deltaHigh = (term.futures * (term.futures >= 0 ? most : least)) / term.ratio;
    this.#gross += (term.futuresAbs * most) / term.ratio;
    const sums = this.#sums;
    for (let i = term.optionFrom; i < term.optionTo; ++i) {
      const size = this.#optionSizes[i]!;
      const lnStrike = this.#optionLnStrikes[i]!;
      const atA = lnLow + term.lnRatio - lnStrike;
      const atB = lnHigh + term.lnRatio - lnStrike;
      addOption(sums, term, group.shocks, size, this.#optionStrikes[i]!, forwardA, forwardB, atA, atB);
      const isPut = this.#optionIsPut[i]!;
      const n1Low = sums.deltaLow - isPut;
      const n1High = sums.deltaHigh - isPut;
      const lowest = n1Low * (n1Low >= 0 ? least : most);
      const highest = n1High * (n1High >= 0 ? most : least);
      deltaLow += size * (size >= 0 ? lowest : highest);
      deltaHigh += size * (size >= 0 ? highest : lowest);
      this.#gross += Math.abs(size) * Math.max(Math.abs(lowest), Math.abs(highest));
    }
    this.#roll += Math.max(Math.abs(deltaLow), Math.abs(deltaHigh)) * term.rate;
    this.#netLow += deltaLow;
    this.#netHigh += deltaHigh;
  }

  /** Lowers `out` to the branches at one end of the cell. Values and shocked values are taken at their lowest. */
  #branchesAt(
    { shocks: { shocks, weights }, linear, linearSlack }: UnderlyingGroup,
    price: number,
    optionsAndFixed: number,
    options: number,
    shocked: Float64Array,
    charges: number,
    floor: number,
    out: Float64Array,
  ): void {
    const { scenarios, jointWeight, ownWeight } = this.#risk!;
    const { gap, gaps } = this.#sums;
    const lowest = price * linear - price * linearSlack;
    const value = lowest + optionsAndFixed;
    const pnls = this.#pnls;
    let least = 0;
    for (let j = 0; j < scenarios; ++j) {
      const change = lowest * shocks[j]! + (shocked[j]! - gaps[j]!) - (options - gap);
      const pnl = weights[j]! * change;
      pnls[j] = pnl;
      if (pnl < least) least = pnl;
    }
    const common = value + ownWeight * least - charges;
    for (let j = 0; j < scenarios; ++j) {
      const branch = common + jointWeight * pnls[j]!;
      if (branch < out[j]!) out[j] = branch;
    }
    if (common < out[scenarios]!) out[scenarios] = common;
    if (value - floor < out[scenarios + 1]!) out[scenarios + 1] = value - floor;
  }

  readonly #pnls = new Float64Array(MOST_SCENARIOS);
}

function haircutOf(
  { shocks: { haircutSlope, haircutCap } }: UnderlyingGroup,
  value: number,
  rate: number,
): number {
  if (haircutSlope === 0) return value * rate;
  return value * Math.min(haircutCap, rate + haircutSlope * value);
}

function createGroup(): UnderlyingGroup {
  return {
    place: NONE,
    shocks: NO_SHOCKS,
    linear: 0,
    linearSlack: 0,
    putStrikes: 0,
    net: 0,
    gross: 0,
    perpAbs: 0,
    spot: 0,
    shortUnits: 0,
    strikeGross: 0,
    units: 0,
    datedUnits: 0,
    termFrom: 0,
    termTo: 0,
  };
}

function createTermGroup(): TermGroup {
  return {
    surface: null,
    expired: false,
    ratio: 1,
    lnRatio: 0,
    drift: 0,
    spread: 1,
    sqrtTauEarly: 0,
    sqrtTauLate: 0,
    upEarly: 1,
    upLate: 1,
    downEarly: 1,
    downLate: 1,
    floorEarly: 0,
    floorLate: 0,
    widenLeast: 0,
    widenMost: 0,
    futures: 0,
    futuresAbs: 0,
    calls: 0,
    puts: 0,
    slack: 0,
    rate: 0,
    optionFrom: 0,
    optionTo: 0,
  };
}

/** The status of a price that can be acted on. */
export const isActionable = (status: number): boolean => status === PRICED;
