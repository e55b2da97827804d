import type { AccountId } from '@novate/sdk';
import type { Leases } from './lease.ts';

/** More than there will be keepers, so that each gets about the same. */
export const SHARDS = 64;
const SHARD_LEASES = Array.from({ length: SHARDS }, (_, shard) => `shard:${shard}`);
const PRESENCE = 'keeper:';

/** Which accounts this keeper decides on, where several share the work. */
export interface Shards {
  owns(account: AccountId): boolean;
  /** How many of them. */
  readonly count: number;
  /** Takes shards that nobody has and gives back what is more than its share. Call it at every heartbeat. */
  balance(): Promise<void>;
}

/** By the last bits of the owner's address: the accounts of one owner stay together. */
export function shardOf(account: AccountId): number {
  return Number((account >> 96n) & BigInt(SHARDS - 1));
}

export function createShards(leases: Leases): Shards {
  const mine = (): string[] => SHARD_LEASES.filter((name) => leases.held(name) !== undefined);
  return {
    owns: (account) => leases.held(`shard:${shardOf(account)}`) !== undefined,
    get count() {
      return mine().length;
    },
    async balance() {
      const presence = PRESENCE + leases.owner;
      if (leases.held(presence) === undefined) await leases.acquire(presence);
      const keepers = Math.max(await leases.countOwners(PRESENCE), 1);
      const share = Math.ceil(SHARDS / keepers);
      const held = mine();
      for (const name of held.slice(share)) await leases.release(name);
      if (held.length >= share) return;
      const wanted = SHARD_LEASES.filter((name) => !held.includes(name));
      await leases.acquireSome(wanted, share - held.length);
    },
  };
}
