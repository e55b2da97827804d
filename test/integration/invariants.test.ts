import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BREAKS } from '../../scripts/invariants/breaks.ts';
import { callsOf, replayOf } from '../../scripts/invariants/replay.ts';
import { printTally, tallyOf } from '../../scripts/invariants/tally.ts';
import { ROOT } from '../../scripts/process.ts';

const DOCS = join(ROOT, 'docs/invariants.md');
const SPEC = join(ROOT, 'test/solidity/invariant/InvariantsSpec.sol');
const COUNT = 30;
const docs = readFileSync(DOCS, 'utf8');

/** Text and target of every link in a piece of Markdown. */
function linksOf(markdown: string): { text: string; file: string }[] {
  return [...markdown.matchAll(/\[`?([^\]`]+)`?\]\(([^)#]+)[^)]*\)/g)].map(([, text = '', to = '']) => ({
    text,
    file: join(dirname(DOCS), to),
  }));
}

/** The numbered statements with the links that stand behind them. */
function statements(): { number: number; text: string; links: { text: string; file: string }[] }[] {
  const items = docs
    .slice(docs.indexOf('## The thirty'))
    .split(/^(?=\d+\. )/m)
    .slice(1);
  return items.map((item) => {
    const [, number = '', text = ''] = /^(\d+)\. (.*)$/m.exec(item) ?? [];
    return { number: Number(number), text, links: linksOf(item.split('\n## ', 1)[0] ?? '') };
  });
}

/** The statement in the comment above each check, by the check's name. */
function checks(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, block = '', name = ''] of readFileSync(SPEC, 'utf8').matchAll(
    /((?: {4}\/\/\/.*\n)+) {4}function (check\d\d\w+)\(/g,
  )) {
    const lines = block.split('\n').map((line) => line.replace(/^ {4}\/\/\/ ?/, ''));
    const others = lines.findIndex((line) => /^@(?:dev|param)/.test(line));
    found.set(
      name,
      lines
        .slice(0, others === -1 ? lines.length : others)
        .join(' ')
        .trim(),
    );
  }
  return found;
}

describe('docs/invariants.md', () => {
  it('numbers the thirty', () => {
    assert.deepEqual(
      statements().map(({ number }) => number),
      Array.from({ length: COUNT }, (_, i) => i + 1),
    );
  });

  it('says of each what its check says', () => {
    const found = checks();
    assert.equal(found.size, COUNT);
    for (const { number, text, links } of statements()) {
      const check = links[0]?.text ?? '';
      assert.ok(check.startsWith(`check${String(number).padStart(2, '0')}`), `${number}: ${check}`);
      assert.equal(found.get(check), `@notice ${number}. ${text}`);
    }
  });

  it('links to what there is', () => {
    for (const { file } of linksOf(docs)) assert.ok(existsSync(file), file);
    for (const { text, file } of statements().flatMap(({ links }) => links)) {
      const name =
        text.startsWith('Actors') || /^[A-Z]/.test(text) ? `contract ${text} ` : `function ${text}(`;
      assert.ok(readFileSync(file, 'utf8').includes(name), `${name} in ${file}`);
    }
  });

  it('says of each how it was broken, by a line that there is', () => {
    const broken = new Set(BREAKS.map(({ invariant }) => invariant));
    assert.deepEqual(
      [...broken],
      Array.from({ length: COUNT }, (_, i) => i + 1),
    );
    for (const { invariant, what, file, from } of BREAKS) {
      assert.ok(docs.includes(`\n| ${invariant} | ${what} | `), what);
      const lines = readFileSync(join(ROOT, file), 'utf8').split(from);
      assert.equal(lines.length, 2, `scripts/invariants/breaks.ts: "${from}" must stand once in ${file}`);
    }
  });

  it('names actors that run into the check', () => {
    for (const { number, links } of statements()) {
      const actors = links.filter(({ file }) => file.includes('/actors/'));
      assert.ok(actors.length > 0, `${number} has no actor`);
      for (const { file } of actors) {
        assert.ok(readFileSync(file, 'utf8').includes(`${links[0]?.text}(`), `${number}: ${file}`);
      }
    }
  });
});

describe('what a failing invariant prints', () => {
  const output = [
    '    Counterexample:',
    '      calldata: 0x514c',
    '      signature: breakFeed(uint256)',
    '      args: 24529 [2.452e4]',
    '    Counterexample:',
    '      signature: movePrice(bool,int256)',
    '      args: false, -1500 [-1.5e3]',
    '    Counterexample:',
    '      signature: start()',
    '      args: ',
  ].join('\n');

  it('is a test that can be pasted', () => {
    assert.equal(
      replayOf(callsOf(output)),
      [
        '    function test_Replay() public {',
        '        handler.breakFeed(24529);',
        '        handler.movePrice(false, -1500);',
        '        handler.start();',
        '        handler.checkState();',
        '    }',
      ].join('\n'),
    );
  });

  it('is nothing where nothing failed', () => {
    assert.equal(replayOf(callsOf('  12 passing\n')), undefined);
  });

  it('comes with how often each act was done and refused', () => {
    const tallies = tallyOf('trade 0x00000000 3\ntrade 0x12345678 2\n\ntrade 0x00000000 4\n');
    assert.equal(tallies.length, 1);
    assert.equal(tallies[0]?.succeeded, 7);
    assert.match(
      printTally(tallies, () => 'Why'),
      /trade +7 +2 {2}Why 2/,
    );
  });
});
