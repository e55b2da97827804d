import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreSetupError } from './errors.ts';

const NAME = 'keeper.lock';

/**
 * Takes a folder for this process: an embedded database that two processes open is damaged.
 * @returns What gives it back.
 * @throws StoreSetupError where a living process has it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, NAME);
  for (let tries = 0; tries < 2; ++tries) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (isAlive(holder)) throw new StoreSetupError(inUse(folder, holder));
      // its owner was killed
      await rm(path, { force: true });
    }
  }
  throw new StoreSetupError(`the folder ${folder} could not be locked; check its permissions`);
}

/** In a container, the process before had the same number as this one. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function inUse(folder: string, pid: number): string {
  return `process ${pid} uses the store in ${folder}; stop it, or let keepers share a PostgreSQL by databaseUrl`;
}
