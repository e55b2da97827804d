import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { KeeperConfig } from '../config/index.ts';
import type { Check } from '../startupChecks.ts';

const MIGRATIONS = join(import.meta.dirname, '../store/migrations');
const CONNECT_MS = 5_000;
const SKEW_MS = 5_000;

/** The database, without changing anything in it. */
export async function checkStore(config: KeeperConfig): Promise<Check[]> {
  return config.databaseUrl === undefined ? checkFolder(config) : checkPostgres(config.databaseUrl, config);
}

function checkFolder({ dataDir }: KeeperConfig): Check[] {
  if (dataDir === 'memory') {
    const message = 'nothing is kept over a restart (dataDir is "memory"); give a folder or databaseUrl';
    return [{ name: 'store', ok: true, warning: true, message }];
  }
  const known = existsSync(join(dataDir, 'pglite'));
  const message = known
    ? `the embedded store is in ${dataDir}`
    : `the embedded store will be made in ${dataDir} at the first start`;
  return [{ name: 'store', ok: true, message }];
}

async function checkPostgres(
  connectionString: string,
  { addresses, chainId }: KeeperConfig,
): Promise<Check[]> {
  const client = new Client({ connectionString, connectionTimeoutMillis: CONNECT_MS });
  try {
    await client.connect();
  } catch {
    // never the driver's message: it may name the address
    const message = 'the PostgreSQL of databaseUrl does not answer; check address, password and firewall';
    await client.end().catch(() => undefined);
    return [{ name: 'store', ok: false, message }];
  }
  try {
    const startedAt = Date.now();
    const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
    const skew = Math.abs((rows[0]?.now.getTime() ?? 0) - (startedAt + Date.now()) / 2);
    return [
      skewCheck(skew),
      await migrationCheck(client),
      ...(await deploymentCheck(client, addresses.clearinghouse, chainId)),
    ];
  } finally {
    await client.end();
  }
}

function skewCheck(skewMs: number): Check {
  const far = skewMs > SKEW_MS;
  const seconds = (skewMs / 1000).toFixed(1);
  const message = far
    ? `this clock and the database's are ${seconds} s apart; leases go by the database's, logs by this one: set the clock`
    : `the database answers; its clock is within ${seconds} s`;
  return { name: 'clock', ok: true, warning: far, message };
}

/** How many of the migrations of this release the database has. */
async function migrationCheck(client: Client): Promise<Check> {
  const known = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql')).length;
  const found = await client
    .query<{ count: string }>('select count(*) from drizzle.__drizzle_migrations')
    .then(({ rows }) => Number(rows[0]?.count))
    .catch(() => 0);
  const ok = found <= known;
  const message = !ok
    ? `the database has ${found} migrations, this release knows ${known}: a newer keeper uses it; update this one`
    : found === known
      ? `the database has all ${known} migrations`
      : `the database has ${found} of ${known} migrations; the next start applies the rest`;
  return { name: 'migrations', ok, warning: ok && found < known, message };
}

async function deploymentCheck(
  client: Client,
  clearinghouse: string,
  chainId: number | undefined,
): Promise<Check[]> {
  const { rows } = await client
    .query<{ chain_id: string; clearinghouse: string }>('select chain_id, clearinghouse from deployment')
    .catch(() => ({ rows: [] }));
  const [found] = rows;
  if (found === undefined) return [];
  const same =
    found.clearinghouse.toLowerCase() === clearinghouse.toLowerCase() &&
    (chainId === undefined || Number(found.chain_id) === chainId);
  const message = same
    ? 'the database is of this deployment'
    : `the database is of ${found.clearinghouse} on chain ${found.chain_id}; give this deployment a database of its own`;
  return [{ name: 'deployment', ok: same, message }];
}
