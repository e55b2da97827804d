import type { AccountId } from '@novate/sdk';
import { keccak256, stringToHex } from 'viem';
import type { Shards } from '../store/shards.ts';
import type { WorkKind, WorkQueue } from '../store/work.ts';
import type { Purpose } from './journal.ts';

/** What is done to an account, at the present version of its state; or anything else that has a key of its own. */
export type Offer = { readonly urgency: number } & (
  { readonly account: AccountId } | { readonly key: string }
);

/** Makes sure that of all keepers on one store, one does a piece of work. */
export interface SharedWork {
  /**
   * Does those of the items that fall to this keeper.
   * @param run Does the items it is given, and tells which of them the journal has now. The others are left to whoever
   * comes next.
   */
  share<T, R>(
    kind: WorkKind,
    items: readonly T[],
    describe: (item: T) => Offer,
    run: (mine: readonly T[]) => Promise<{ readonly result: R; readonly done: (item: T) => boolean }>,
  ): Promise<R>;
}

/** Names work by the account and the version of its state: what was done to that state is never done to it again. */
export function workKey(kind: WorkKind, account: AccountId, version: string | undefined): string {
  return `${workOn(kind, account)}${version ?? 'unknown'}`;
}

/** What the names of all work on an account begin with, whatever the version of its state. */
export function workOn(kind: WorkKind, account: AccountId): string {
  return `${kind}/0x${account.toString(16)}/`;
}

/** The keys that a transaction answers for. */
export function keysOf(
  purpose: Purpose,
  versionOf: (account: AccountId) => string | undefined,
): readonly string[] {
  switch (purpose.kind) {
    case 'liquidation':
      return purpose.parts.map(({ account }) => workKey('liquidation', account, versionOf(account)));
    case 'settlement':
      return purpose.accounts.map((account) => workKey('settlement', account, versionOf(account)));
    case 'duty':
      return purpose.keys;
    case 'cancel':
      return [];
  }
}

export interface SharedWorkOptions {
  readonly queue: WorkQueue;
  readonly shards: Pick<Shards, 'owns'>;
  readonly versionOf: (account: AccountId) => string | undefined;
  /** Most items taken at once. */
  readonly most: number;
}

export function createSharedWork({ queue, shards, versionOf, most }: SharedWorkOptions): SharedWork {
  return {
    async share(kind, items, describe, run) {
      const offers = items.map((item) => {
        const offer = describe(item);
        const { urgency } = offer;
        if ('key' in offer) return { item, urgency, key: offer.key, account: accountOf(offer.key) };
        const { account } = offer;
        return { item, account, urgency, key: workKey(kind, account, versionOf(account)) };
      });
      const own = offers.filter(({ account }) => shards.owns(account));
      const known = new Set(offers.map(({ key }) => key));
      const taken = await queue.take(kind, own, known, most);
      const mine = offers.filter(({ key }) => taken.has(key));
      const done: string[] = [];
      try {
        const outcome = await run(mine.map(({ item }) => item));
        done.push(...mine.filter(({ item }) => outcome.done(item)).map(({ key }) => key));
        return outcome.result;
      } finally {
        await queue.done(kind, done);
        const left = mine.filter(({ key }) => !done.includes(key));
        await queue.returned(
          kind,
          left.map(({ key }) => key),
        );
      }
    },
  };
}

/** Spreads what belongs to no account over the shards of accounts. */
function accountOf(key: string): AccountId {
  return BigInt(keccak256(stringToHex(key)));
}

/** For a keeper that only looks: everything falls to it, and nothing is kept from others. */
export const unshared: SharedWork = {
  share: async (_kind, items, _describe, run) => (await run(items)).result,
};
