import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/open.ts';
import { startPostgres } from './postgres.ts';
import type { TestPostgres } from './postgres.ts';

export interface Backend {
  readonly name: 'PostgreSQL' | 'PGlite';
  start(): Promise<void>;
  /** A new store, empty but for its tables. */
  open(): Promise<Store>;
  /** Address of a new database, where the backend can be shared by processes. */
  address(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** The real PostgreSQL where there is one, and the embedded one. */
export const backends: readonly Backend[] = [postgresBackend(), pgliteBackend()];

function postgresBackend(): Backend {
  let server: TestPostgres | undefined;
  const address = async (): Promise<string | undefined> => server?.createDatabase();
  return {
    name: 'PostgreSQL',
    async start() {
      server = await startPostgres();
    },
    address,
    open: async () => openStore({ databaseUrl: await address() }),
    stop: async () => server?.stop(),
  };
}

function pgliteBackend(): Backend {
  return {
    name: 'PGlite',
    start: () => Promise.resolve(),
    address: () => Promise.resolve(undefined),
    open: () => openStore({}),
    stop: () => Promise.resolve(),
  };
}
