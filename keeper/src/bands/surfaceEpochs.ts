import type { TermSlot } from '../mirror/universe.ts';
import { CARRY_PER_VOL, VOL_LEVELS } from './band.ts';
import { forwardRatio, rootAt, yearsLeft } from './marketView.ts';
import type { MarketView, Surface } from './marketView.ts';

/** Surfaces of one term that bands still rest on, at most; beyond it the oldest bands end. */
const MOST_EPOCHS = 64;
const FIRST_PRUNE = 1_024;

interface Bucket {
  readonly places: number[];
  readonly versions: number[];
  pruneAt: number;
}

/** Bands that were computed with one surface, by how far it may move. */
interface Epoch {
  readonly surface: Surface | null;
  readonly buckets: Bucket[];
}

/**
 * Watches how far surfaces have moved from those that bands were computed with. Only strikes that are held count, and only at
 * the present prices: a band rests on each option's volatility now being near that of its own surface at the same price.
 */
export class SurfaceEpochs {
  readonly #epochs: Epoch[][] = [];
  readonly #isCurrent: (place: number, version: number) => boolean;

  /** @param isCurrent Whether an account's band is still that one. */
  constructor(isCurrent: (place: number, version: number) => boolean) {
    this.#isCurrent = isCurrent;
  }

  /** Makes a band depend on the present surface of a term. @param level The band's place in VOL_LEVELS. */
  join(t: number, surface: Surface | null, level: number, place: number, version: number): void {
    const epochs = (this.#epochs[t] ??= []);
    let newest = epochs.at(-1);
    if (newest === undefined || !isSame(newest.surface, surface)) {
      newest = {
        surface,
        buckets: VOL_LEVELS.map(() => ({ places: [], versions: [], pruneAt: FIRST_PRUNE })),
      };
      epochs.push(newest);
    }
    const bucket = newest.buckets[level]!;
    bucket.places.push(place);
    bucket.versions.push(version);
    if (bucket.places.length >= bucket.pruneAt) this.#prune(bucket);
  }

  /** Hands over the accounts whose allowance the surfaces have used up. */
  advance(view: MarketView, terms: readonly TermSlot[], leave: (place: number) => void): void {
    this.#epochs.forEach((epochs, t) => {
      const term = terms[t]!;
      // bands end with the expiry, by time
      if (term.expirySec <= view.nowSec) epochs.length = 0;
      const surface = view.terms[t]?.surface;
      if (surface === undefined) return;
      while (epochs.length > MOST_EPOCHS) this.#end(epochs.shift()!, Infinity, leave);
      for (const epoch of epochs) {
        if (isSame(epoch.surface, surface)) continue;
        this.#end(epoch, driftOf(epoch.surface, surface, term, view), leave);
      }
      if (epochs.some(isEmpty)) this.#epochs[t] = epochs.filter((epoch) => !isEmpty(epoch));
    });
  }

  #end({ buckets }: Epoch, drift: number, leave: (place: number) => void): void {
    buckets.forEach((bucket, level) => {
      if (bucket.places.length === 0 || drift <= VOL_LEVELS[level]!) return;
      const { places, versions } = bucket;
      places.forEach((place, i) => {
        if (this.#isCurrent(place, versions[i]!)) leave(place);
      });
      places.length = versions.length = 0;
    });
  }

  #prune(bucket: Bucket): void {
    const { places, versions } = bucket;
    let kept = 0;
    for (let i = 0; i < places.length; ++i) {
      if (!this.#isCurrent(places[i]!, versions[i]!)) continue;
      places[kept] = places[i]!;
      versions[kept++] = versions[i]!;
    }
    places.length = versions.length = kept;
    bucket.pruneAt = Math.max(FIRST_PRUNE, 2 * kept);
  }
}

/** How far apart two surfaces are at the strikes that are held, and their forwards in terms of that. */
export function driftOf(
  from: Surface | null,
  to: Surface | null,
  { underlying, expirySec, lnStrikes }: TermSlot,
  { nowSec, low, price, high }: MarketView,
): number {
  // an older surface would widen sooner
  if (from !== null && (to === null || to.signedAtSec < from.signedAtSec)) return Infinity;
  const tau = yearsLeft(expirySec, nowSec);
  const [lnFrom, lnTo] = [Math.log(forwardRatio(from, tau)), Math.log(forwardRatio(to, tau))];
  let most = Math.abs(lnTo - lnFrom) / CARRY_PER_VOL;
  for (const index of new Set([low[underlying]!, price[underlying]!, high[underlying]!])) {
    const lnIndex = Math.log(index);
    for (const lnStrike of lnStrikes) {
      const before = rootAt(from, lnIndex + lnFrom - lnStrike, tau);
      const after = rootAt(to, lnIndex + lnTo - lnStrike, tau);
      if (before === after) continue;
      const change = Math.abs(Math.log(after / before));
      if (!(change <= most)) most = change;
    }
  }
  return most;
}

const isEmpty = ({ buckets }: Epoch): boolean => buckets.every(({ places }) => places.length === 0);

function isSame(a: Surface | null, b: Surface | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.a === b.a &&
    a.b === b.b &&
    a.rho === b.rho &&
    a.m === b.m &&
    a.sigma === b.sigma &&
    a.basis === b.basis &&
    a.signedAtSec === b.signedAtSec
  );
}
