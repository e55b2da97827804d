import { InvalidAddressError, OutOfBitsError } from './errors.ts';

/** An owner's address and a sub-account number in one word: bits 255..96 and 95..0. */
export type AccountId = bigint;

export interface AccountParts {
  readonly owner: `0x${string}`;
  readonly subId: bigint;
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const MAX_SUB_ID = (1n << 96n) - 1n;
const MAX_ACCOUNT_ID = (1n << 256n) - 1n;

/**
 * The number of an owner's sub-account. Nothing is registered: every value is an account.
 * @throws InvalidAddressError, OutOfBitsError
 */
export function encodeAccountId(owner: string, subId: bigint = 0n): AccountId {
  if (!ADDRESS.test(owner)) throw new InvalidAddressError(owner);
  if (subId < 0n || subId > MAX_SUB_ID) throw new OutOfBitsError('sub-account', subId, MAX_SUB_ID);
  return (BigInt(owner) << 96n) | subId;
}

/**
 * Owner (lower-case hex, without a checksum) and sub-account of an account number.
 * @throws OutOfBitsError
 */
export function decodeAccountId(account: AccountId): AccountParts {
  if (account < 0n || account > MAX_ACCOUNT_ID) throw new OutOfBitsError('account', account, MAX_ACCOUNT_ID);
  return { owner: `0x${(account >> 96n).toString(16).padStart(40, '0')}`, subId: account & MAX_SUB_ID };
}
