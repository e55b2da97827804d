import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../../../cli/src/local/freePort.ts';

const DEBIAN = '/usr/lib/postgresql';
const PATIENCE_MS = 30_000;
/** PostgreSQL refuses to run as root. */
const OTHER_USERS = ['postgres', 'nobody'];

/** A PostgreSQL of the test's own, in a temporary folder. */
export interface TestPostgres {
  /** A new database. @returns its address */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one. Undefined where this machine has none, or no user to run it as; the reason is printed. */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const bin = findBinaries();
  const user = runAs();
  if (bin === undefined || user === undefined) {
    const why = bin === undefined ? 'no PostgreSQL on this machine' : 'no user to run PostgreSQL as';
    console.log(`      ${why}: the embedded PGlite stands in`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'novate-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder, stdio: 'ignore' } as const;
  const data = join(folder, 'data');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'keeper', '-A', 'trust', '--no-sync', '-E', 'UTF8'],
    options,
  );
  const port = await freePort();
  const settings = ['fsync=off', `unix_socket_directories=${folder}`, 'max_connections=100'];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...settings.flatMap((setting) => ['-c', setting])],
    options,
  );
  const address = (name: string): string => `postgres://keeper@127.0.0.1:${port}/${name}`;
  await waitFor(server, address('postgres'));
  let created = 0;
  return {
    async createDatabase() {
      const name = `test_${++created}`;
      await query(address('postgres'), `create database ${name}`);
      return address(name);
    },
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      // SIGINT: at once, without waiting for connections
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function findBinaries(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** Undefined where this is root and there is nobody else. */
function runAs(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  for (const name of OTHER_USERS) {
    try {
      const idOf = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
      return { uid: idOf('-u'), gid: idOf('-g') };
    } catch {
      continue;
    }
  }
  return undefined;
}

async function waitFor(server: ChildProcess, address: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(50)) {
    if (server.exitCode !== null) throw new Error(`postgres ended with code ${server.exitCode}`);
    const answered = await query(address, 'select 1').then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  throw new Error('postgres does not answer');
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
