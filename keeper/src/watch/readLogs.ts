import type { ChainLog, ChainReader, LogQuery } from '../chain/types.ts';

const LOG_JSON = 420;
const TOPIC_JSON = 69;
const SAMPLE = 64;

/**
 * Logs of a query. Where even one block is more than the node returns at a time, by parts of the topics, then of the
 * addresses.
 */
export async function readLogs(reader: ChainReader, query: LogQuery): Promise<readonly ChainLog[]> {
  try {
    return await reader.getLogs(query);
  } catch (error) {
    const { topics, addresses, range } = query;
    if (!('blockHash' in range)) throw error;
    const halves =
      topics.length > 1
        ? halve(topics).map((part) => ({ ...query, topics: part }))
        : addresses.length > 1
          ? halve(addresses).map((part) => ({ ...query, addresses: part }))
          : undefined;
    if (halves === undefined || !isTooLarge(error)) throw error;
    const parts: ChainLog[] = [];
    for (const half of halves) parts.push(...(await readLogs(reader, half)));
    return parts;
  }
}

/** About how long the node's reply was, bytes. */
export function replySize(logs: readonly ChainLog[]): number {
  const sample = logs.slice(0, SAMPLE);
  const bytes = sample.reduce(
    (sum, { topics, data }) => sum + LOG_JSON + TOPIC_JSON * topics.length + data.length,
    0,
  );
  return sample.length === 0 ? 0 : Math.ceil((bytes * logs.length) / sample.length);
}

/** Whether a node refused because of how much there is. */
export function isTooLarge(error: unknown): boolean {
  return /too (large|many|big)|more than|exceed|limit|response size|10 ?mi?b/i.test(textOf(error));
}

/** The number of blocks that a node says it would answer: "this block range should work: [0x10, 0x1f]". */
export function rangeHint(error: unknown): bigint | undefined {
  const match = /\[?(0x[0-9a-f]+)\s*[,-]\s*(0x[0-9a-f]+)\]?/i.exec(textOf(error));
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const [from, to] = [BigInt(match[1]), BigInt(match[2])];
  return to >= from ? to - from + 1n : undefined;
}

function textOf(error: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = error; at instanceof Error && texts.length < 8; at = at.cause)
    texts.push(at.message);
  return texts.join('\n');
}

function halve<T>(items: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
