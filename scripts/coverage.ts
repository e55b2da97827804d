// `npm run coverage`: which lines, and which arms of `if`, of the contracts the Solidity tests run, by Hardhat's coverage
// (docs/testing.md). It works on a copy in cache/coverage/ whose `if`s say which way they went; Hardhat itself knows no branches.
//   FILE...   these tests only
//   --reuse   reads the last run's data once more
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { mark, type Marked } from './coverage/arms.ts';
import { figuresOf, hitsOf, printFigures, type FileFigures } from './coverage/figures.ts';
import { Compiler } from './mutate/compiler.ts';
import { readSources } from './mutate/sources.ts';
import { ROOT, run } from './process.ts';

const COPY = join(ROOT, 'cache/coverage');
const LCOV = join(COPY, 'coverage/lcov.info');
const OURS = /^contracts\/(?!mocks\/|interfaces\/)/;
const COPIED = new Set(['contracts', 'test']);
const LEFT_OUT = new Set(['.git', 'artifacts', 'cache', 'coverage', 'snapshots', 'typechain-types']);
// Counting makes code dearer and longer, so that tests of gas fail.
const NOT_COVERED = '[gG]as|costsLittle';

const { values, positionals } = parseArgs({
  options: { reuse: { type: 'boolean', default: false } },
  allowPositionals: true,
});

function markAll(): Map<string, Marked> {
  const sources = readSources();
  const marked = new Map<string, Marked>();
  for (const [file, ast] of new Compiler().parse(sources)) {
    if (OURS.test(file)) marked.set(file, mark(sources.get(file) ?? '', ast));
  }
  return marked;
}

function copy(marked: ReadonlyMap<string, Marked>): void {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  for (const name of readdirSync(ROOT)) {
    if (COPIED.has(name)) cpSync(join(ROOT, name), join(COPY, name), { recursive: true });
    else if (!LEFT_OUT.has(name)) symlinkSync(join(ROOT, name), join(COPY, name));
  }
  // a link would be resolved, and the project found where it points
  for (const name of ['hardhat.config.ts', 'package.json']) {
    rmSync(join(COPY, name));
    const text = readFileSync(join(ROOT, name), 'utf8');
    writeFileSync(join(COPY, name), text);
  }
  for (const [file, { text }] of marked) {
    mkdirSync(dirname(join(COPY, file)), { recursive: true });
    writeFileSync(join(COPY, file), text);
  }
}

const marked = markAll();
let code = 0;
if (!values.reuse || !existsSync(LCOV)) {
  copy(marked);
  const args = ['test', 'solidity', ...positionals, '--coverage', '--grep-exclude', NOT_COVERED];
  const outcome = await run('hardhat', args, true, COPY);
  code = outcome.code;
  writeFileSync(join(COPY, 'output.txt'), outcome.output);
}
const hits = hitsOf(readFileSync(LCOV, 'utf8'));
const figures: FileFigures[] = [];
for (const [file, it] of marked) {
  const found = hits.get(file);
  if (found !== undefined) figures.push(figuresOf(file, it, found));
}
console.log(printFigures(figures));
if (code !== 0) console.error(`coverage: some test failed, see ${join(COPY, 'output.txt')}`);
process.exitCode = code;
