import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, posix } from 'node:path';
import { filesUnder } from '../files.ts';
import { ROOT } from '../process.ts';

/** Solidity sources by the name that the compiler knows them by: the path from the repository's root, or of the package. */
export type Sources = ReadonlyMap<string, string>;

// at the start of a line: comments have the word, too
const IMPORT = /^import\b[^;"']*["']([^"']+)["']/gm;
const resolvePackage = createRequire(join(ROOT, 'package.json')).resolve;

const read = (name: string): string =>
  readFileSync(/^(contracts|test)\//.test(name) ? join(ROOT, name) : resolvePackage(name), 'utf8');

/** Every contract and Solidity test, with what they import. */
export function readSources(): Sources {
  const sources = new Map<string, string>();
  const add = (name: string): void => {
    if (sources.has(name)) return;
    const text = read(name);
    sources.set(name, text);
    for (const path of importsOf(name, text)) add(path);
  };
  for (const folder of ['contracts', 'test/solidity']) {
    for (const path of filesUnder(join(ROOT, folder), '.sol')) add(`${folder}/${path}`);
  }
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function importsOf(name: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, path]) => {
    if (path === undefined) return [];
    return path.startsWith('.') ? posix.join(posix.dirname(name), path) : path;
  });
}

/** A file and everything it imports. */
export function closureOf(sources: Sources, roots: Iterable<string>): Sources {
  const closure = new Map<string, string>();
  const add = (name: string): void => {
    const text = sources.get(name);
    if (text === undefined || closure.has(name)) return;
    closure.set(name, text);
    for (const path of importsOf(name, text)) add(path);
  };
  for (const root of roots) add(root);
  return closure;
}

/** Replaces bytes, which is how the compiler counts. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

export function applyEdits(source: string, edits: readonly Edit[]): string {
  let bytes = Buffer.from(source, 'utf8');
  for (const { start, end, text } of [...edits].sort((a, b) => b.start - a.start)) {
    bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(text, 'utf8'), bytes.subarray(end)]);
  }
  return bytes.toString('utf8');
}
