import { encodeAccountId } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { keccak256, stringToHex } from 'viem';
import type { LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

/** Somebody with a key, and the account of theirs that trades. */
export interface Person {
  readonly key: LocalAccount;
  readonly privateKey: `0x${string}`;
  readonly account: AccountId;
}

/** A person of the local stack: the same name gives the same key. Such keys hold nothing anywhere else. */
export function createPerson(name: string): Person {
  const privateKey = keccak256(stringToHex(`novate local stack: ${name}`));
  const key = privateKeyToAccount(privateKey);
  return { key, privateKey, account: encodeAccountId(key.address) };
}
