import type { Address, Hash, Log } from 'viem';
import { getBlock, getLogs } from 'viem/actions';
import type { NovateClient } from '../client/types.ts';
import { decodeNovateLog } from './decodeNovateLog.ts';
import type { EventAddresses, NovateLog } from './decodeNovateLog.ts';

export interface BlockRef {
  readonly number: bigint;
  readonly hash: Hash;
}

/** An event and where it is. */
export type StreamedEvent = NovateLog & {
  readonly blockNumber: bigint;
  readonly transactionHash: Hash;
  readonly logIndex: number;
};

export interface EventRange {
  /** Blocks that have events, oldest first. */
  readonly blocks: readonly { readonly block: BlockRef; readonly events: readonly StreamedEvent[] }[];
  /** The last block of the range. */
  readonly tip: BlockRef;
}

/**
 * The events from one block to another, all of one chain: the last block is the same before and after the logs are read.
 * @returns Undefined where it is not, for the chain was reorganised meanwhile.
 */
export async function readEventRange(
  client: NovateClient,
  addresses: EventAddresses,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<EventRange | undefined> {
  const before = await getBlock(client, { blockNumber: toBlock });
  const address = Object.values(addresses).filter((one): one is Address => one !== undefined);
  const logs = await getLogs(client, { address, fromBlock, toBlock });
  const after = await getBlock(client, { blockNumber: toBlock });
  if (before.hash !== after.hash) return undefined;
  return { blocks: groupByBlock(logs, addresses), tip: { number: toBlock, hash: after.hash } };
}

function groupByBlock(logs: readonly Log<bigint, number, false>[], addresses: EventAddresses) {
  const blocks = new Map<bigint, { block: BlockRef; events: StreamedEvent[] }>();
  for (const log of [...logs].sort(byPlace)) {
    const decoded = decodeNovateLog(log, addresses);
    if (decoded === undefined) continue;
    const { blockNumber, blockHash, transactionHash, logIndex } = log;
    const entry = blocks.get(blockNumber) ?? { block: { number: blockNumber, hash: blockHash }, events: [] };
    entry.events.push({ ...decoded, blockNumber, transactionHash, logIndex });
    blocks.set(blockNumber, entry);
  }
  return [...blocks.values()];
}

function byPlace(a: Log<bigint, number, false>, b: Log<bigint, number, false>): number {
  return a.blockNumber === b.blockNumber ? a.logIndex - b.logIndex : Number(a.blockNumber - b.blockNumber);
}
