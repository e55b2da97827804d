import { setTimeout as sleep } from 'node:timers/promises';
import type { CandleRow } from './alignCandles.ts';
import { generateQuiet } from './generateCrash.ts';
import { pricePath } from './pricePath.ts';
import type { PriceStep } from './pricePath.ts';

const PAUSE_MS = 1_000;

/** Quiet prices that go on from the last of `rows`, one step a second, until the signal. */
export async function* playQuiet(
  seed: number,
  rows: readonly CandleRow[],
  signal: AbortSignal,
): AsyncGenerator<PriceStep> {
  const last = rows.at(-1);
  if (last === undefined) return;
  for (const row of generateQuiet(seed, last)) {
    for (const step of pricePath([row])) {
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      yield step;
    }
  }
}
