import { encodeExpiryKey } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { FloatAccount } from '../mirror/floatAccount.ts';
import type { PriceBoard } from '../mirror/prices.ts';

/** An account that holds legs which have a settlement price. */
export interface ExpiredAccount {
  readonly account: AccountId;
  /** Keys of the expiries. */
  readonly expiries: readonly bigint[];
}

/** Who could turn settled legs into cash, in the order of accounts' numbers. */
export function findExpired(
  floats: ReadonlyMap<AccountId, FloatAccount>,
  { markets }: PriceBoard,
): ExpiredAccount[] {
  const found: ExpiredAccount[] = [];
  for (const [account, { dated }] of floats) {
    const expiries = new Set<bigint>();
    for (const { underlying, expirySec } of dated) {
      const expiry = BigInt(expirySec);
      if (markets.get(underlying)?.settlements?.has(expiry) !== true) continue;
      expiries.add(encodeExpiryKey(underlying, expiry));
    }
    if (expiries.size > 0) found.push({ account, expiries: [...expiries] });
  }
  return found.sort((a, b) => (a.account < b.account ? -1 : 1));
}
