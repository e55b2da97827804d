import type { Hash } from 'viem';
import { getBlock } from 'viem/actions';
import type { NovateClient } from '../client/types.ts';
import type { EventAddresses } from './decodeNovateLog.ts';
import { ReorgTooDeepError } from './errors.ts';
import { readEventRange } from './readEventRange.ts';
import type { BlockRef, StreamedEvent } from './readEventRange.ts';

const DEFAULT_POLL_MS = 2_000;
const DEFAULT_RANGE = 2_000n;
const DEFAULT_KEPT = 512;

export interface StreamEventsParameters {
  /** First block to read; the one after the latest unless given. */
  readonly fromBlock?: bigint | undefined;
  /** How many blocks must be on top of one before its events are told; 0 unless given. */
  readonly confirmations?: bigint | undefined;
  /** Milliseconds between looks at the chain; 2,000 unless given. */
  readonly pollMs?: number | undefined;
  /** The most blocks in one request for logs; 2,000 unless given. */
  readonly blockRange?: bigint | undefined;
  /** How many blocks with events can be taken back; 512 unless given. */
  readonly keptBlocks?: number | undefined;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each failure of the RPC, after which the stream goes on; without it a failure ends the stream. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * `applied`: the block's events happened, in this order. `reverted`: a reorganisation took them back; undo them, last first.
 */
export interface EventUpdate {
  readonly type: 'applied' | 'reverted';
  readonly block: BlockRef;
  readonly events: readonly StreamedEvent[];
}

interface Applied {
  readonly block: BlockRef;
  readonly events: readonly StreamedEvent[];
}

interface Cursor {
  /** The first block that the stream read. */
  readonly first: bigint;
  /** The next block to read. */
  next: bigint;
  /** What was told and may still be taken back, oldest first: blocks with events, and the last block that was read. */
  readonly kept: Applied[];
  /** Whether older blocks than those kept were told. */
  forgot: boolean;
}

/**
 * Every event of the protocol's contracts, block by block, for as long as it is read:
 *
 * ```ts
 * for await (const { type, block, events } of streamEvents(client, addresses, { fromBlock: 0n })) { ... }
 * ```
 *
 * Events that a reorganisation takes back come again as `reverted`, newest block first, before what replaced them. Nothing is
 * left out and nothing told twice, over failures of the RPC too where `onError` is given.
 * @throws ReorgTooDeepError where more blocks are replaced than are kept: start again from a block that is final
 */
export async function* streamEvents(
  client: NovateClient,
  addresses: EventAddresses,
  parameters: StreamEventsParameters = {},
): AsyncGenerator<EventUpdate, void, void> {
  const { pollMs = DEFAULT_POLL_MS, signal, onError } = parameters;
  let cursor: Cursor | undefined;
  while (signal?.aborted !== true) {
    let more = false;
    try {
      cursor ??= await start(client, parameters);
      yield* takeBack(client, cursor);
      more = yield* readOn(client, addresses, parameters, cursor);
    } catch (error) {
      if (error instanceof ReorgTooDeepError || onError === undefined) throw error;
      onError(error);
    }
    if (!more) await wait(pollMs, signal);
  }
}

async function start(
  client: NovateClient,
  { fromBlock, keptBlocks = DEFAULT_KEPT }: StreamEventsParameters,
): Promise<Cursor> {
  if (keptBlocks < 1) throw new RangeError('keptBlocks must be at least 1');
  const next = fromBlock ?? (await headOf(client)).number + 1n;
  return { first: next, next, kept: [], forgot: false };
}

/** Tells what is no longer on the chain, newest first, and sets the cursor behind what still is. */
async function* takeBack(client: NovateClient, cursor: Cursor): AsyncGenerator<EventUpdate, void, void> {
  for (let tip = cursor.kept.at(-1); tip !== undefined; tip = cursor.kept.at(-1)) {
    if ((await hashAt(client, tip.block.number)) === tip.block.hash) return;
    cursor.kept.pop();
    const below = cursor.kept.at(-1);
    if (below === undefined && cursor.forgot) throw new ReorgTooDeepError(tip.block.number);
    cursor.next = below === undefined ? cursor.first : below.block.number + 1n;
    if (tip.events.length > 0) yield { type: 'reverted', block: tip.block, events: tip.events };
  }
}

/** Reads the next range and tells it. @returns Whether there is more to read at once. */
async function* readOn(
  client: NovateClient,
  addresses: EventAddresses,
  { confirmations = 0n, blockRange = DEFAULT_RANGE, keptBlocks = DEFAULT_KEPT }: StreamEventsParameters,
  cursor: Cursor,
): AsyncGenerator<EventUpdate, boolean, void> {
  const head = (await headOf(client)).number - confirmations;
  if (head < cursor.next) return false;
  const last = cursor.next + blockRange - 1n;
  const to = last < head ? last : head;
  const range = await readEventRange(client, addresses, cursor.next, to);
  // another chain was being read half-way through: look again
  if (range === undefined) return true;
  const applied: Applied[] = [...range.blocks];
  if (applied.at(-1)?.block.number !== to) applied.push({ block: range.tip, events: [] });
  for (const one of applied) {
    keep(cursor, one, keptBlocks);
    if (one.events.length > 0) yield { type: 'applied', ...one };
  }
  return to < head;
}

function keep(cursor: Cursor, applied: Applied, most: number): void {
  // the last range's end has done its part
  if (cursor.kept.at(-1)?.events.length === 0) cursor.kept.pop();
  cursor.kept.push(applied);
  cursor.next = applied.block.number + 1n;
  // one more than asked for: the last may be empty
  if (cursor.kept.length <= most + 1) return;
  cursor.kept.shift();
  cursor.forgot = true;
}

async function headOf(client: NovateClient): Promise<BlockRef> {
  const { number, hash } = await getBlock(client);
  return { number, hash };
}

/** Undefined where the chain is shorter now. */
async function hashAt(client: NovateClient, blockNumber: bigint): Promise<Hash | undefined> {
  if ((await headOf(client)).number < blockNumber) return undefined;
  return (await getBlock(client, { blockNumber })).hash;
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
