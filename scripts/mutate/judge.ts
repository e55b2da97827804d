import { CompileError, Compiler, type Artifacts } from './compiler.ts';
import { FULL_EFFORT, TestRunner, type Effort } from './edr.ts';
import type { Mutant, Verdict } from './mutant.ts';
import type { Project, Suite } from './project.ts';
import { applyEdits, type Sources } from './sources.ts';

const QUICK_EFFORT: Effort = { fuzzRuns: 24, invariantRuns: 2 };
/** How long a quick run takes of a full one. */
const QUICK_SHARE = 0.1;
/** What a test may take beyond its usual time. */
const PATIENCE = 10;
const GRACE_MS = 20_000;
/** Suites that take less than this together run together. */
const BATCH_MS = 1_500;

/** The folders of tests that are about a file, which run first. */
const NEAR: readonly (readonly [prefix: string, folders: readonly string[]])[] = [
  ['contracts/risk/', ['risk']],
  ['contracts/liquidation/', ['liquidation']],
  ['contracts/markets/', ['markets', 'clearinghouse']],
  ['contracts/Clearinghouse', ['clearinghouse', 'markets', 'liquidation']],
  ['contracts/oracle/', ['oracle']],
  ['contracts/venues/', ['venues']],
];

export interface Judgement {
  verdict: Verdict;
  by?: string;
}

/** Puts `suites` into groups that run one after another, so that the first failure ends the rest. */
function batchesOf(suites: readonly Suite[], share: number): Suite[][] {
  const batches: Suite[][] = [];
  let room = 0;
  for (const suite of suites) {
    const batch = batches.at(-1);
    if (batch === undefined || room < suite.ms * share) {
      batches.push([suite]);
      room = BATCH_MS - suite.ms * share;
    } else {
      batch.push(suite);
      room -= suite.ms * share;
    }
  }
  return batches;
}

/** Builds mutants and runs tests on them, one after another. */
export class Judge {
  readonly #project: Project;
  readonly #sources: Sources;
  readonly #compiler = new Compiler();
  readonly #runner = new TestRunner();
  readonly #onLimit: (ms: number) => void;
  readonly #quick: boolean;

  /**
   * `onLimit` hears how long the tests that start now may take; 0 when they end. `quick` draws little in every suite: some that
   * survive would not survive all draws.
   */
  constructor(project: Project, onLimit: (ms: number) => void, quick: boolean) {
    this.#quick = quick;
    this.#project = project;
    this.#sources = new Map(project.sources);
    this.#onLimit = onLimit;
  }

  async judge(mutant: Mutant): Promise<Judgement> {
    try {
      return await this.#judge(mutant);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      return { verdict: 'invalid', by: error.message.split('\n', 1)[0] ?? '' };
    }
  }

  async #judge(mutant: Mutant): Promise<Judgement> {
    const sources = this.#mutate(mutant);
    const { first, rest, near } = this.#plan(mutant);
    const changed = this.#build(sources, first);
    if (Object.keys(changed).length === 0 && (first.length > 0 || rest.length === 0)) {
      return { verdict: 'equivalent', by: first.length === 0 ? 'in no contract' : 'same bytecode' };
    }
    const quick = await this.#run(changed, near, QUICK_EFFORT, QUICK_SHARE);
    if (quick !== undefined) return { verdict: 'killed', by: quick };
    Object.assign(changed, this.#build(sources, rest));
    const full = this.#quick
      ? await this.#run(changed, this.#project.suites, QUICK_EFFORT, QUICK_SHARE)
      : await this.#run(changed, this.#project.suites, FULL_EFFORT, 1);
    return full === undefined ? { verdict: 'survived' } : { verdict: 'killed', by: full };
  }

  /** Which contracts to build at first and which for the thorough run, and the suites that are about the mutant. */
  #plan(mutant: Mutant): { first: string[]; rest: string[]; near: Suite[] } {
    const { units, suites } = this.#project;
    const owners = new Set(mutant.owners);
    const touched = units.filter(({ parts }) => parts.some((part) => owners.has(part)));
    const folders = NEAR.find(([prefix]) => mutant.file.startsWith(prefix))?.[1];
    const near = suites.filter(({ name }) => folders?.includes(name.split('/')[2] ?? '') !== false);
    const nearNames = new Set(near.map(({ name }) => name));
    const names = touched.map(({ name }) => name);
    const first = names.filter((name) => !name.includes('.t.sol:') || nearNames.has(name));
    const judges = new Set(suites.map(({ name }) => name));
    return { first, rest: names.filter((name) => !first.includes(name) && judges.has(name)), near };
  }

  /** Whether a suite runs any of the code that has changed. */
  #concerns(suite: string, changed: Artifacts): boolean {
    if (suite in changed) return true;
    const deploys = this.#project.units.find(({ name }) => name === suite)?.deploys ?? [];
    const names = Object.keys(changed);
    return deploys.some((artifact) =>
      names.some((name) => name === artifact || name.endsWith(`/${artifact}`)),
    );
  }

  #mutate(mutant: Mutant): Sources {
    const source = this.#sources.get(mutant.file) ?? '';
    return new Map(this.#sources).set(mutant.file, applyEdits(source, [mutant]));
  }

  /** The contracts, of those given, whose code the mutant changes. */
  #build(sources: Sources, contracts: readonly string[]): Artifacts {
    if (contracts.length === 0) return {};
    const built = Object.entries(this.#compiler.build(sources, contracts));
    const known = this.#project.artifacts;
    return Object.fromEntries(
      built.filter(([name, artifact]) => artifact.bytecode !== known[name]?.bytecode),
    );
  }

  /** The first test that fails. */
  async #run(
    changed: Artifacts,
    suites: readonly Suite[],
    effort: Effort,
    share: number,
  ): Promise<string | undefined> {
    const concerned = suites.filter(({ name }) => this.#concerns(name, changed));
    const artifacts = { ...this.#project.artifacts, ...changed };
    for (const batch of batchesOf(concerned, share)) {
      const usual = share * batch.reduce((sum, { ms }) => sum + ms, 0);
      this.#onLimit(GRACE_MS + PATIENCE * usual);
      const names = batch.map(({ name }) => name);
      const outcomes = await this.#runner.run(artifacts, names, effort);
      this.#onLimit(0);
      const failed = outcomes.find((outcome) => outcome.failed.length > 0);
      if (failed !== undefined) return `${failed.suite.split(':')[1] ?? ''}.${failed.failed[0] ?? ''}`;
    }
    return undefined;
  }
}
