// `npm run bench`: what the protocol's actions cost, beside the goal and the peer's figure. Exits 0 whether or not goals
// are met; `--json` prints the measurements as an array.
import { ensureBuilt } from '../cli/src/local/ensureBuilt.ts';
import { benchDeleverage } from './bench/deleverage.ts';
import { benchGas } from './bench/gas.ts';
import { benchOptions } from './bench/options.ts';
import type { Measurement } from './bench/measurement.ts';

const number = (value: number): string => value.toLocaleString('en-US');

function printTable(rows: readonly Measurement[]): void {
  const cells = rows.map(({ name, value, unit, goal, peer, note = '' }) => [
    name,
    `${number(value)} ${unit}`,
    goal === null ? '' : `${number(goal)}${value <= goal ? '' : ' (missed)'}`,
    peer === null ? '' : `${number(peer.value)} ${peer.name}`,
    note,
  ]);
  const table = [['name', 'measured', 'goal', 'peer', 'what'], ...cells];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

await ensureBuilt();
const rows = [...(await benchGas()), ...(await benchOptions()), ...(await benchDeleverage())];
if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2));
else printTable(rows);
