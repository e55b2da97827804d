import type { AccountId } from './accountId.ts';

const SUB_BITS = 96n;

/**
 * A `Map` by account that stays fast. JavaScript engines hash a bigint by its lowest 64 bits, which are a part of the
 * sub-account's number: for everybody's account 0 they are the same, and a plain `Map` becomes a list. Here the owner's bits
 * are mixed in, reversibly.
 */
export class AccountMap<V> extends Map<AccountId, V> {
  constructor(entries?: Iterable<readonly [AccountId, V]>) {
    super();
    for (const [account, value] of entries ?? []) this.set(account, value);
  }

  override get(account: AccountId): V | undefined {
    return super.get(mix(account));
  }

  override has(account: AccountId): boolean {
    return super.has(mix(account));
  }

  override set(account: AccountId, value: V): this {
    return super.set(mix(account), value);
  }

  override delete(account: AccountId): boolean {
    return super.delete(mix(account));
  }

  override *keys(): MapIterator<AccountId> {
    for (const mixed of super.keys()) yield unmix(mixed);
  }

  override *entries(): MapIterator<[AccountId, V]> {
    for (const [mixed, value] of super.entries()) yield [unmix(mixed), value];
  }

  override [Symbol.iterator](): MapIterator<[AccountId, V]> {
    return this.entries();
  }

  override forEach(visit: (value: V, account: AccountId, map: Map<AccountId, V>) => void): void {
    for (const [account, value] of this.entries()) visit(value, account, this);
  }
}

/** Different for different accounts: the upper bits stay, and give the lower ones back. */
function mix(account: AccountId): bigint {
  return account ^ (account >> SUB_BITS);
}

function unmix(mixed: bigint): AccountId {
  return mixed ^ (mixed >> SUB_BITS) ^ (mixed >> (2n * SUB_BITS));
}
