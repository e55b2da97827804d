import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '../..');
const COLUMNS = [
  'name',
  'what',
  'listing',
  'deposit',
  'later',
  'withdraw',
  'liquidation',
  'stake',
  'redeem',
] as const;

function readMatrix(): { names: string[]; rows: string[][] } {
  const parsed: unknown = JSON.parse(readFileSync(join(ROOT, 'test/solidity/tokens/tokens.json'), 'utf8'));
  const { names, cases } = parsed as { names: string[]; cases: Record<string, string>[] };
  return { names, rows: cases.map((one) => COLUMNS.map((column) => one[column] ?? 'missing')) };
}

/** The rows of the first table of a Markdown file, without its head. */
function readTable(path: string): string[][] {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(2, end === -1 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

describe('the table of tokens', () => {
  it('says what the Solidity matrix sees', () => {
    expect(readTable('docs/tokens.md')).to.deep.equal(readMatrix().rows);
  });

  it('has every case once', () => {
    const { names, rows } = readMatrix();
    expect(names).to.deep.equal(rows.map(([name]) => name));
    expect(new Set(names).size).to.equal(names.length);
  });
});
