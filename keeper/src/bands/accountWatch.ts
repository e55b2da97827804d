import type { AccountId, CashIndex, RiskProfile } from '@novate/sdk';
import { countSkip } from '../decide/skip.ts';
import type { SkipCounts, SkipReason } from '../decide/skip.ts';
import type { AccountBook } from '../mirror/accountBook.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import { grown, NONE } from '../mirror/universe.ts';
import { BandBuilder } from './band.ts';
import type { Standing } from './band.ts';
import { CellPricer } from './cellPricer.ts';
import { createEdgeHeap } from './edgeHeap.ts';
import { EdgeIndex } from './edgeIndex.ts';
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
import { PRICED, STALE, UNPRICED, viewMarket, widenedAt, widening } from './marketView.ts';
import type { MarketView } from './marketView.ts';
import { createRiskTable } from './riskTable.ts';
import type { RiskTable } from './riskTable.ts';
import { SurfaceEpochs } from './surfaceEpochs.ts';

/** What the watch knows of an account. PENDING ones are judged every tick, until they have a band. */
const ABSENT = 0;
const PENDING = 1;
const BANDED = 2;
/** Nothing that prices do can make it liquidatable, or known. */
const PARKED = 3;

const FIRST_CAPACITY = 1_024;
/** Nearer than this, of the gross value, a band would not outlast the next tick. */
const TOO_NEAR = 1e-4;
/** A band that lasted fewer ticks than this is not worth another one at once. */
const SHORT_LIVED = 3;
const REST_TICKS = 6;
const BUILDS_PER_CLOCK = 16;
/** All accounts are judged once in so many ticks, bands or not. */
const TICKS_PER_SWEEP = 4_096;

const REASONS: Readonly<Record<Exclude<LoadStatus, 0>, SkipReason>> = {
  [NOTHING_TO_TAKE]: 'nothingToTake',
  [UNSUPPORTED]: 'unsupportedInstrument',
  [PROFILE_UNKNOWN]: 'profileUnknown',
  [ASSET_UNKNOWN]: 'assetUnknown',
  [PRICE_UNAVAILABLE]: 'priceUnavailable',
  [PRICE_STALE]: 'priceStale',
};

export interface WatchInputs {
  readonly board: PriceBoard;
  /** Brought up to the board's time. */
  readonly cash: CashIndex;
  readonly references: Pick<References, 'profiles' | 'assetUnderlyings'>;
}

export interface WatchOptions {
  /** Milliseconds that `tick` may spend on bands. */
  readonly bandBudgetMs: number;
  readonly ticksPerSweep?: number;
  /** Stretches bands of prices beyond what is safe, so that tests can show that they notice; 1 unless given. */
  readonly stretch?: number;
  /** Milliseconds; what decides how long to go on, and nothing else. */
  readonly clock?: () => number;
}

/** What a tick found. */
export interface Watched {
  readonly accounts: number;
  /** Accounts that floating point cannot call healthy. */
  readonly suspects: readonly AccountId[];
  /** Why others are not judged. */
  readonly skipped: SkipCounts;
  readonly figures: WatchFigures;
}

export interface WatchFigures {
  /** Accounts whose band was left, or that changed, in this tick. */
  readonly left: number;
  readonly judged: number;
  /** Bands computed since the tick began. */
  readonly built: number;
  readonly swept: number;
  readonly banded: number;
  readonly pending: number;
  /** Accounts that the sweep could not call healthy though they were inside their band. Must be 0. */
  readonly strays: number;
}

/**
 * Watches every account by safe bands: see docs/keeper.md for the theorem. Keeps state between ticks, but touches nothing outside:
 * the same sequence of books and boards gives the same suspects, however much time each tick is given.
 */
export class AccountWatch {
  readonly #book: AccountBook;
  readonly #options: WatchOptions;
  readonly #clock: () => number;
  readonly #builder: BandBuilder;
  readonly #index = new EdgeIndex();
  readonly #deadlines = createEdgeHeap();
  readonly #epochs: SurfaceEpochs;
  #states = new Uint8Array(FIRST_CAPACITY);
  #reasons = new Uint8Array(FIRST_CAPACITY);
  /** Counts an account's bands, so that what refers to an older one is told apart. */
  #versions = new Int32Array(FIRST_CAPACITY);
  #until = new Float64Array(FIRST_CAPACITY);
  #widen = new Float64Array(FIRST_CAPACITY);
  #builtAt = new Int32Array(FIRST_CAPACITY);
  #restUntil = new Int32Array(FIRST_CAPACITY);
  #healths = new Float64Array(FIRST_CAPACITY);
  #pending: number[] = [];
  /** Healthy accounts that wait for a band, in the order of turns; those before `#hopefulAt` had theirs. */
  #hopeful: number[] = [];
  #hopefulAt = 0;
  readonly #parked = new Map<LoadStatus, number>();
  readonly #risks = new Map<number, RiskTable>();
  #profiles: ReadonlyMap<number, RiskProfile> = new Map();
  #settlements: number[] = [];
  #view: MarketView | undefined;
  #tick = 0;
  #latestSec = 0;
  #sweepAt = 0;
  #banded = 0;
  #left = 0;

  constructor(book: AccountBook, options: WatchOptions) {
    this.#book = book;
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#builder = new BandBuilder(book, new CellPricer(book), options.stretch);
    this.#epochs = new SurfaceEpochs(
      (place, version) => this.#versions[place] === version && this.#states[place] === BANDED,
    );
  }

  /** The underlyings' terms that accounts hold: what the next board must know. */
  get book(): AccountBook {
    return this.#book;
  }

  /** `look`, and then `mend` for so long: for whoever has no time between ticks. */
  tick(inputs: WatchInputs, bandBudgetMs = this.#options.bandBudgetMs): Watched {
    const watched = this.look(inputs);
    const built = this.mend(bandBudgetMs);
    const [banded, pending] = [this.#banded, this.#pending.length];
    return { ...watched, figures: { ...watched.figures, built, banded, pending } };
  }

  /** Takes in what changed, and names the accounts that may be liquidatable now: all that stands between a price and an answer. */
  look(inputs: WatchInputs): Watched {
    this.#tick++;
    this.#left = 0;
    this.#adopt(inputs.references);
    const view = viewMarket(inputs.board, inputs.cash, this.#book.universe);
    this.#view = view;
    this.#takeChanges();
    this.#leaveBands(view);
    const skipped: SkipCounts = new Map();
    const suspects: AccountId[] = [];
    this.#hopeful = this.#judgePending(view, suspects, skipped);
    this.#hopefulAt = 0;
    const judged = this.#pending.length;
    const { swept, strays } = this.#sweep(view, suspects);
    this.#countBlocked(view, skipped);
    this.#countParked(skipped);
    const figures = { left: this.#left, judged, built: 0, swept, banded: this.#banded, strays };
    return {
      accounts: this.#book.size,
      suspects,
      skipped,
      figures: { ...figures, pending: this.#pending.length },
    };
  }

  /** How many healthy accounts wait for a band. */
  get waiting(): number {
    return this.#hopeful.length - this.#hopefulAt;
  }

  /**
   * Computes bands at the prices of the last look, for those furthest from the line first. Nobody waits for it: an account without
   * a band is judged by each look instead. @returns How many it computed.
   */
  mend(budgetMs: number): number {
    const view = this.#view;
    if (view === undefined || this.waiting === 0) return 0;
    const end = this.#clock() + budgetMs;
    const from = this.#hopefulAt;
    while (this.waiting > 0) {
      if ((this.#hopefulAt - from) % BUILDS_PER_CLOCK === 0 && this.#clock() >= end) break;
      const place = this.#hopeful[this.#hopefulAt++]!;
      if (this.#states[place] === PENDING) this.#build(place, view);
    }
    this.#pending = this.#pending.filter((place) => this.#states[place] === PENDING);
    return this.#hopefulAt - from;
  }

  /** Judges every account at the prices of the last tick, bands or not. */
  sweepAll(take: (place: number, standing: Standing) => void): void {
    for (let place = 0; place < this.#book.end; ++place) {
      if (this.#book.ids[place] === undefined || this.#view === undefined) continue;
      take(place, this.#builder.judge(place, this.#view, this.#riskOf(place)));
    }
  }

  /** How an account stands at the prices of the last tick; undefined where it has nothing at stake or cannot be judged. */
  standingOf(place: number): Standing | undefined {
    const state = this.#states[place];
    if (this.#view === undefined || state === undefined || state === ABSENT || state === PARKED)
      return undefined;
    const standing = this.#builder.judge(place, this.#view, this.#riskOf(place));
    return standing.status === LOADED ? standing : undefined;
  }

  isBanded(account: AccountId): boolean {
    const place = this.#book.placeOf(account);
    return place !== undefined && this.#states[place] === BANDED;
  }

  /** New profiles or assets: every band rests on them. */
  #adopt({ profiles, assetUnderlyings }: WatchInputs['references']): void {
    if (this.#book.setAssets(assetUnderlyings)) this.#exposeWhere(() => true);
    if (profiles === this.#profiles) return;
    const changed = new Set<number>();
    for (const id of new Set([...profiles.keys(), ...this.#profiles.keys()])) {
      const profile = profiles.get(id);
      if (textOf(profile) === textOf(this.#profiles.get(id))) continue;
      changed.add(id);
      if (profile === undefined) this.#risks.delete(id);
      else this.#risks.set(id, createRiskTable(profile));
    }
    this.#profiles = profiles;
    if (changed.size > 0) this.#exposeWhere((place) => changed.has(this.#book.profileIds[place]!));
  }

  #takeChanges(): void {
    this.#reserve(this.#book.end);
    for (const place of this.#book.takeChanged()) {
      const exists = this.#book.ids[place] !== undefined;
      if (!exists || this.#states[place] !== PENDING) this.#forget(place);
      if (exists) this.#expose(place);
      this.#restUntil[place] = 0;
    }
  }

  #leaveBands(view: MarketView): void {
    // a chain that was set back: bands say nothing about times before they were made
    if (view.nowSec < this.#latestSec) this.#exposeWhere(() => true);
    this.#latestSec = view.nowSec;
    const leave = (place: number): void => this.#expose(place);
    this.#index.advance(view, leave);
    this.#epochs.advance(view, this.#book.universe.terms, leave);
    this.#deadlines.popBelow(view.nowSec + 0.5, (place) => {
      if (!this.#renew(place, view)) this.#expose(place);
    });
    this.#leaveSettled(view);
  }

  /** A settlement changes what every holder is worth. */
  #leaveSettled({ terms }: MarketView): void {
    const changed = new Set<number>();
    terms.forEach(({ settlement }, t) => {
      if (!Object.is(settlement, this.#settlements[t] ?? NaN)) changed.add(t);
      this.#settlements[t] = settlement;
    });
    if (changed.size === 0) return;
    this.#forBanded((place) => {
      if (this.#holdsTerm(place, (t) => changed.has(t))) this.#expose(place);
    });
  }

  #holdsTerm(place: number, test: (term: number) => boolean): boolean {
    const { legStarts, legCounts, legSlots, universe } = this.#book;
    for (let i = legStarts[place]!; i < legStarts[place]! + legCounts[place]!; ++i) {
      const term = universe.slotTerms[legSlots[i]!]!;
      if (term !== NONE && test(term)) return true;
    }
    return false;
  }

  /** Bands also end when a surface grows old; a newer one renews them. */
  #renew(place: number, view: MarketView): boolean {
    const [until, widen] = [this.#until[place]!, this.#widen[place]!];
    if (view.nowSec >= until) return false;
    const deadline = this.#deadlineOf(place, view, until, widen);
    if (!(deadline > view.nowSec)) return false;
    this.#deadlines.set(place, deadline);
    return true;
  }

  #deadlineOf(place: number, view: MarketView, until: number, widen: number): number {
    if (widen >= 1) return until;
    let deadline = until;
    this.#holdsTerm(place, (t) => {
      const { surface } = view.terms[t]!;
      if (this.#book.universe.terms[t]!.expirySec <= view.nowSec) return false;
      if (surface === null || surface === undefined || widening(surface, view.nowSec) > widen) deadline = -1;
      else deadline = Math.min(deadline, widenedAt(surface, widen));
      return false;
    });
    return deadline;
  }

  /** @returns The pending accounts that are healthy, those furthest from the line first: their bands last longest. */
  #judgePending(view: MarketView, suspects: AccountId[], skipped: SkipCounts): number[] {
    const hopeful: number[] = [];
    let kept = 0;
    for (const place of this.#pending) {
      if (this.#states[place] !== PENDING) continue;
      const { status, health, gross } = this.#builder.judge(place, view, this.#riskOf(place));
      if (status !== LOADED && status < PRICE_UNAVAILABLE) {
        this.#park(place, status);
        continue;
      }
      this.#pending[kept++] = place;
      if (status !== LOADED) countSkip(skipped, REASONS[status]);
      // not the other way round: what is not a number is no proof of health
      else if (!(health >= 0)) suspects.push(this.#book.ids[place]!);
      else if (health > TOO_NEAR * gross && this.#restUntil[place]! <= this.#tick) {
        this.#healths[place] = health / gross;
        hopeful.push(place);
      }
    }
    this.#pending.length = kept;
    return hopeful.sort((a, b) => this.#healths[b]! - this.#healths[a]!);
  }

  #build(place: number, view: MarketView): void {
    const risk = this.#riskOf(place);
    if (risk === undefined) return;
    const { health } = this.#builder.judge(place, view, risk);
    if (!this.#builder.build(place, view, risk, health)) {
      this.#restUntil[place] = this.#tick + REST_TICKS;
      return;
    }
    const { band } = this.#builder;
    const { untilSec, widen } = band.allowances;
    const deadline = this.#deadlineOf(place, view, untilSec, widen);
    if (!(deadline > view.nowSec)) return;
    const version = ++this.#versions[place]!;
    this.#states[place] = BANDED;
    this.#banded++;
    this.#until[place] = untilSec;
    this.#widen[place] = widen;
    this.#builtAt[place] = this.#tick;
    this.#index.register(place, band, view);
    if (deadline < Infinity) this.#deadlines.set(place, deadline);
    if (band.volLevel !== NONE) this.#joinEpochs(place, view, band.volLevel, version);
  }

  #joinEpochs(place: number, view: MarketView, level: number, version: number): void {
    let last = NONE;
    this.#holdsTerm(place, (t) => {
      // legs are sorted: a term's follow one another
      if (t === last || this.#book.universe.terms[t]!.expirySec <= view.nowSec) return false;
      last = t;
      this.#epochs.join(t, view.terms[t]!.surface ?? null, level, place, version);
      return false;
    });
  }

  /** The safety net: a few accounts per tick are judged though they are inside their band. */
  #sweep(view: MarketView, suspects: AccountId[]): { swept: number; strays: number } {
    const end = this.#book.end;
    const quota = Math.ceil(end / (this.#options.ticksPerSweep ?? TICKS_PER_SWEEP));
    let [swept, strays] = [0, 0];
    for (let i = 0; i < Math.min(quota, end); ++i) {
      this.#sweepAt = (this.#sweepAt + 1) % end;
      const place = this.#sweepAt;
      if (this.#states[place] !== BANDED) continue;
      swept++;
      const { status, health } = this.#builder.judge(place, view, this.#riskOf(place));
      if (status !== LOADED || health >= 0) continue;
      strays++;
      suspects.push(this.#book.ids[place]!);
      this.#expose(place);
    }
    return { swept, strays };
  }

  /** Inside its band, yet with a price that is unknown or stale: nothing is known of such an account. */
  #countBlocked(view: MarketView, skipped: SkipCounts): void {
    const { universe } = this.#book;
    const unknown = view.terms.map(
      ({ surface, settlement }, t) =>
        surface === undefined && Number.isNaN(settlement) && universe.terms[t]!.expirySec > view.nowSec,
    );
    const held = unknown.some((missing, t) => missing && universe.terms[t]!.holders > 0);
    if (!held && view.status.every((status) => status === PRICED)) return;
    this.#forBanded((place) => {
      const status = this.#blockOf(place, view, unknown);
      if (status !== LOADED) countSkip(skipped, REASONS[status]);
    });
  }

  #blockOf(place: number, view: MarketView, unknown: readonly boolean[]): LoadStatus {
    const { legStarts, legCounts, legSlots, universe } = this.#book;
    let block: LoadStatus = LOADED;
    for (let i = legStarts[place]!; i < legStarts[place]! + legCounts[place]!; ++i) {
      const slot = legSlots[i]!;
      const term = universe.slotTerms[slot]!;
      const status = view.status[universe.slotUnderlyings[slot]!] ?? UNPRICED;
      if (status === UNPRICED || (term !== NONE && unknown[term] === true)) return PRICE_UNAVAILABLE;
      const isSettled = term !== NONE && !Number.isNaN(view.terms[term]!.settlement);
      if (status === STALE && !isSettled) block = PRICE_STALE;
    }
    return block;
  }

  #countParked(skipped: SkipCounts): void {
    for (const [status, count] of this.#parked) {
      if (status !== LOADED && count > 0) skipped.set(REASONS[status], count);
    }
  }

  #park(place: number, status: LoadStatus): void {
    this.#states[place] = PARKED;
    // an account with nothing but cash is no news
    const isNews = status !== NOTHING_TO_TAKE || this.#book.principals[place]! < 0;
    this.#reasons[place] = isNews ? status : LOADED;
    if (isNews) this.#parked.set(status, (this.#parked.get(status) ?? 0) + 1);
  }

  #expose(place: number): void {
    if (this.#states[place] === PENDING) return;
    const isShortLived = this.#states[place] === BANDED && this.#tick - this.#builtAt[place]! < SHORT_LIVED;
    this.#forget(place);
    if (isShortLived) this.#restUntil[place] = this.#tick + REST_TICKS;
    this.#states[place] = PENDING;
    this.#pending.push(place);
    this.#left++;
  }

  #forget(place: number): void {
    const state = this.#states[place]!;
    if (state === BANDED) {
      this.#banded--;
      this.#index.remove(place);
      this.#deadlines.remove(place);
    } else if (state === PARKED && this.#reasons[place] !== LOADED) {
      const reason = this.#reasons[place] as LoadStatus;
      this.#parked.set(reason, (this.#parked.get(reason) ?? 1) - 1);
    }
    // a pending account stays in the list, and is passed over there
    this.#states[place] = ABSENT;
  }

  #exposeWhere(test: (place: number) => boolean): void {
    for (let place = 0; place < this.#states.length; ++place) {
      if (this.#states[place] !== ABSENT && test(place)) this.#expose(place);
    }
  }

  #forBanded(act: (place: number) => void): void {
    for (let place = 0; place < this.#book.end; ++place) if (this.#states[place] === BANDED) act(place);
  }

  #riskOf(place: number): RiskTable | undefined {
    return this.#risks.get(this.#book.profileIds[place]!);
  }

  #reserve(count: number): void {
    if (count <= this.#states.length) return;
    const length = Math.max(count, 2 * this.#states.length);
    this.#states = grown(this.#states, length);
    this.#reasons = grown(this.#reasons, length);
    this.#versions = grown(this.#versions, length);
    this.#until = grown(this.#until, length);
    this.#widen = grown(this.#widen, length);
    this.#builtAt = grown(this.#builtAt, length);
    this.#restUntil = grown(this.#restUntil, length);
    this.#healths = grown(this.#healths, length);
  }
}

const textOf = (profile: RiskProfile | undefined): string =>
  JSON.stringify(profile ?? null, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
