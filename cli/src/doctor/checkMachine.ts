import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { areContractsBuilt } from '../local/artifacts.ts';
import { ROOT } from '../local/children.ts';
import { failed, ok, skipped, warning } from './check.ts';
import type { Check } from './check.ts';

const REGISTRY_TIMEOUT_MS = 5_000;
const LEAST_NODE = [22, 18] as const;

const manifestSchema = z.object({
  devDependencies: z.record(z.string(), z.string()),
});
const installedSchema = z.object({ version: z.string() });

/** The Node that runs this. @param version As `process.versions.node`. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return enough
    ? ok('node', `Node ${version}`)
    : failed('node', `Node ${version} is too old; run "npm run bootstrap", then use npx novate`);
}

/** Whether the packages that package.json pins are installed, in these versions. */
export async function checkPackages(): Promise<Check> {
  const { devDependencies } = manifestSchema.parse(await readJson('package.json'));
  const wrong: string[] = [];
  for (const [name, wanted] of Object.entries(devDependencies)) {
    const found = await readJson(`node_modules/${name}/package.json`)
      .then((json) => installedSchema.parse(json).version)
      .catch(() => 'none');
    if (found !== wanted) wrong.push(`${name} (${found}, not ${wanted})`);
  }
  const count = Object.keys(devDependencies).length;
  if (wrong.length === 0) return ok('packages', `${count} packages are installed as pinned`);
  return failed('packages', `not as pinned: ${wrong.join(', ')}; run "npm run bootstrap"`);
}

export async function checkBuild(): Promise<Check> {
  return (await areContractsBuilt())
    ? ok('build', 'the contracts are compiled')
    : failed('build', 'the contracts are not compiled; run "npm run build"');
}

/** Whether npm's registry answers, which only installing needs. */
export async function checkRegistry(offline: boolean): Promise<Check> {
  if (offline) return skipped('registry', 'not asked, as --offline says');
  try {
    await promisify(execFile)('npm', ['ping', '--fetch-retries=0'], {
      cwd: ROOT,
      timeout: REGISTRY_TIMEOUT_MS,
    });
    return ok('registry', "npm's registry answers");
  } catch {
    return warning(
      'registry',
      "npm's registry does not answer; nothing can be installed, and nothing else needs it",
    );
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(ROOT, path), 'utf8')) as unknown;
}
