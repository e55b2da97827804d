import type { Mutant, Result, Verdict } from './mutant.ts';

const VERDICTS: readonly Verdict[] = ['killed', 'timeout', 'survived', 'equivalent', 'invalid'];

export interface Tally {
  name: string;
  counts: Record<Verdict, number>;
  /** Killed of those that could be, in percent; undefined where there are none. */
  score: number | undefined;
}

export interface Report {
  fingerprint: string;
  total: Tally;
  files: Tally[];
  operators: Tally[];
  results: Result[];
}

function tally(name: string, results: readonly Result[]): Tally {
  const count = (verdict: Verdict): number => results.filter((result) => result.verdict === verdict).length;
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])) as Tally['counts'];
  const killed = counts.killed + counts.timeout;
  const judged = killed + counts.survived;
  return { name, counts, score: judged === 0 ? undefined : Math.round((1000 * killed) / judged) / 10 };
}

function tallies(results: readonly Result[], key: (mutant: Result['mutant']) => string): Tally[] {
  const names = [...new Set(results.map(({ mutant }) => key(mutant)))].sort();
  return names.map((name) =>
    tally(
      name,
      results.filter(({ mutant }) => key(mutant) === name),
    ),
  );
}

export function reportOf(fingerprint: string, results: readonly Result[]): Report {
  return {
    fingerprint,
    total: tally('all', results),
    files: tallies(results, ({ file }) => file),
    operators: tallies(results, ({ operator }) => operator),
    results: [...results],
  };
}

const oneLine = (code: string): string => {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length > 70 ? `${line.slice(0, 67)}...` : line;
};

/** A mutant in one line. */
export function describe({ file, line, operator, original, text }: Omit<Mutant, 'owners' | 'id'>): string {
  const change = text === '' || text === '{}' ? 'deleted' : oneLine(text);
  return `${file}:${line} ${operator}: ${oneLine(original)} -> ${change}`;
}

function table(title: string, rows: readonly Tally[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length), title.length);
  const head = [title.padEnd(width), ...VERDICTS.map((verdict) => verdict.padStart(12)), '       score'];
  const lines = rows.map(({ name, counts, score }) => {
    const cells = VERDICTS.map((verdict) => String(counts[verdict]).padStart(12));
    return [name.padEnd(width), ...cells, (score === undefined ? '-' : `${score} %`).padStart(12)].join('');
  });
  return [head.join(''), ...lines, ''];
}

/** The report for people. */
export function print({ total, files, operators, results }: Report): string {
  const survivors = results.filter(({ verdict }) => verdict === 'survived');
  return [
    ...table('file', [...files, total]),
    ...table('operator', operators),
    `${survivors.length} survivors`,
    ...survivors.map(({ id, mutant }) => `  ${id} ${describe(mutant)}`),
  ].join('\n');
}
