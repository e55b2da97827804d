import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../files.ts';
import { ROOT } from '../process.ts';
import { Compiler, settings, type Artifacts } from './compiler.ts';
import { FULL_EFFORT, TestRunner } from './edr.ts';
import { unitsOf, type Unit } from './graph.ts';
import { loosen } from './loosen.ts';
import { mutantsOf } from './mutants.ts';
import type { Mutant } from './mutant.ts';
import { closureOf, readSources, type Sources } from './sources.ts';

/** Git ignores it. */
export const FOLDER = join(ROOT, 'cache/mutate');
const CACHE = join(FOLDER, 'project.json');
/** What these measure is gas, and a mutant that costs other gas is not wrong. */
const NOT_JUDGES = /gas/i;

export interface Suite {
  name: string;
  /** How long it takes with as many random draws as `hardhat test solidity` makes. */
  ms: number;
}

/** The project without mutants, built and tested. */
export interface Project {
  fingerprint: string;
  /** As pairs, with the tests loosened. */
  sources: [name: string, text: string][];
  units: Unit[];
  artifacts: Artifacts;
  suites: Suite[];
  mutants: Mutant[];
}

function fingerprintOf(sources: Sources): string {
  const hash = createHash('sha256').update(JSON.stringify([settings(), FULL_EFFORT, [...sources]]));
  for (const file of filesUnder(import.meta.dirname, '.ts')) {
    if (file !== 'report.ts') hash.update(readFileSync(join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

const isSuite = (name: string, artifacts: Artifacts): boolean => {
  const abi = JSON.parse(artifacts[name]?.abi ?? '[]') as { type: string; name?: string }[];
  const tests = abi.some(
    ({ type, name: method }) => type === 'function' && /^(test|invariant)/.test(method ?? ''),
  );
  return tests && name.includes('.t.sol:') && !NOT_JUDGES.test(name);
};

async function timed(artifacts: Artifacts): Promise<Suite[]> {
  const runner = new TestRunner();
  const suites: Suite[] = [];
  for (const name of Object.keys(artifacts).filter((unit) => isSuite(unit, artifacts))) {
    const [outcome] = await runner.run(artifacts, [name], FULL_EFFORT);
    if (outcome === undefined) continue;
    if (outcome.failed.length === 0) suites.push({ name, ms: outcome.ms });
    else console.error(`mutate: ${name} fails without a mutant (${outcome.failed.join(', ')}): left out`);
  }
  return suites.sort((a, b) => a.ms - b.ms);
}

async function make(sources: Sources, fingerprint: string, say: (text: string) => void): Promise<Project> {
  const compiler = new Compiler();
  say('reading the syntax trees');
  const loose = loosen(sources, compiler.parse(sources));
  const asts = compiler.parse(loose);
  const units = unitsOf(asts);
  const mutants = [...asts].flatMap(([file, ast]) => {
    if (!/^contracts\/(?!mocks\/)/.test(file)) return [];
    return mutantsOf(file, ast, loose.get(file) ?? '');
  });
  say('compiling contracts and tests without mutants');
  const artifacts = compiler.build(
    loose,
    units.map(({ name }) => name),
  );
  say('running the tests without mutants');
  return { fingerprint, sources: [...loose], units, artifacts, suites: await timed(artifacts), mutants };
}

export function readProject(): Project | undefined {
  try {
    return JSON.parse(readFileSync(CACHE, 'utf8')) as Project;
  } catch {
    return undefined;
  }
}

/**
 * The project as it is now: read back where nothing has changed, or built and tested. Of the tests only those whose path starts with one of
 * `tests`, where there is one.
 */
export async function openProject(say: (text: string) => void, tests: readonly string[]): Promise<Project> {
  const all = readSources();
  const roots = [...all.keys()].filter(
    (name) =>
      name.startsWith('contracts/') || tests.length === 0 || tests.some((test) => name.startsWith(test)),
  );
  const sources = closureOf(all, roots);
  const fingerprint = fingerprintOf(sources);
  const known = readProject();
  if (known?.fingerprint === fingerprint) return known;
  const project = await make(sources, fingerprint, say);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(CACHE, JSON.stringify(project));
  return project;
}
