import { encodeExpiryKey } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { AccountBook } from '../mirror/accountBook.ts';
import { NONE } from '../mirror/universe.ts';
import type { PriceBoard } from '../mirror/prices.ts';

/** An account that holds legs which have a settlement price. */
export interface ExpiredAccount {
  readonly account: AccountId;
  /** Keys of the expiries. */
  readonly expiries: readonly bigint[];
}

/** Who could turn settled legs into cash, in the order of accounts' numbers. Costs nothing while nothing held has settled. */
export function findExpired(book: AccountBook, { markets }: PriceBoard): ExpiredAccount[] {
  const { ids, legStarts, legCounts, legSlots, universe } = book;
  const keys = universe.terms.map(({ underlying, expirySec, holders }) => {
    const number = universe.underlyings[underlying] ?? NONE;
    const expiry = BigInt(expirySec);
    const isSettled = holders > 0 && markets.get(number)?.settlements?.has(expiry) === true;
    return isSettled ? encodeExpiryKey(number, expiry) : undefined;
  });
  if (keys.every((key) => key === undefined)) return [];
  const found: ExpiredAccount[] = [];
  ids.forEach((account, place) => {
    if (account === undefined) return;
    const start = legStarts[place] ?? 0;
    const slots = legSlots.subarray(start, start + (legCounts[place] ?? 0));
    const expiries = new Set<bigint>();
    for (const slot of slots) {
      const key = keys[universe.slotTerms[slot] ?? NONE];
      if (key !== undefined) expiries.add(key);
    }
    if (expiries.size > 0) found.push({ account, expiries: [...expiries] });
  });
  return found.sort((a, b) => (a.account < b.account ? -1 : 1));
}
