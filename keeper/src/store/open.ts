import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { migrate as migratePg } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { join } from 'node:path';
import { Pool } from 'pg';
import { fromPglite, PgBoss } from 'pg-boss';
import type { ConstructorOptions } from 'pg-boss';
import { StoreSetupError } from './errors.ts';
import { lockFolder } from './folderLock.ts';
import * as schema from './schema.ts';

const MIGRATIONS = join(import.meta.dirname, 'migrations');
const MIGRATION_LOCK = 7_203_311;
const POOL_SIZE = 8;
const CONNECT_TIMEOUT_MS = 10_000;

/** The tables, or a transaction on them. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface StoreOptions {
  /** A PostgreSQL, for any number of keepers. */
  readonly databaseUrl?: string | undefined;
  /** Without it: the folder of an embedded database, for one keeper. Without that too, memory only. */
  readonly dataDir?: string | undefined;
}

/** One database, its tables up to date. */
export interface Store {
  readonly db: Database;
  readonly kind: 'postgres' | 'pglite';
  /** A job queue on the same database. The caller starts and stops it. */
  createBoss(options: ConstructorOptions): PgBoss;
  close(): Promise<void>;
}

/**
 * Opens the store and brings its tables up to date.
 * @throws StoreSetupError
 */
export function openStore({ databaseUrl, dataDir }: StoreOptions): Promise<Store> {
  return databaseUrl === undefined ? openEmbedded(dataDir) : openPostgres(databaseUrl);
}

async function openEmbedded(dataDir: string | undefined): Promise<Store> {
  const unlock = dataDir === undefined ? undefined : await lockFolder(dataDir);
  const client = new PGlite(dataDir === undefined ? 'memory://' : join(dataDir, 'pglite'));
  try {
    await client.waitReady;
    const db = drizzlePglite(client, { schema });
    await migratePglite(db, { migrationsFolder: MIGRATIONS });
    return {
      db,
      kind: 'pglite',
      createBoss: (options) => new PgBoss({ ...options, db: fromPglite(client), backend: 'pglite' }),
      async close() {
        await client.close();
        await unlock?.();
      },
    };
  } catch (cause) {
    await unlock?.();
    throw new StoreSetupError(`the embedded store in ${dataDir ?? 'memory'} cannot be opened`, cause);
  }
}

async function openPostgres(connectionString: string): Promise<Store> {
  const pool = new Pool({ connectionString, max: POOL_SIZE, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // an idle connection that breaks is replaced at the next use; without a listener it would end the process
  pool.on('error', () => undefined);
  try {
    const db = drizzlePg(pool, { schema });
    await migrateAlone(pool);
    return {
      db,
      kind: 'postgres',
      createBoss: (options) => new PgBoss({ ...options, connectionString, max: 4 }),
      close: () => pool.end(),
    };
  } catch (cause) {
    await pool.end();
    // never the address: it may hold a password
    throw new StoreSetupError(
      'the PostgreSQL of databaseUrl cannot be used; check address and rights',
      cause,
    );
  }
}

/** Keepers that start together bring the tables up to date one after another. */
async function migrateAlone(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    const db = drizzlePg(client, { schema });
    await db.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`);
    try {
      await migratePg(db, { migrationsFolder: MIGRATIONS });
    } finally {
      await db.execute(sql`select pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    client.release();
  }
}
