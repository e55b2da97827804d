import type { Address, Hash, Hex } from 'viem';
import type { BlockHead, ChainLog, ChainReader } from '../chain/types.ts';
import { ChainChangedError } from './errors.ts';
import { createPageSize } from './pageSize.ts';
import { rangeHint, readLogs, replySize } from './readLogs.ts';

/** How many blocks deep a reorganisation is undone unless told otherwise; a deeper one rebuilds everything. */
export const KEPT_CHECKPOINTS = 64;

/** The last block whose events have been taken in. */
export interface Checkpoint {
  readonly number: bigint;
  readonly hash: Hash;
}

/** A range of blocks as a sink takes it. */
export interface RangeEnd {
  readonly to: Checkpoint;
  /** Too old to be undone: a reorganisation that deep rebuilds everything. */
  readonly final: boolean;
  /** The oldest block that can still be gone back to. */
  readonly oldest: bigint;
}

/** Where events go. `append` must take all of a range or none of it; a promise that rejects took nothing. */
export interface LogSink {
  /** Called before the chain is followed. @returns Checkpoints to go on from, where they are not those from before. */
  prepare?(): Promise<readonly Checkpoint[] | undefined>;
  /** Logs in the order of the chain, with the timestamps of their blocks. */
  append(logs: readonly TimedLog[], end: RangeEnd): void | Promise<void>;
  /** Called when following ended, at its target or before: what was put off while catching up must be done. */
  caughtUp?(): void;
  /** Undoes the last `count` calls of `append`, none of which was final. */
  undo(count: number): void | Promise<void>;
  /** Forgets everything. */
  reset(): void | Promise<void>;
}

export interface TimedLog extends ChainLog {
  /** Unix seconds. */
  readonly timestamp: bigint;
}

export interface FollowerOptions {
  readonly reader: ChainReader;
  readonly sink: LogSink;
  /** Asked for before each range: a contract may be replaced. */
  readonly addresses: () => readonly Address[];
  readonly topics: readonly Hex[];
  /** Topics whose events need the time of their block, which costs a request per block when catching up. */
  readonly timedTopics: ReadonlySet<Hex>;
  readonly fromBlock: bigint;
  readonly maxBlockRange: number;
  /** Blocks after which a block counts as final. */
  readonly finalityBlocks?: number;
  /** After a reorganisation was undone. @param cursor Where the follower is now. */
  readonly onReorg?: (depth: number, rebuilt: boolean, cursor: bigint | undefined) => void;
  readonly onProgress?: (cursor: bigint, target: bigint) => void;
}

/** Reads events up to a block, each once, in closed ranges. */
export interface Follower {
  readonly cursor: Checkpoint | undefined;
  /** Takes in everything up to and including `target`. The cursor stays where it was before a range that failed. */
  follow(target: BlockHead, signal?: AbortSignal): Promise<void>;
}

/**
 * Follows the chain with a cursor that never passes over a block that was not read, and never stays on a block that is no
 * longer part of the chain: then the newest checkpoint that still is gets restored, or, beyond the last 64, everything.
 */
export function createFollower(options: FollowerOptions): Follower {
  const { reader, sink, fromBlock, onReorg, onProgress } = options;
  const pages = createPageSize(BigInt(options.maxBlockRange));
  const finality = BigInt(options.finalityBlocks ?? KEPT_CHECKPOINTS);
  /** The oldest has nothing before it to go back to. */
  let checkpoints: Checkpoint[] = [];

  const at = (number: bigint, target: BlockHead): Promise<BlockHead> | BlockHead =>
    number === target.number ? target : reader.getBlock(number);

  /** Steps back to a checkpoint that is part of the chain that `target` ends. */
  async function rewind(target: BlockHead): Promise<void> {
    let kept = checkpoints.length;
    for (let last = checkpoints[kept - 1]; last !== undefined; last = checkpoints[kept - 1]) {
      // the usual case, without a question: the next block says what it follows
      if (last.number + 1n === target.number && last.hash === target.parentHash) break;
      const known = last.number <= target.number ? await at(last.number, target) : undefined;
      if (known?.hash === last.hash) break;
      kept--;
    }
    // nothing is undone before all is known: a question that fails must leave cursor and sink in step
    const undone = checkpoints.length - kept;
    if (undone === 0) return;
    const rebuilt = kept === 0;
    if (rebuilt) await sink.reset();
    else await sink.undo(undone);
    checkpoints.length = kept;
    onReorg?.(undone, rebuilt, checkpoints.at(-1)?.number);
  }

  /** The end of the next range. What is final is not mixed with what is not. */
  function endOf(from: bigint, target: BlockHead): bigint {
    const to = from + pages.current - 1n;
    const lastFinal = target.number - finality;
    const most = from <= lastFinal ? lastFinal : target.number;
    return to < most ? to : most;
  }

  async function readRange(from: bigint, target: BlockHead): Promise<{ logs: TimedLog[]; end: BlockHead }> {
    const last = checkpoints.at(-1);
    const to = endOf(from, target);
    const end = await at(to, target);
    if (from === to && last !== undefined) await requireFollows(end, last);
    const range = from === to ? { blockHash: end.hash } : { fromBlock: from, toBlock: to };
    const query = { addresses: options.addresses(), topics: options.topics, range };
    const logs = await readLogs(reader, query);
    const timed = await withTimes(inOrder(logs, from, end), end);
    if (from !== to) await requireSameChain(from, end);
    pages.grow(to - from + 1n, replySize(logs));
    return { logs: timed, end };
  }

  async function takeIn(logs: readonly TimedLog[], end: BlockHead, target: BlockHead): Promise<void> {
    const to = { number: end.number, hash: end.hash };
    const final = to.number <= target.number - finality;
    const kept = final ? [] : checkpoints.filter((_, i) => !isPassed(checkpoints[i + 1], target));
    await sink.append(logs, { to, final, oldest: kept[0]?.number ?? to.number });
    checkpoints = [...kept, to];
    onProgress?.(to.number, target.number);
  }

  /** Whether what comes after is old enough to go back to. */
  function isPassed(next: Checkpoint | undefined, target: BlockHead): boolean {
    return next !== undefined && next.number <= target.number - finality;
  }

  /** A range is asked for by number: its ends, asked again, tell whether it was one chain all along. */
  async function requireSameChain(from: bigint, end: BlockHead): Promise<void> {
    if ((await reader.getBlock(end.number)).hash !== end.hash) {
      throw new ChainChangedError(`block ${end.number} was replaced`);
    }
    const last = checkpoints.at(-1);
    if (last !== undefined) await requireFollows(await reader.getBlock(from), last);
  }

  async function requireFollows(block: BlockHead, last: Checkpoint): Promise<void> {
    if (block.parentHash === last.hash) return;
    // blocks that Hardhat's node fills in by `hardhat_mine` name no parent: then the block before must still be there
    const unnamed = BigInt(block.parentHash) === 0n;
    if (unnamed && (await reader.getBlock(last.number)).hash === last.hash) return;
    throw new ChainChangedError(`block ${block.number} does not follow block ${last.number}`);
  }

  async function withTimes(logs: readonly ChainLog[], end: BlockHead): Promise<TimedLog[]> {
    const times = new Map([[end.number, end.timestamp]]);
    const needed = logs.filter(({ topics }) => topics[0] !== undefined && options.timedTopics.has(topics[0]));
    // accrual restarts at each such event, so that only the newest of a range counts
    const newest = new Map(needed.map((log) => [`${log.topics[0]}${log.topics[1] ?? ''}`, log]));
    for (const { blockNumber, blockHash } of newest.values()) {
      if (times.has(blockNumber)) continue;
      const block = await reader.getBlock(blockNumber);
      if (block.hash !== blockHash) throw new ChainChangedError(`block ${blockNumber} was replaced`);
      times.set(blockNumber, block.timestamp);
    }
    // in place: a copy of each would cost more than decoding it
    const timed = logs as (ChainLog & { timestamp: bigint })[];
    for (const log of timed) log.timestamp = times.get(log.blockNumber) ?? 0n;
    return timed;
  }

  async function readPage(from: bigint, target: BlockHead): Promise<{ logs: TimedLog[]; end: BlockHead }> {
    for (;;) {
      try {
        return await readRange(from, target);
      } catch (error) {
        // whatever the reason (too many logs, too long, a hiccup), fewer blocks are easier; one block is the end of that
        if (error instanceof ChainChangedError || !pages.shrink(rangeHint(error))) throw error;
      }
    }
  }

  async function follow(target: BlockHead, signal?: AbortSignal): Promise<void> {
    const adopted = await sink.prepare?.();
    if (adopted !== undefined) checkpoints = [...adopted];
    await rewind(target);
    try {
      await catchUp(target, signal);
    } finally {
      sink.caughtUp?.();
    }
  }

  async function catchUp(target: BlockHead, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const from = (checkpoints.at(-1)?.number ?? fromBlock - 1n) + 1n;
      if (from > target.number || signal?.aborted === true) return;
      const { logs, end } = await readPage(from, target);
      await takeIn(logs, end, target);
    }
  }

  return {
    get cursor() {
      return checkpoints.at(-1);
    },
    follow,
  };
}

/** Sorted, and refused where a log is outside what was asked for or of another chain than the range's end. */
function inOrder(logs: readonly ChainLog[], from: bigint, end: BlockHead): ChainLog[] {
  for (const { blockNumber, blockHash } of logs) {
    if (blockNumber < from || blockNumber > end.number) {
      throw new ChainChangedError(`a log of block ${blockNumber} in ${from}..${end.number}`);
    }
    if (blockNumber === end.number && blockHash !== end.hash) {
      throw new ChainChangedError(`block ${end.number} was replaced`);
    }
  }
  return [...logs].sort(byPlace);
}

/** Nodes return logs in this order, which sorting then only looks at. */
function byPlace(a: ChainLog, b: ChainLog): number {
  if (a.blockNumber === b.blockNumber) return a.logIndex - b.logIndex;
  return a.blockNumber < b.blockNumber ? -1 : 1;
}
