import { setImmediate } from 'node:timers/promises';
import type { AccountWatch } from './accountWatch.ts';

/** Bands are computed for so long at a time: what a block may be kept waiting by it. */
export const MEND_SLICE_MS = 10;

/** Spends the wait for a block on bands. Where blocks leave no time at all, one slice for each is what bands get. */
export async function mendUntil(
  watch: Pick<AccountWatch, 'mend' | 'waiting'>,
  wait: Promise<void>,
): Promise<void> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  wait.then(end, end);
  while (!isOver && watch.waiting > 0) {
    watch.mend(MEND_SLICE_MS);
    // gives way to whatever has come in the meantime
    await setImmediate();
  }
  await wait;
}
