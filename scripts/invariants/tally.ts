/** How often an action succeeded, and how often it was refused, by the error's selector. */
export interface Tally {
  action: string;
  succeeded: number;
  refusals: Map<string, number>;
}

const SUCCESS = '0x00000000';

/** Adds up the lines `action selector times` that the dynamic suite writes after each run. */
export function tallyOf(report: string): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const [, action = '', selector = '', times = ''] of report.matchAll(
    /^(\w+) (0x[\da-f]{8}) (\d+)$/gm,
  )) {
    const tally = tallies.get(action) ?? { action, succeeded: 0, refusals: new Map<string, number>() };
    tallies.set(action, tally);
    if (selector === SUCCESS) tally.succeeded += Number(times);
    else tally.refusals.set(selector, (tally.refusals.get(selector) ?? 0) + Number(times));
  }
  return [...tallies.values()].sort((a, b) => a.action.localeCompare(b.action));
}

/** A table; `nameOf` says an error's name by its selector. */
export function printTally(tallies: readonly Tally[], nameOf: (selector: string) => string): string {
  const lines = tallies.map(({ action, succeeded, refusals }) => {
    const refused = [...refusals.values()].reduce((sum, times) => sum + times, 0);
    const reasons = [...refusals]
      .sort(([, a], [, b]) => b - a)
      .map(([selector, times]) => `${nameOf(selector)} ${times}`);
    return `${action.padEnd(16)}${String(succeeded).padStart(9)}${String(refused).padStart(9)}  ${reasons.join(', ')}`;
  });
  return [`${'action'.padEnd(16)}${'done'.padStart(9)}${'refused'.padStart(9)}`, ...lines].join('\n');
}
