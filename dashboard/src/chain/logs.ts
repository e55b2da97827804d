import { numberToHex } from 'viem';
import type { Address, Hex, PublicClient, RpcLog } from 'viem';

export interface LogFilter {
  readonly address: readonly Address[];
  readonly topics?: readonly (Hex | null)[];
}

/** Reads logs page by page; remembers how many blocks the node is willing to look through at once. */
export interface LogReader {
  read(
    filter: LogFilter,
    from: bigint,
    to: bigint,
    onPage: (logs: readonly RpcLog[], upTo: bigint) => void,
  ): Promise<void>;
}

const FIRST_PAGE = 5_000n;
const LEAST_PAGE = 16n;
const SHRINK = 4n;

export function createLogReader(client: PublicClient): LogReader {
  let page = FIRST_PAGE;

  /** Undefined where the node refused so many blocks: the next try asks for fewer. */
  async function readPage(
    filter: LogFilter,
    from: bigint,
    to: bigint,
  ): Promise<readonly RpcLog[] | undefined> {
    const range = { fromBlock: numberToHex(from), toBlock: numberToHex(to) };
    const { address, topics = [] } = filter;
    try {
      return await client.request({
        method: 'eth_getLogs',
        params: [{ address: [...address], topics: [...topics], ...range }],
      });
    } catch (error) {
      if (page <= LEAST_PAGE || from === to) throw error;
      // a node that is gone answers nothing else either
      await client.getChainId();
      page /= SHRINK;
      return undefined;
    }
  }

  return {
    async read(filter, from, to, onPage) {
      let next = from;
      while (next <= to) {
        const end = next + page - 1n < to ? next + page - 1n : to;
        const logs = await readPage(filter, next, end);
        if (logs === undefined) continue;
        onPage(logs, end);
        next = end + 1n;
      }
    },
  };
}
