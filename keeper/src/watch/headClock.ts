import type { BlockHead } from '../chain/types.ts';

/** Tells progress from standing still. Time is the caller's, in milliseconds. */
export interface HeadClock {
  /** A head was seen. */
  see(head: BlockHead, nowMs: number): void;
  /** A head was dealt with in full. */
  complete(head: BlockHead, nowMs: number): void;
  /** The newest head dealt with. */
  readonly completed: BlockHead | undefined;
  /** Blocks between the newest head seen and the newest dealt with. */
  readonly lag: bigint;
  /** The keeper has come round once more, whatever came of it. */
  beat(nowMs: number): void;
  /** Why the process itself is of no use any more, if so: it hangs, and only a restart helps. */
  stuck(nowMs: number): string | undefined;
  /** Undefined while all is well, else what stands still. */
  problem(nowMs: number): string | undefined;
}

/** A tick that takes so many times longer than what counts as a stall will not end. */
const HANGS_AFTER = 5;

export function createHeadClock(stallAfterMs: number, startMs: number): HeadClock {
  let seen: BlockHead | undefined;
  let completed: BlockHead | undefined;
  let [movedAt, completedAt, beatAt] = [startMs, startMs, startMs];
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
  return {
    see(head, nowMs) {
      if (head.hash !== seen?.hash) movedAt = nowMs;
      seen = head;
    },
    complete(head, nowMs) {
      [completed, completedAt] = [head, nowMs];
    },
    get completed() {
      return completed;
    },
    get lag() {
      return seen === undefined ? 0n : seen.number - (completed?.number ?? 0n);
    },
    beat(nowMs) {
      beatAt = nowMs;
    },
    stuck(nowMs) {
      const still = nowMs - beatAt;
      return still > HANGS_AFTER * stallAfterMs ? `no tick has ended for ${seconds(still)}` : undefined;
    },
    problem(nowMs) {
      if (completed === undefined) return 'no block has been dealt with yet';
      if (seen !== undefined && seen.hash !== completed.hash && nowMs - completedAt > stallAfterMs) {
        return `no block dealt with for ${seconds(nowMs - completedAt)}; the head is at ${seen.number}`;
      }
      if (nowMs - movedAt > stallAfterMs) {
        return `the node's head has not moved for ${seconds(nowMs - movedAt)}; check the node`;
      }
      return undefined;
    },
  };
}
