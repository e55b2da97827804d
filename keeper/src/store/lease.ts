import { randomUUID } from 'node:crypto';
import { and, countDistinct, eq, inArray, like, ne, sql } from 'drizzle-orm';
import { LeaseLostError } from './errors.ts';
import type { Database } from './open.ts';
import { leases } from './schema.ts';

/** Ownership of something by name. The token tells this ownership from every one before and after. */
export interface Lease {
  readonly name: string;
  readonly token: bigint;
}

export interface LeaseOptions {
  /** How long ownership lasts without being renewed. */
  readonly ttlMs: number;
  /** Told apart from all others, also from a former self. */
  readonly owner?: string;
  /** Milliseconds that never go back and do not stand still while the process is paused. */
  readonly nowMs?: () => number;
}

/** What this process owns. All times are the database's, so that clocks of machines do not matter. */
export interface Leases {
  readonly owner: string;
  readonly ttlMs: number;
  /** Own it, where nobody else does. Undefined where somebody else does. */
  acquire(name: string): Promise<Lease | undefined>;
  /** Own those of them that nobody else does, but not more than so many. */
  acquireSome(names: readonly string[], most: number): Promise<readonly Lease[]>;
  /** How many processes own a lease whose name begins so. */
  countOwners(prefix: string): Promise<number>;
  held(name: string): Lease | undefined;
  /** Prolongs everything that is still owned; forgets and names what is not. */
  renew(): Promise<readonly string[]>;
  release(name: string): Promise<void>;
  releaseAll(): Promise<void>;
  /**
   * Inside a transaction: nobody else owns it until the transaction ends.
   * @throws LeaseLostError where this process does not own it
   */
  fence(tx: Database, name: string): Promise<Lease>;
  /**
   * Just before an action that the database cannot take back: whether so little time has passed since the fence that
   * nobody else can own it. A process that was paused in between finds out here.
   * @throws LeaseLostError
   */
  assertFresh(name: string): void;
}

/** Part of the lease that an action may begin in: the rest is for the action itself. */
const FRESH_SHARE = 2;

const inForce = sql`${leases.expiresAt} > clock_timestamp()`;
const expiry = (ttlMs: number) => sql`clock_timestamp() + make_interval(secs => ${ttlMs / 1000})`;

export function createLeases(db: Database, options: LeaseOptions): Leases {
  const { ttlMs, owner = randomUUID(), nowMs = () => performance.now() } = options;
  const held = new Map<string, Lease>();
  const fencedAt = new Map<string, number>();

  async function acquireSome(names: readonly string[], most: number): Promise<readonly Lease[]> {
    const startedAt = nowMs();
    // asked first, without locks: taking what is taken would wait for its owner's transactions
    const others = await db
      .select({ name: leases.name })
      .from(leases)
      .where(and(inArray(leases.name, [...names]), ne(leases.owner, owner), inForce));
    const taken = new Set(others.map(({ name }) => name));
    const free = names.filter((name) => !taken.has(name)).slice(0, most);
    if (free.length === 0) return [];
    const rows = await db
      .insert(leases)
      .values([...free].sort().map((name) => ({ name, token: 1n, owner, expiresAt: expiry(ttlMs) })))
      .onConflictDoUpdate({
        target: leases.name,
        set: { token: sql`${leases.token} + 1`, owner, expiresAt: expiry(ttlMs) },
        setWhere: sql`${leases.expiresAt} <= clock_timestamp() or ${leases.owner} = ${owner}`,
      })
      .returning({ name: leases.name, token: leases.token });
    for (const lease of rows) {
      held.set(lease.name, lease);
      fencedAt.set(lease.name, startedAt);
    }
    return rows;
  }

  async function renew(): Promise<readonly string[]> {
    const mine = [...held.values()];
    if (mine.length === 0) return [];
    const rows = await db
      .update(leases)
      .set({ expiresAt: expiry(ttlMs) })
      .where(
        and(
          eq(leases.owner, owner),
          // the token too: a former self that was paused must not prolong what its successor owns
          sql`(${leases.name}, ${leases.token}) in (${sql.join(
            mine.map(({ name, token }) => sql`(${name}::text, ${token}::bigint)`),
            sql`, `,
          )})`,
        ),
      )
      .returning({ name: leases.name, token: leases.token });
    const kept = new Map(rows.map(({ name, token }) => [name, token]));
    const lost = mine.filter(({ name, token }) => kept.get(name) !== token);
    // not what was acquired anew in the meantime
    for (const { name, token } of lost) if (held.get(name)?.token === token) held.delete(name);
    return lost.map(({ name }) => name);
  }

  async function release(name: string): Promise<void> {
    const lease = held.get(name);
    if (lease === undefined) return;
    held.delete(name);
    await db
      .update(leases)
      .set({ expiresAt: sql`clock_timestamp()` })
      .where(and(eq(leases.name, name), eq(leases.token, lease.token), eq(leases.owner, owner)));
  }

  async function fence(tx: Database, name: string): Promise<Lease> {
    const lease = held.get(name);
    if (lease === undefined) throw new LeaseLostError(name);
    const startedAt = nowMs();
    const rows = await tx
      .select({ token: leases.token })
      .from(leases)
      .where(
        and(
          eq(leases.name, name),
          eq(leases.token, lease.token),
          eq(leases.owner, owner),
          sql`${leases.expiresAt} > clock_timestamp() + make_interval(secs => ${ttlMs / FRESH_SHARE / 1000})`,
        ),
      )
      .for('share');
    if (rows.length === 0) throw new LeaseLostError(name);
    fencedAt.set(name, startedAt);
    return lease;
  }

  return {
    owner,
    ttlMs,
    acquire: async (name) => (await acquireSome([name], 1))[0],
    acquireSome,
    async countOwners(prefix) {
      const found = await db
        .select({ owners: countDistinct(leases.owner) })
        .from(leases)
        .where(and(like(leases.name, `${prefix}%`), inForce));
      return found[0]?.owners ?? 0;
    },
    held: (name) => held.get(name),
    renew,
    release,
    async releaseAll() {
      for (const name of [...held.keys()]) await release(name);
    },
    fence,
    assertFresh(name) {
      const since = fencedAt.get(name);
      if (since === undefined || nowMs() - since > ttlMs / FRESH_SHARE) throw new LeaseLostError(name);
    },
  };
}
