// Fails where docs/incidents.md and test/solidity/incidents/ differ: a row without its test, a test without a row.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesUnder } from './files.ts';
import { ROOT } from './process.ts';

const PAGE = 'docs/incidents.md';
const FOLDER = 'test/solidity/incidents';
const COLUMNS = 4;

interface Row {
  line: number;
  cells: string[];
}

/** The rows of all tables, without their heads. */
function rowsOf(markdown: string): Row[] {
  return markdown
    .split('\n')
    .map((text, i) => ({ line: i + 1, text }))
    .filter(
      ({ text }) => text.startsWith('|') && !text.startsWith('|---') && !text.startsWith('| incident |'),
    )
    .map(({ line, text }) => ({
      line,
      cells: text
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    }));
}

/** The names of a file's tests. */
function testsOf(source: string): string[] {
  return [...source.matchAll(/^\s*function (test\w+)\(/gm)].map((match) => match[1] ?? '');
}

/** What is wrong with a row, and which test it names. */
function readRow({ line, cells }: Row): { problem?: string; test?: string } {
  const at = `${PAGE}:${line}`;
  if (cells.length !== COLUMNS || cells.includes(''))
    return { problem: `${at}: not ${COLUMNS} filled cells` };
  const link = /^\[(test\w+)\]\(([^)]+)\)$/.exec(cells[2] ?? '');
  if (link === null) return { problem: `${at}: no link to a test` };
  const [, test = '', target = ''] = link;
  const path = join(ROOT, dirname(PAGE), target);
  if (!existsSync(path)) return { problem: `${at}: ${target} does not exist` };
  if (!testsOf(readFileSync(path, 'utf8')).includes(test)) {
    return { problem: `${at}: ${basename(target)} has no ${test}` };
  }
  return { test };
}

/** Every difference between the page and the tests; none where they agree. */
export function incidentProblems(markdown: string): string[] {
  const rows = rowsOf(markdown).map(readRow);
  const problems = rows.flatMap(({ problem }) => problem ?? []);
  const named = new Set(rows.flatMap(({ test }) => test ?? []));
  for (const file of filesUnder(join(ROOT, FOLDER), '.t.sol')) {
    for (const test of testsOf(readFileSync(join(ROOT, FOLDER, file), 'utf8'))) {
      if (!named.has(test)) problems.push(`${FOLDER}/${file}: ${test} has no row in ${PAGE}`);
    }
  }
  return rows.length === 0 ? [`${PAGE}: no rows`] : problems;
}

if (import.meta.main) {
  const problems = incidentProblems(readFileSync(join(ROOT, PAGE), 'utf8'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
