import { encodeAccountId } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { isAddress } from 'viem';
import { UsageError } from '../usageError.ts';

const MAX_ACCOUNT = 1n << 256n;
const MAX_SUB_ACCOUNT = 1n << 96n;

/**
 * An account as people write it: an owner's address, an address with "/" and a sub-account, or the account's number.
 * @throws UsageError
 */
export function parseAccount(text: string): AccountId {
  const [owner = '', sub, ...rest] = text.split('/');
  if (isAddress(owner, { strict: false }) && rest.length === 0) {
    if (sub === undefined) return encodeAccountId(owner);
    if (/^\d{1,30}$/.test(sub) && BigInt(sub) < MAX_SUB_ACCOUNT) return encodeAccountId(owner, BigInt(sub));
  }
  if (/^(0x[0-9a-fA-F]{41,64}|\d{1,78})$/.test(text) && BigInt(text) < MAX_ACCOUNT) return BigInt(text);
  throw new UsageError(
    `${text}: expected an account: an address, an address/sub-account, or an account's number`,
  );
}
