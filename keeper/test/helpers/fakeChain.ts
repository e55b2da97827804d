import { numberToHex } from 'viem';
import type { Hash, Hex } from 'viem';
import type { BlockHead, ChainLog, ChainReader, LogQuery } from '../../src/chain/types.ts';

export const CLEARINGHOUSE = '0x1111111111111111111111111111111111111111';

/** A chain whose blocks can be replaced, and that can refuse to answer. */
export interface FakeChain extends ChainReader {
  /** Mines blocks with these logs, one block each. */
  mine(...blocks: readonly (readonly FakeLog[])[]): void;
  /** Replaces everything after a block by other blocks. */
  reorg(after: bigint, ...blocks: readonly (readonly FakeLog[])[]): void;
  readonly queries: LogQuery['range'][];
  /** Called before each answer; may throw, or change the chain. */
  hook: (request: 'head' | 'block' | 'logs', query?: LogQuery) => void;
  head(): BlockHead;
}

export interface FakeLog {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

interface Entry {
  readonly block: BlockHead;
  readonly logs: readonly ChainLog[];
}

export function fakeChain(): FakeChain {
  let chain: Entry[] = [];
  let mined = 0;
  const queries: LogQuery['range'][] = [];

  function add(logs: readonly FakeLog[]): void {
    const number = BigInt(chain.length);
    const hash: Hash = numberToHex(++mined, { size: 32 });
    const parentHash = chain.at(-1)?.block.hash ?? numberToHex(0, { size: 32 });
    const block = {
      number,
      hash,
      parentHash,
      timestamp: 1_000n + number * 10n,
      baseFeePerGas: 1n,
      gasLimit: 30_000_000n,
    };
    const place = { address: CLEARINGHOUSE, blockNumber: number, blockHash: hash } as const;
    chain.push({ block, logs: logs.map((log, logIndex) => ({ ...log, ...place, logIndex })) });
  }
  add([]);

  const fake: FakeChain = {
    queries,
    hook: () => undefined,
    mine: (...blocks) => blocks.forEach(add),
    reorg(after, ...blocks) {
      chain = chain.slice(0, Number(after) + 1);
      blocks.forEach(add);
    },
    head() {
      const last = chain.at(-1);
      if (last === undefined) throw new Error('empty chain');
      return last.block;
    },
    getHead() {
      fake.hook('head');
      return Promise.resolve(fake.head());
    },
    async getBlock(number) {
      await Promise.resolve();
      fake.hook('block');
      const entry = chain[Number(number)];
      if (entry === undefined) throw new Error(`no block ${number}`);
      return entry.block;
    },
    async getLogs(query) {
      await Promise.resolve();
      queries.push(query.range);
      fake.hook('logs', query);
      const { range } = query;
      const inRange = ({ block }: Entry): boolean =>
        'blockHash' in range
          ? block.hash === range.blockHash
          : block.number >= range.fromBlock && block.number <= range.toBlock;
      return chain.filter(inRange).flatMap(({ logs }) => logs);
    },
  };
  return fake;
}
