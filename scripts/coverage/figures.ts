import type { Marked } from './arms.ts';

/** How often each line of a file was run. */
export type Hits = ReadonlyMap<number, number>;

export interface FileFigures {
  file: string;
  lines: Share;
  arms: Share;
}

export interface Share {
  all: number;
  covered: number;
  /** Of the source: lines, or `if`s that never went one way. */
  missed: string[];
}

/** Reads an lcov report. */
export function hitsOf(lcov: string): Map<string, Hits> {
  const files = new Map<string, Map<number, number>>();
  let hits: Map<number, number> = new Map();
  for (const line of lcov.split('\n')) {
    if (line.startsWith('SF:')) {
      hits = new Map();
      files.set(line.slice(3), hits);
    }
    const [, number, count] = /^DA:(\d+),(\d+)/.exec(line) ?? [];
    if (number !== undefined) hits.set(Number(number), Number(count));
  }
  return files;
}

/** A line counts as covered where all of its statements ran. */
export function figuresOf(file: string, { lines }: Marked, hits: Hits): FileFigures {
  const ran = new Map<number, boolean>();
  const arms: Share = { all: 0, covered: 0, missed: [] };
  lines.forEach(({ line, arm }, i) => {
    const count = hits.get(i + 1);
    if (count === undefined) return;
    if (arm === undefined) {
      ran.set(line, count > 0 && ran.get(line) !== false);
      return;
    }
    arms.all += 1;
    if (count > 0) arms.covered += 1;
    else arms.missed.push(`${line} ${arm === 'then' ? 'true' : 'false'}`);
  });
  const missed = [...ran].filter(([, covered]) => !covered).map(([line]) => String(line));
  return { file, lines: { all: ran.size, covered: ran.size - missed.length, missed }, arms };
}

const percent = ({ all, covered }: Share): string => (all === 0 ? '-' : ((100 * covered) / all).toFixed(2));

function sumOf(shares: readonly Share[]): Share {
  return shares.reduce(
    (sum, { all, covered }) => ({ all: sum.all + all, covered: sum.covered + covered, missed: [] }),
    { all: 0, covered: 0, missed: [] },
  );
}

export function printFigures(figures: readonly FileFigures[]): string {
  const total = {
    file: 'total',
    lines: sumOf(figures.map(({ lines }) => lines)),
    arms: sumOf(figures.map(({ arms }) => arms)),
  };
  const width = Math.max(...figures.map(({ file }) => file.length));
  const rows = [...figures].sort((a, b) => (a.file < b.file ? -1 : 1)).concat(total);
  const texts = rows.map(({ file, lines, arms }) => {
    const missed = [
      ...(lines.missed.length > 0 ? [`lines ${lines.missed.join(', ')}`] : []),
      ...(arms.missed.length > 0 ? [`never: ${arms.missed.join(', ')}`] : []),
    ];
    return `${file.padEnd(width)} ${percent(lines).padStart(7)} ${percent(arms).padStart(7)}  ${missed.join('; ')}`;
  });
  const counts = `lines ${total.lines.covered} of ${total.lines.all}, arms of \`if\` ${total.arms.covered} of ${total.arms.all}`;
  return [`${'file'.padEnd(width)}   lines    arms`, ...texts, counts].join('\n');
}
