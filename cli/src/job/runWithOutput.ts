import { createProgress } from '../report/progress.ts';
import { formatTable } from '../report/table.ts';
import type { PriceStep } from '../prices/pricePath.ts';
import { ensureBuilt } from '../local/ensureBuilt.ts';
import { runJob } from './runJob.ts';
import type { ShowMarket } from './runJob.ts';
import type { ReplayResult } from '../report/result.ts';

const SECOND_WISH_MS = 1_000;
const INTERRUPTED = 130;

export interface OutputOptions {
  readonly accounts: number;
  readonly seed: number;
  readonly steps: readonly PriceStep[];
  /** Print the result as JSON, and nothing else on standard output. */
  readonly json: boolean;
  /** Prices that go on after the result, until the user ends it. */
  readonly onward?: ((signal: AbortSignal) => AsyncIterable<PriceStep>) | undefined;
  readonly show?: ShowMarket | undefined;
  /** Tell of each step where nobody watches a terminal, too. */
  readonly plainProgress?: boolean | undefined;
}

/**
 * Runs the job with progress and prints its result. SIGINT and SIGTERM end it after the present step, a second one at once.
 * @returns the exit code: 0 only where totals conserve
 */
export async function runWithOutput({
  json,
  onward,
  plainProgress,
  ...options
}: OutputOptions): Promise<number> {
  const progress = createProgress(json ? process.stderr : process.stdout, plainProgress);
  const print = (result: ReplayResult): void => {
    progress.clear();
    process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : `\n${formatTable(result)}\n\n`);
  };
  const aborter = new AbortController();
  let askedAt = Infinity;
  const abort = (): void => {
    // npm passes on the signal that the terminal has sent already: only a later one is a second wish
    if (performance.now() > askedAt + SECOND_WISH_MS) process.exit(INTERRUPTED);
    if (aborter.signal.aborted) return;
    askedAt = performance.now();
    progress.note('ending ...');
    aborter.abort();
  };
  process.on('SIGINT', abort).on('SIGTERM', abort);
  try {
    await progress.task('build the contracts', ensureBuilt);
    const { result, conservation } = await runJob({
      ...options,
      progress,
      signal: aborter.signal,
      onward: onward?.(aborter.signal),
      onResult: print,
    });
    progress.clear();
    const broken = conservation.checks.filter(({ ok }) => !ok);
    for (const { name, detail } of broken) process.stderr.write(`does not hold: ${name} (${detail})\n`);
    return result.conserved ? 0 : 1;
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}
