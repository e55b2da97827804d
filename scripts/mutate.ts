// `npm run mutate`: changes the contracts in small ways, one at a time, and tells which changes no Solidity test notices
// (docs/mutation.md). Nothing is written but cache/mutate/.
//   --only PATH    files whose path starts so; may be given again; else risk, liquidation, markets and Clearinghouse*
//   --operator NAME  this kind of change only; may be given again
//   --sample N     N mutants of them, picked by --seed TEXT ("1" unless given); all of them unless given
//   --id ID        this mutant; may be given again
//   --survivors    those that survived before, also before the tests changed
//   --fresh        judges again what has been judged
//   --list         lists them, without judging
//   --tests PATH   judged by the tests whose path starts so; may be given again. Quicker, and the score is at most the whole suite's
//   --quick        every suite with a tenth of its random draws: quicker, and the score is at most the whole suite's
//   --jobs N       processes, 1 unless given; each takes about 1.5 GB
//   --json         prints the report as JSON
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Mutant, Result } from './mutate/mutant.ts';
import { sampleOf } from './mutate/mutants.ts';
import { judgeAll } from './mutate/pool.ts';
import { FOLDER, openProject, type Project } from './mutate/project.ts';
import { describe, print, reportOf } from './mutate/report.ts';

const DEFAULT_TARGETS = [
  'contracts/risk/',
  'contracts/liquidation/',
  'contracts/markets/',
  'contracts/Clearinghouse',
];
const RESULTS = join(FOLDER, 'results.jsonl');

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    operator: { type: 'string', multiple: true },
    id: { type: 'string', multiple: true },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true, default: [] },
    jobs: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'sample' | 'jobs'): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`mutate: --${name} ${given} must be a whole number from 1`);
  process.exit(2);
}

/** Progress, on stderr; over itself on a terminal. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, process.stderr.columns - 1)}`);
  else console.error(text);
}

function readResults(): Result[] {
  if (!existsSync(RESULTS)) return [];
  const lines = readFileSync(RESULTS, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Result);
}

function select({ mutants }: Project, earlier: readonly Result[], sample: number | undefined): Mutant[] {
  const targets = values.only ?? DEFAULT_TARGETS;
  const verdicts = new Map(earlier.map(({ id, verdict }) => [id, verdict]));
  const chosen = mutants.filter(
    ({ id, file, operator }) =>
      (values.id?.includes(id) ?? targets.some((target) => file.startsWith(target))) &&
      values.operator?.includes(operator) !== false &&
      (!values.survivors || verdicts.get(id) === 'survived'),
  );
  return sample === undefined ? chosen : sampleOf(chosen, sample, values.seed);
}

async function judge(
  fingerprint: string,
  mutants: readonly Mutant[],
  done: Map<string, Result>,
): Promise<void> {
  const waiting = mutants.filter(({ id }) => !done.has(id));
  const counts: Record<string, number> = {};
  let judged = 0;
  await judgeAll(waiting, wholeNumber('jobs') ?? 1, values.quick, (mutant, { verdict, by }, seconds) => {
    const { id, owners: _, ...rest } = mutant;
    const result = { id, fingerprint, verdict, ...(by === undefined ? {} : { by }), seconds, mutant: rest };
    appendFileSync(RESULTS, `${JSON.stringify(result)}\n`);
    done.set(id, result);
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    judged += 1;
    const soFar = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    say(`${judged} of ${waiting.length}: ${soFar.join(', ')} (${id} ${verdict}, ${seconds.toFixed(0)} s)`);
  });
}

const sample = wholeNumber('sample');
const project = await openProject(say, values.tests);
const earlier = readResults();
const mutants = select(project, earlier, sample);
if (values.list) {
  for (const mutant of mutants) console.log(`${mutant.id} ${describe(mutant)}`);
  console.log(`${mutants.length} mutants`);
} else {
  const known = values.fresh ? [] : earlier.filter(({ fingerprint }) => fingerprint === project.fingerprint);
  const done = new Map(known.map((result) => [result.id, result]));
  await judge(project.fingerprint, mutants, done);
  const report = reportOf(
    project.fingerprint,
    mutants.flatMap(({ id }) => done.get(id) ?? []),
  );
  writeFileSync(join(FOLDER, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  if (process.stderr.isTTY) say('');
  console.log(values.json ? JSON.stringify(report, undefined, 2) : print(report));
}
