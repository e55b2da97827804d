// Every test: build and generated code first, then two lanes side by side, contracts and what is quick in one, what waits
// for nodes and processes in the other. The second lane's output comes when a step is over. The last line is
// `N passed, N failed`. `npm test -- solidity sdk` runs some of the steps; what follows `--` goes to their runners.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './files.ts';
import { callsOf, replayOf } from './invariants/replay.ts';
import { ROOT, run } from './process.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  name: string;
  program: string;
  args: readonly string[];
  /** Where the tests are, and how their files' names end; without one, the step counts no tests. */
  tests?: { folder: string; ending: string };
  /** Its tests are node:test's and not mocha's. */
  nodeTest?: boolean;
  /** A failure here leaves nothing to test. It runs alone, before the lanes. */
  required?: boolean;
  /** Runs in the second lane. */
  second?: boolean;
}

const PACKAGES = ['sdk', 'keeper', 'cli'];
const MOCHA_TIMEOUT_MS = 60_000;
const CONSUMER_TIMEOUT_MS = 120_000;

const STEPS: readonly Step[] = [
  { name: 'build', program: 'node', args: ['scripts/codegen.ts', '--check'], required: true },
  {
    name: 'solidity',
    program: 'hardhat',
    args: ['test', 'solidity'],
    tests: { folder: 'test/solidity', ending: '.t.sol' },
  },
  {
    // compares with .gas-snapshot and snapshots/; `npm run gas:snapshot` writes them anew
    name: 'gas',
    program: 'hardhat',
    args: ['test', 'solidity', 'test/solidity/gas/ProtocolGas.t.sol', '--snapshot-check'],
  },
  {
    name: 'integration',
    program: 'hardhat',
    // built by then: two processes must not write the same artifacts
    args: ['test', 'mocha', '--no-compile'],
    second: true,
    tests: { folder: 'test/integration', ending: '.test.ts' },
  },
  ...PACKAGES.map((name) => ({
    name,
    program: 'mocha',
    args: ['--timeout', String(MOCHA_TIMEOUT_MS), `${name}/test/**/*.test.ts`],
    tests: { folder: `${name}/test`, ending: '.test.ts' },
    second: name === 'keeper',
  })),
  {
    // --exit: Hardhat keeps a connection open
    name: 'consumer',
    program: 'mocha',
    args: ['--exit', '--timeout', String(CONSUMER_TIMEOUT_MS), 'test/consumer/**/*.test.ts'],
    tests: { folder: 'test/consumer', ending: '.test.ts' },
  },
  {
    name: 'docs',
    program: 'mocha',
    args: ['--timeout', String(CONSUMER_TIMEOUT_MS), 'test/docs/**/*.test.ts'],
    tests: { folder: 'test/docs', ending: '.test.ts' },
  },
  {
    // skipped where there is no Chromium
    name: 'dashboard',
    program: 'node',
    args: ['--test', '--test-reporter=spec', 'dashboard/test/dashboard.test.ts'],
    tests: { folder: 'dashboard/test', ending: '.test.ts' },
    nodeTest: true,
  },
];

/**
 * Reads the counts of Hardhat's and mocha's summaries: "12 passing (3s)", "1 failing", "2 pending" or "2 skipped"; and of
 * node:test's: "ℹ pass 12", "ℹ fail 1", "ℹ skipped 2".
 */
export function readCounts(output: string): Counts {
  const count = (word: string, nodeWord: string): number =>
    [...output.matchAll(new RegExp(`^\\s*(?:(\\d+) (?:${word})\\b|ℹ (?:${nodeWord}) (\\d+)$)`, 'gm'))].reduce(
      (sum, m) => sum + Number(m[1] ?? m[2]),
      0,
    );
  return {
    passed: count('passing', 'pass'),
    failed: count('failing', 'fail|cancelled'),
    skipped: count('pending|skipped', 'skipped'),
  };
}

/** node:test would run beside mocha and its failures would not be counted. */
function refuseOtherRunner(folder: string, files: readonly string[]): string[] {
  return files
    .filter((path) => /from\s+['"]node:test['"]/.test(readFileSync(join(ROOT, folder, path), 'utf8')))
    .map((path) => `${folder}/${path} uses node:test: use mocha's describe and it, which are global`);
}

/** The sequence that broke an invariant, as a test. */
function printReplay(output: string): void {
  const replay = replayOf(callsOf(output));
  if (replay === undefined) return;
  console.log(
    `\nIf an invariant failed: its sequence, for test/solidity/invariant/Replays.t.sol:\n\n${replay}`,
  );
}

async function runStep(
  { name, program, args, tests, nodeTest, second = false }: Step,
  extra: readonly string[],
): Promise<Counts> {
  const nothing = { passed: 0, failed: 0, skipped: 0 };
  if (tests !== undefined) {
    const files = filesUnder(join(ROOT, tests.folder), tests.ending);
    const refused = nodeTest === true ? [] : refuseOtherRunner(tests.folder, files);
    for (const message of refused) console.error(message);
    if (refused.length > 0) return { ...nothing, failed: refused.length };
    if (files.length === 0) {
      console.log(`\n== ${name}: no tests in ${tests.folder}`);
      return nothing;
    }
  }
  if (!second) console.log(`\n== ${name}`);
  const { code, output } = await run(program, tests === undefined ? args : [...args, ...extra], second);
  if (second) console.log(`\n== ${name}\n${output}`);
  const counts = tests === undefined ? nothing : readCounts(output);
  if (name === 'solidity') printReplay(output);
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1 };
  if (code === 0 && tests !== undefined && counts.passed + counts.skipped === 0 && extra.length === 0) {
    console.error(`test: ${name} has test files, yet ran no test`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const names = args.filter(
    (arg, i) => !arg.startsWith('-') && args.slice(0, i).every((a) => !a.startsWith('-')),
  );
  const extra = args.slice(names.length);
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `test: no step named ${unknown.join(', ')}; there are ${STEPS.map(({ name }) => name).join(', ')}`,
    );
    process.exit(2);
  }

  const wanted = STEPS.filter(
    ({ name, required }) => required === true || names.length === 0 || names.includes(name),
  );
  const results = new Map<Step, string>();
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** One step after the other. @returns whether the rest makes sense. */
  const runLane = async (steps: readonly Step[]): Promise<boolean> => {
    for (const step of steps) {
      const started = Date.now();
      const counts = await runStep(step, extra);
      for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
      const verdict = counts.failed > 0 ? 'FAILED' : 'ok';
      const seconds = ((Date.now() - started) / 1000).toFixed(0);
      results.set(
        step,
        `${step.name.padEnd(12)} ${verdict.padEnd(7)} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`,
      );
      if (counts.failed > 0 && step.required === true) return false;
    }
    return true;
  };
  const rest = wanted.filter(({ required }) => required !== true);
  if (await runLane(wanted.filter(({ required }) => required === true))) {
    await Promise.all([
      runLane(rest.filter(({ second }) => second !== true)),
      runLane(rest.filter(({ second }) => second === true)),
    ]);
  }
  const lines = wanted.flatMap((step) => results.get(step) ?? []);
  console.log(`\n${lines.join('\n')}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}
