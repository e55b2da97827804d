import type { AccountId } from '@novate/sdk';

/** Rests double with each failure in a row, up to this many blocks: never a long lock-out. */
const LONGEST_REST = 16n;

/** What has been tried on which accounts, so that nothing is tried twice on the same state. */
export interface Attempts {
  /** Accounts to leave alone at this head. */
  resting(headNumber: bigint, versionOf: (account: AccountId) => number): Set<AccountId>;
  failed(account: AccountId, headNumber: bigint): void;
  /** Mined and done: nothing more is to do until events change the account. */
  succeeded(account: AccountId, version: number): void;
}

interface Failures {
  readonly count: number;
  readonly restUntil: bigint;
}

export function createAttempts(): Attempts {
  const failures = new Map<AccountId, Failures>();
  const done = new Map<AccountId, number>();
  return {
    resting(headNumber, versionOf) {
      const resting = new Set<AccountId>();
      for (const [account, { restUntil }] of failures) if (headNumber < restUntil) resting.add(account);
      for (const [account, version] of done) {
        if (versionOf(account) === version) resting.add(account);
        else done.delete(account);
      }
      return resting;
    },
    failed(account, headNumber) {
      const count = (failures.get(account)?.count ?? 0) + 1;
      const rest = 1n << BigInt(Math.min(count - 1, 8));
      failures.set(account, {
        count,
        restUntil: headNumber + (rest > LONGEST_REST ? LONGEST_REST : rest),
      });
    },
    succeeded(account, version) {
      failures.delete(account);
      done.set(account, version);
    },
  };
}
