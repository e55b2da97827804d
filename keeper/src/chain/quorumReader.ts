import { agree, NoQuorumError } from './agree.ts';
import { ChainChangedError } from '../watch/errors.ts';
import type { Endpoint, EndpointPool } from './endpoints.ts';
import type { BlockHead, ChainLog, ChainReader, LogQuery } from './types.ts';

/**
 * Reads from several endpoints: a head counts once `quorum` of them have it, logs once `quorum` of them return the same.
 * With a quorum of one it takes the newest head and the first answer.
 */
export function createQuorumReader(
  pool: EndpointPool,
  readerOf: (endpoint: Endpoint) => ChainReader,
  quorum: number,
): ChainReader {
  const readers = new Map<Endpoint, ChainReader>();
  const reader = (endpoint: Endpoint): ChainReader => {
    const known = readers.get(endpoint) ?? readerOf(endpoint);
    readers.set(endpoint, known);
    return known;
  };

  /** The first answer, the best endpoint asked first. */
  async function anyOf<T>(ask: (reader: ChainReader) => Promise<T>): Promise<T> {
    let last: unknown;
    for (const endpoint of pool.ranked()) {
      try {
        return await ask(reader(endpoint));
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  /** What `quorum` endpoints say alike. */
  const agreed = <T>(
    what: string,
    ask: (reader: ChainReader) => Promise<T>,
    digest: (answer: T) => string,
  ): Promise<T> =>
    quorum === 1
      ? anyOf(ask)
      : agree({ what, quorum, endpoints: pool.ranked(), ask: (endpoint) => ask(reader(endpoint)), digest });

  async function getHead(): Promise<BlockHead> {
    const endpoints = pool.ranked();
    const found = await Promise.allSettled(endpoints.map(async (endpoint) => reader(endpoint).getHead()));
    const heads: BlockHead[] = [];
    const causes: unknown[] = [];
    found.forEach((answer, i) => {
      const endpoint = endpoints[i];
      if (answer.status === 'rejected' || endpoint === undefined) {
        causes.push(answer.status === 'rejected' ? answer.reason : undefined);
        return;
      }
      pool.sawHead(endpoint, answer.value.number);
      heads.push(answer.value);
    });
    heads.sort((a, b) => (a.number === b.number ? 0 : a.number > b.number ? -1 : 1));
    // so high that as many endpoints as needed are there already
    const candidate = heads[quorum - 1];
    if (candidate === undefined) throw new NoQuorumError('a head', heads.length, quorum, causes);
    if (quorum === 1) return candidate;
    return agreed(
      `block ${candidate.number}`,
      (from) => from.getBlock(candidate.number),
      ({ hash }) => hash,
    );
  }

  return {
    getHead,
    getBlock: (number) =>
      agreed(
        `block ${number}`,
        (from) => from.getBlock(number),
        ({ hash }) => hash,
      ),
    getLogs: (query) => agreed(`logs of ${placeOf(query)}`, (from) => from.getLogs(query), digestOf),
  };
}

function placeOf({ range }: LogQuery): string {
  return 'blockHash' in range ? `block ${range.blockHash}` : `blocks ${range.fromBlock} to ${range.toBlock}`;
}

/** Where each log is and what it says. A log without its neighbour is another answer. */
function digestOf(logs: readonly ChainLog[]): string {
  const lines = logs.map(
    ({ blockHash, logIndex, address, topics, data }) =>
      `${blockHash}/${logIndex}/${address.toLowerCase()}/${topics.join('/')}/${data}`,
  );
  if (new Set(lines).size !== lines.length) throw new ChainChangedError('a log came twice');
  return lines.sort().join('\n');
}
