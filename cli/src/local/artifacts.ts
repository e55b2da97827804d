import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Artifact, ArtifactResolver } from '@nomicfoundation/ignition-core';
import { ROOT } from './children.ts';

const FOLDER = join(ROOT, 'artifacts', 'contracts');

/** Finds the compiled contracts of this repository by name. @throws Error where they are not built */
export async function createArtifactResolver(): Promise<ArtifactResolver> {
  const paths = await listArtifacts();
  return {
    async loadArtifact(name) {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`contract ${name} is not built; run "npm run build"`);
      return parseArtifact(await readFile(path, 'utf8'), path);
    },
    getBuildInfo: () => Promise.resolve(undefined),
  };
}

/** Whether the contracts have been compiled at all. */
export async function areContractsBuilt(): Promise<boolean> {
  return (await listArtifacts()).has('Clearinghouse');
}

async function listArtifacts(): Promise<Map<string, string>> {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.json'));
  return new Map(files.map((entry) => [basename(entry.name, '.json'), join(entry.parentPath, entry.name)]));
}

function parseArtifact(text: string, path: string): Artifact {
  const artifact: unknown = JSON.parse(text);
  if (!isArtifact(artifact)) throw new Error(`${path} is not an artifact; run "npm run build"`);
  return artifact;
}

function isArtifact(value: unknown): value is Artifact {
  return (
    typeof value === 'object' &&
    value !== null &&
    'abi' in value &&
    'bytecode' in value &&
    'linkReferences' in value
  );
}
