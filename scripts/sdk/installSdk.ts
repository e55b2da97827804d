// An empty project with the packed SDK in it, as `npm install` would leave it; without a network, so that its peers are
// links to what this repository has installed.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../process.ts';
import { DIST } from './buildSdk.ts';

const PEERS = ['viem', 'zod'];

export interface Consumer {
  readonly folder: string;
  /** What the archive holds, paths relative to the package. */
  readonly files: readonly string[];
  readonly archiveBytes: number;
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs sdk/dist and unpacks it in a project of its own, with the examples beside it. `buildSdk` must have run. */
export function installSdk(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'novate-consumer-'));
  const pack = ['pack', '--json', '--offline', '--pack-destination', folder];
  const packed = execFileSync('npm', pack, {
    cwd: DIST,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [report] = Object.values(JSON.parse(packed) as readonly PackReport[]);
  if (report === undefined) throw new Error(`npm pack told nothing: ${packed}`);
  const target = join(folder, 'node_modules/@novate/sdk');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', [
    '-xzf',
    join(folder, basename(report.filename)),
    '-C',
    target,
    '--strip-components=1',
  ]);
  for (const name of PEERS) symlinkSync(folderOf(name), join(folder, 'node_modules', name));
  const manifest = { name: 'consumer', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  return { folder, files: report.files.map(({ path }) => path), archiveBytes: report.size };
}

/** Where the SDK finds a package, which need not be where others find it. */
function folderOf(name: string): string {
  return dirname(createRequire(join(ROOT, 'sdk/package.json')).resolve(`${name}/package.json`));
}
