import { decodeInstrumentId, InvalidInstrumentIdError, kindOf, underlyingOf } from '@novate/sdk';
import type { InstrumentId } from '@novate/sdk';

/** Kinds of legs; a collateral balance is a leg too. */
export const PERP = 0;
export const SPOT = 1;
export const FUTURE = 2;
export const CALL = 3;
export const PUT = 4;

/** In place of a number that there is none of. */
export const NONE = -1;

const FIRST_CAPACITY = 256;

/** One expiry of one underlying. */
export interface TermSlot {
  /** Place of the underlying in `underlyings`. */
  readonly underlying: number;
  readonly expirySec: number;
  /** ln(strike) of every option that is known of it. */
  readonly lnStrikes: number[];
  /** Legs held in it, by any account. */
  holders: number;
}

/**
 * Everything that accounts hold, numbered densely so that it fits typed arrays: underlyings, terms, and leg types ("slots": an
 * instrument or a collateral asset). Grows only.
 */
export interface Universe {
  /** The protocol's numbers of underlyings, by place. */
  readonly underlyings: readonly number[];
  readonly terms: readonly TermSlot[];
  /** By slot. */
  readonly kinds: Uint8Array;
  readonly slotUnderlyings: Int32Array;
  readonly slotTerms: Int32Array;
  readonly strikes: Float64Array;
  readonly lnStrikes: Float64Array;
  /** The slot of an instrument; NONE where this release cannot price it. */
  slotOf(instrument: InstrumentId): number;
  /** The slot of a collateral asset; its underlying is NONE until it is known. */
  assetSlotOf(assetId: number): number;
  /** Says which underlying values each asset. Returns whether that changed anything. */
  setAssets(assetUnderlyings: ReadonlyMap<number, number>): boolean;
}

class DenseUniverse implements Universe {
  readonly underlyings: number[] = [];
  readonly terms: TermSlot[] = [];
  kinds = new Uint8Array(FIRST_CAPACITY);
  slotUnderlyings = new Int32Array(FIRST_CAPACITY);
  slotTerms = new Int32Array(FIRST_CAPACITY);
  strikes = new Float64Array(FIRST_CAPACITY);
  lnStrikes = new Float64Array(FIRST_CAPACITY);
  #count = 0;
  readonly #places = new Map<number, number>();
  readonly #termPlaces = new Map<string, number>();
  readonly #slots = new Map<InstrumentId, number>();
  readonly #assets = new Map<number, number>();
  #assetUnderlyings: ReadonlyMap<number, number> = new Map();

  slotOf(instrument: InstrumentId): number {
    const known = this.#slots.get(instrument);
    if (known !== undefined) return known;
    const slot = this.#addInstrument(instrument);
    this.#slots.set(instrument, slot);
    return slot;
  }

  assetSlotOf(assetId: number): number {
    const known = this.#assets.get(assetId);
    if (known !== undefined) return known;
    const underlying = this.#assetUnderlyings.get(assetId);
    const slot = this.#add(SPOT, underlying === undefined ? NONE : this.#placeOf(underlying), NONE, 0);
    this.#assets.set(assetId, slot);
    return slot;
  }

  setAssets(assetUnderlyings: ReadonlyMap<number, number>): boolean {
    this.#assetUnderlyings = assetUnderlyings;
    let changed = false;
    for (const [assetId, slot] of this.#assets) {
      const underlying = assetUnderlyings.get(assetId);
      const place = underlying === undefined ? NONE : this.#placeOf(underlying);
      changed ||= this.slotUnderlyings[slot] !== place;
      this.slotUnderlyings[slot] = place;
    }
    return changed;
  }

  #addInstrument(id: InstrumentId): number {
    if (kindOf(id) === 'perp') return this.#add(PERP, this.#placeOf(underlyingOf(id)), NONE, 0);
    try {
      const instrument = decodeInstrumentId(id);
      if (instrument.kind === 'perp') return NONE;
      const place = this.#placeOf(instrument.underlying);
      const term = this.#termOf(place, Number(instrument.expirySec));
      if (instrument.kind === 'future') return this.#add(FUTURE, place, term, 0);
      const strike = Number(instrument.strike) / 1e18;
      const { lnStrikes } = this.terms[term]!;
      if (!lnStrikes.includes(Math.log(strike))) lnStrikes.push(Math.log(strike));
      return this.#add(instrument.kind === 'call' ? CALL : PUT, place, term, strike);
    } catch (error) {
      if (error instanceof InvalidInstrumentIdError) return NONE;
      throw error;
    }
  }

  #add(kind: number, underlying: number, term: number, strike: number): number {
    const slot = this.#count++;
    if (slot === this.kinds.length) this.#grow();
    this.kinds[slot] = kind;
    this.slotUnderlyings[slot] = underlying;
    this.slotTerms[slot] = term;
    this.strikes[slot] = strike;
    this.lnStrikes[slot] = Math.log(strike);
    return slot;
  }

  #grow(): void {
    this.kinds = grown(this.kinds, 2 * this.#count);
    this.slotUnderlyings = grown(this.slotUnderlyings, 2 * this.#count);
    this.slotTerms = grown(this.slotTerms, 2 * this.#count);
    this.strikes = grown(this.strikes, 2 * this.#count);
    this.lnStrikes = grown(this.lnStrikes, 2 * this.#count);
  }

  #placeOf(underlying: number): number {
    const known = this.#places.get(underlying);
    if (known !== undefined) return known;
    this.#places.set(underlying, this.underlyings.length);
    return this.underlyings.push(underlying) - 1;
  }

  #termOf(underlying: number, expirySec: number): number {
    const key = `${underlying} ${expirySec}`;
    const known = this.#termPlaces.get(key);
    if (known !== undefined) return known;
    this.#termPlaces.set(key, this.terms.length);
    return this.terms.push({ underlying, expirySec, lnStrikes: [], holders: 0 }) - 1;
  }
}

export function createUniverse(): Universe {
  return new DenseUniverse();
}

/** A longer array with the same beginning. */
export function grown<T extends Uint8Array | Int32Array | Float64Array>(array: T, length: number): T {
  const Type = array.constructor as new (length: number) => T;
  const longer = new Type(length);
  longer.set(array);
  return longer;
}
