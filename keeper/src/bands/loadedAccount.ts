import type { AccountBook } from '../mirror/accountBook.ts';
import { CALL, FUTURE, NONE, PERP, PUT, SPOT } from '../mirror/universe.ts';
import { createGroup, createTermGroup } from './accountGroups.ts';
import type { TermGroup, UnderlyingGroup } from './accountGroups.ts';
import { NO_ALLOWANCES } from './allowances.ts';
import type { Allowances } from './allowances.ts';
import {
  ASSET_UNKNOWN,
  LOADED,
  NOTHING_TO_TAKE,
  PRICE_STALE,
  PRICE_UNAVAILABLE,
  PROFILE_UNKNOWN,
  UNSUPPORTED,
} from './loadStatus.ts';
import type { LoadStatus } from './loadStatus.ts';
import { STALE, UNPRICED } from './marketView.ts';
import type { MarketView } from './marketView.ts';
import type { RiskTable } from './riskTable.ts';
import { fillTimes } from './termTimes.ts';

/**
 * Doubt of every amount, relative to the gross value that went into it. The exact engine's option values are within 5e-10 of
 * the model, the table's within 1e-10, twice per scenario; without options doubles alone err, by less than 1e-13.
 */
const DOUBT_WITH_OPTIONS = 1e-7;
const DOUBT_WITHOUT = 1e-9;
const ABSOLUTE_DOUBT = 1e-6;
const MOST_LEGS = 256;

/** One account at a time, its legs sorted by underlying and expiry, with what cannot change while a bound on it holds. */
export class LoadedAccount {
  readonly #book: AccountBook;
  readonly #groups: UnderlyingGroup[] = [];
  readonly #terms: TermGroup[] = [];
  /** Options in the order of their terms, which say from where to where theirs are. */
  readonly optionSizes = new Float64Array(MOST_LEGS);
  readonly optionStrikes = new Float64Array(MOST_LEGS);
  readonly optionLnStrikes = new Float64Array(MOST_LEGS);
  readonly optionIsPut = new Uint8Array(MOST_LEGS);
  #risk: RiskTable | undefined;
  #view: MarketView | undefined;
  #allowances: Allowances = { untilSec: 0, ...NO_ALLOWANCES };
  #termCount = 0;
  #optionCount = 0;
  /** How many underlyings the account has. */
  count = 0;
  /** What does not depend on prices: cash, costs, funding, settled legs; less their doubt. */
  base = 0;
  /** Present cash, USD. */
  cash = 0;
  /** Of every amount, relative to the gross value that went into it. */
  doubt = 0;
  /** The earliest expiry still to come; Infinity without one. */
  nextExpirySec = Infinity;
  hasOptions = false;

  constructor(book: AccountBook) {
    this.#book = book;
  }

  /** Margin parameters of the account's profile. */
  get risk(): RiskTable {
    return this.#risk!;
  }

  group(k: number): UnderlyingGroup {
    return this.#groups[k]!;
  }

  term(t: number): TermGroup {
    return this.#terms[t]!;
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
    this.doubt = this.hasOptions ? DOUBT_WITH_OPTIONS : DOUBT_WITHOUT;
    this.base += this.cash + book.costs[place]!;
    this.base -= this.doubt * (Math.abs(this.cash) + book.grossCosts[place]!) + ABSOLUTE_DOUBT;
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
    fillTimes(term, expirySec, view.nowSec, this.#allowances, this.#risk!.profile);
    term.futures = term.futuresAbs = term.calls = term.puts = 0;
    term.optionFrom = term.optionTo = this.#optionCount;
    return true;
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
    this.optionSizes[at] = size;
    this.optionStrikes[at] = strikes[slot]!;
    this.optionLnStrikes[at] = lnStrikes[slot]!;
    this.optionIsPut[at] = kind === PUT ? 1 : 0;
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
}
