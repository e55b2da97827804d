import type { Measurement } from './measurement.ts';

const number = (value: number): string => value.toLocaleString('en-US');

function isMet(value: number, goal: number, atLeast = false): boolean {
  return atLeast ? value >= goal : value <= goal;
}

/** Prints measurements for people: what was measured, the goal, the peer. */
export function printTable(rows: readonly Measurement[]): void {
  const cells = rows.map(({ name, value, unit, goal, atLeast, peer, note = '' }) => [
    name,
    `${number(value)} ${unit}`,
    goal === null ? '' : `${number(goal)}${isMet(value, goal, atLeast) ? '' : ' (missed)'}`,
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
