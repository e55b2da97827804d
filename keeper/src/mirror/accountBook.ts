import { AccountMap } from '@novate/sdk';
import type { AccountId, AccountState } from '@novate/sdk';
import { createUniverse, FUTURE, grown, NONE } from './universe.ts';
import type { Universe } from './universe.ts';

const WAD = 1e18;
const FIRST_ACCOUNTS = 1_024;
const FIRST_LEGS = 8_192;

export const toFloat = (wad: bigint): number => Number(wad) / WAD;

/**
 * All accounts in floating point, as a struct of arrays: converted once per change of an account instead of once per price, and
 * without an object per account or leg. USD and units. An account is known by its place, which stays the same while it exists.
 */
export interface AccountBook {
  readonly universe: Universe;
  /** How many accounts exist. */
  readonly size: number;
  /** Places are below this. */
  readonly end: number;
  /** By place. */
  readonly ids: readonly (AccountId | undefined)[];
  /** Signed cash principal. */
  readonly principals: Float64Array;
  readonly profileIds: Int32Array;
  /** 1 where it holds something that this release cannot price. */
  readonly unsupported: Uint8Array;
  /** Sum of the cost bases of perps and futures, and the sum of their magnitudes. */
  readonly costs: Float64Array;
  readonly grossCosts: Float64Array;
  /** An account's legs are those from its start on, sorted by underlying and then by term. */
  readonly legStarts: Int32Array;
  readonly legCounts: Int32Array;
  readonly legSlots: Int32Array;
  /** Units, signed. */
  readonly legSizes: Float64Array;
  placeOf(account: AccountId): number | undefined;
  /** Takes over an account as it is now; undefined where it no longer exists. */
  set(account: AccountId, state: AccountState | undefined): void;
  clear(): void;
  /** Profiles that accounts use. */
  usedProfiles(): IterableIterator<number>;
  /** Says which underlying values each collateral asset; sorts legs anew where that changed. Returns whether it did. */
  setAssets(assetUnderlyings: ReadonlyMap<number, number>): boolean;
  /** The places that changed since this was asked last. */
  takeChanged(): Int32Array;
}

class SoaBook implements AccountBook {
  readonly universe = createUniverse();
  ids: (AccountId | undefined)[] = [];
  principals = new Float64Array(FIRST_ACCOUNTS);
  profileIds = new Int32Array(FIRST_ACCOUNTS);
  unsupported = new Uint8Array(FIRST_ACCOUNTS);
  costs = new Float64Array(FIRST_ACCOUNTS);
  grossCosts = new Float64Array(FIRST_ACCOUNTS);
  legStarts = new Int32Array(FIRST_ACCOUNTS);
  legCounts = new Int32Array(FIRST_ACCOUNTS);
  legSlots = new Int32Array(FIRST_LEGS);
  legSizes = new Float64Array(FIRST_LEGS);
  #capacities = new Int32Array(FIRST_ACCOUNTS);
  #legEnd = 0;
  readonly #places = new AccountMap<number>();
  readonly #free: number[] = [];
  readonly #changed = new Set<number>();
  readonly #profileUse = new Map<number, number>();

  get size(): number {
    return this.#places.size;
  }

  get end(): number {
    return this.ids.length;
  }

  placeOf(account: AccountId): number | undefined {
    return this.#places.get(account);
  }

  set(account: AccountId, state: AccountState | undefined): void {
    const known = this.#places.get(account);
    if (known !== undefined) this.#release(known);
    if (state === undefined) {
      if (known !== undefined) this.#drop(account, known);
      return;
    }
    const place = known ?? this.#open(account);
    this.#changed.add(place);
    const { profileId } = state;
    this.principals[place] = toFloat(state.principal);
    this.profileIds[place] = profileId;
    this.#profileUse.set(profileId, (this.#profileUse.get(profileId) ?? 0) + 1);
    this.#fill(place, state);
    // cash that is no principal: worth the same at every price, as a cost is
    const pending = toFloat(state.pendingCash);
    this.costs[place]! += pending;
    this.grossCosts[place]! += Math.abs(pending);
    this.#sort(place);
  }

  clear(): void {
    for (const [account, place] of this.#places) {
      this.#release(place);
      this.#drop(account, place);
    }
  }

  *usedProfiles(): IterableIterator<number> {
    for (const [id, uses] of this.#profileUse) if (uses > 0) yield id;
  }

  setAssets(assetUnderlyings: ReadonlyMap<number, number>): boolean {
    if (!this.universe.setAssets(assetUnderlyings)) return false;
    for (const place of this.#places.values()) this.#sort(place);
    return true;
  }

  takeChanged(): Int32Array {
    const places = Int32Array.from(this.#changed);
    this.#changed.clear();
    return places;
  }

  #fill(place: number, { positions, collateral }: AccountState): void {
    const { universe } = this;
    let at = this.#reserve(place, positions.size + collateral.size);
    const start = at;
    let [costs, gross, unsupported] = [0, 0, 0];
    for (const [instrument, { size, cost }] of positions) {
      const slot = universe.slotOf(instrument);
      if (slot === NONE) {
        unsupported = 1;
        continue;
      }
      const term = universe.slotTerms[slot]!;
      if (term !== NONE) universe.terms[term]!.holders++;
      this.legSlots[at] = slot;
      this.legSizes[at++] = toFloat(size);
      if (universe.kinds[slot]! > FUTURE) continue; // an option's premium is cash, not cost
      costs += toFloat(cost);
      gross += Math.abs(toFloat(cost));
    }
    for (const [assetId, amount] of collateral) {
      this.legSlots[at] = universe.assetSlotOf(assetId);
      this.legSizes[at++] = toFloat(amount);
    }
    this.legCounts[place] = at - start;
    this.costs[place] = costs;
    this.grossCosts[place] = gross;
    this.unsupported[place] = unsupported;
  }

  /** Room for so many legs; what an account outgrows is left behind and reclaimed in one go. */
  #reserve(place: number, count: number): number {
    if (count <= this.#capacities[place]!) return this.legStarts[place]!;
    const capacity = count + (count >> 1);
    if (this.#legEnd + capacity > this.legSlots.length) this.#compact(capacity);
    this.legStarts[place] = this.#legEnd;
    this.#capacities[place] = capacity;
    this.#legEnd += capacity;
    return this.legStarts[place];
  }

  #compact(more: number): void {
    let used = 0;
    for (const place of this.#places.values()) used += this.#capacities[place]!;
    const length = Math.max(FIRST_LEGS, 2 * (used + more));
    const [slots, sizes] = [new Int32Array(length), new Float64Array(length)];
    let end = 0;
    for (const place of this.#places.values()) {
      const start = this.legStarts[place]!;
      slots.set(this.legSlots.subarray(start, start + this.legCounts[place]!), end);
      sizes.set(this.legSizes.subarray(start, start + this.legCounts[place]!), end);
      this.legStarts[place] = end;
      end += this.#capacities[place]!;
    }
    [this.legSlots, this.legSizes, this.#legEnd] = [slots, sizes, end];
  }

  /** Insertion sort: a handful of legs, often in order already. */
  #sort(place: number): void {
    const [start, { legSlots, legSizes }] = [this.legStarts[place]!, this];
    const end = start + this.legCounts[place]!;
    for (let i = start + 1; i < end; ++i) {
      const [slot, size] = [legSlots[i]!, legSizes[i]!];
      const key = this.#orderOf(slot);
      let j = i - 1;
      for (; j >= start && this.#orderOf(legSlots[j]!) > key; --j) {
        legSlots[j + 1] = legSlots[j]!;
        legSizes[j + 1] = legSizes[j]!;
      }
      legSlots[j + 1] = slot;
      legSizes[j + 1] = size;
    }
  }

  #orderOf(slot: number): number {
    const { slotUnderlyings, slotTerms, kinds } = this.universe;
    return slotUnderlyings[slot]! * 2 ** 26 + (slotTerms[slot]! + 1) * 2 ** 3 + kinds[slot]!;
  }

  /** Takes back what the account counts for elsewhere. */
  #release(place: number): void {
    const { universe } = this;
    const start = this.legStarts[place]!;
    for (let i = start; i < start + this.legCounts[place]!; ++i) {
      const term = universe.slotTerms[this.legSlots[i]!]!;
      if (term !== NONE) universe.terms[term]!.holders--;
    }
    const profileId = this.profileIds[place]!;
    this.#profileUse.set(profileId, (this.#profileUse.get(profileId) ?? 1) - 1);
  }

  #open(account: AccountId): number {
    const place = this.#free.pop() ?? this.ids.length;
    if (place >= this.principals.length) this.#grow(2 * this.principals.length);
    this.ids[place] = account;
    this.#places.set(account, place);
    return place;
  }

  #drop(account: AccountId, place: number): void {
    this.#places.delete(account);
    this.ids[place] = undefined;
    this.legCounts[place] = 0;
    this.#capacities[place] = 0;
    this.#free.push(place);
    this.#changed.add(place);
  }

  #grow(length: number): void {
    this.principals = grown(this.principals, length);
    this.profileIds = grown(this.profileIds, length);
    this.unsupported = grown(this.unsupported, length);
    this.costs = grown(this.costs, length);
    this.grossCosts = grown(this.grossCosts, length);
    this.legStarts = grown(this.legStarts, length);
    this.legCounts = grown(this.legCounts, length);
    this.#capacities = grown(this.#capacities, length);
  }
}

export function createAccountBook(): AccountBook {
  return new SoaBook();
}
