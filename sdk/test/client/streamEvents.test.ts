import { expect } from 'chai';
import { createPublicClient, custom, encodeAbiParameters, encodeEventTopics, numberToHex, toHex } from 'viem';
import type { Address, Hex } from 'viem';
import { clearinghouseAbi } from '../../src/client/protocolAbi.ts';
import { encodeAccountId } from '../../src/codec/index.ts';
import { ReorgTooDeepError, streamEvents } from '../../src/events/index.ts';
import type { EventUpdate, StreamEventsParameters } from '../../src/events/index.ts';

const CLEARINGHOUSE: Address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const STRANGER: Address = '0x00000000000000000000000000000000000000A1';
const ACCOUNT = encodeAccountId(CLEARINGHOUSE);

/** A block of the fake chain: its fork's name, and how much each of its events deposits. */
interface FakeBlock {
  readonly fork: string;
  readonly values: readonly number[];
}

const block = (fork: string, ...values: number[]): FakeBlock => ({ fork, values });
const hashOf = (number: number, { fork }: FakeBlock): Hex => toHex(`${fork}${number}`, { size: 32 });

/** A chain that answers what following needs. Blocks may be replaced, and it may fail. */
function fakeChain(blocks: FakeBlock[]) {
  const chain = { blocks, failures: 0, afterLogs: (): void => undefined };
  const header = (number: number): object | null => {
    const found = chain.blocks[number];
    return found === undefined
      ? null
      : { number: numberToHex(number), hash: hashOf(number, found), timestamp: '0x1', transactions: [] };
  };
  const logs = (from: number, to: number): object[] => {
    const found = chain.blocks.flatMap((one, number) =>
      number < from || number > to ? [] : one.values.map((value, i) => log(number, one, i, value)),
    );
    chain.afterLogs();
    return found;
  };
  const answer = (method: string, params: readonly unknown[]): unknown => {
    if (chain.failures > 0) {
      chain.failures -= 1;
      throw new Error('the node is away');
    }
    if (method === 'eth_getBlockByNumber') {
      return header(params[0] === 'latest' ? chain.blocks.length - 1 : Number(params[0]));
    }
    if (method !== 'eth_getLogs') throw new Error(`unknown ${method}`);
    const { fromBlock, toBlock } = params[0] as { fromBlock: Hex; toBlock: Hex };
    return logs(Number(fromBlock), Number(toBlock));
  };
  const request = ({ method, params }: { method: string; params?: unknown }): Promise<unknown> =>
    new Promise((resolve) => resolve(answer(method, params as readonly unknown[])));
  const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
  return { chain, client };
}

function log(number: number, of: FakeBlock, index: number, value: number): object {
  const args = { account: ACCOUNT };
  return {
    address: value < 0 ? STRANGER : CLEARINGHOUSE,
    topics: encodeEventTopics({ abi: clearinghouseAbi, eventName: 'ProfileChanged', args }),
    data: encodeAbiParameters([{ type: 'uint256' }], [BigInt(Math.abs(value))]),
    blockNumber: numberToHex(number),
    blockHash: hashOf(number, of),
    transactionHash: toHex(number * 100 + index, { size: 32 }),
    transactionIndex: '0x0',
    logIndex: numberToHex(index),
    removed: false,
  };
}

/** Reads updates as lines such as "+2 7,8" and "-2 7,8" until the chain has nothing more to tell. */
async function follow(
  client: ReturnType<typeof fakeChain>['client'],
  options: StreamEventsParameters,
  acts: readonly (() => void)[],
): Promise<string[]> {
  const lines: string[] = [];
  const stop = new AbortController();
  const pending = [...acts];
  let quiet = 0;
  const timer = setInterval(() => {
    quiet += 1;
    if (quiet < 3) return;
    quiet = 0;
    const next = pending.shift();
    if (next === undefined) stop.abort();
    else next();
  }, 5);
  try {
    const addresses = { clearinghouse: CLEARINGHOUSE };
    for await (const update of streamEvents(client, addresses, {
      pollMs: 1,
      signal: stop.signal,
      ...options,
    })) {
      quiet = 0;
      lines.push(lineOf(update));
    }
  } finally {
    clearInterval(timer);
  }
  return lines;
}

function lineOf({ type, block: { number }, events }: EventUpdate): string {
  const values = events.map((event) => ('profileId' in event.args ? String(event.args.profileId) : '?'));
  return `${type === 'applied' ? '+' : '-'}${number} ${values.join()}`;
}

describe('streamEvents', () => {
  it('tells every event in order, in ranges, of the contracts alone', async () => {
    const { client } = fakeChain([block('a'), block('a', 1, 2), block('a', -3), block('a'), block('a', 4)]);
    expect(await follow(client, { fromBlock: 0n, blockRange: 2n }, [])).to.deep.equal(['+1 1,2', '+4 4']);
  });

  it('begins behind the latest block unless told otherwise', async () => {
    const { chain, client } = fakeChain([block('a', 1)]);
    const lines = await follow(client, {}, [() => chain.blocks.push(block('a', 2))]);
    expect(lines).to.deep.equal(['+1 2']);
  });

  it('takes back what a reorganisation replaces, newest first, and tells the new', async () => {
    const { chain, client } = fakeChain([block('a'), block('a', 1), block('a', 2), block('a', 3)]);
    const reorganise = (): void => void chain.blocks.splice(2, 2, block('b'), block('b', 9), block('b', 8));
    const lines = await follow(client, { fromBlock: 0n }, [reorganise]);
    expect(lines).to.deep.equal(['+1 1', '+2 2', '+3 3', '-3 3', '-2 2', '+3 9', '+4 8']);
  });

  it('finds events of a new fork below blocks that had none', async () => {
    const { chain, client } = fakeChain([block('a'), block('a'), block('a')]);
    const reorganise = (): void => void chain.blocks.splice(1, 2, block('b', 5), block('b'), block('b'));
    const grow = (): void => void chain.blocks.push(block('a'));
    expect(await follow(client, { fromBlock: 0n }, [grow, reorganise])).to.deep.equal(['+1 5']);
  });

  it('takes back blocks when the chain becomes shorter', async () => {
    const { chain, client } = fakeChain([block('a', 1), block('a', 2)]);
    const shorten = (): void => void chain.blocks.pop();
    const lines = await follow(client, { fromBlock: 0n }, [shorten, () => chain.blocks.push(block('b', 3))]);
    expect(lines).to.deep.equal(['+0 1', '+1 2', '-1 2', '+1 3']);
  });

  it('reads again where the chain changed under it', async () => {
    const { chain, client } = fakeChain([block('a'), block('a', 1), block('a')]);
    let changed = false;
    chain.afterLogs = () => {
      if (changed) return;
      changed = true;
      chain.blocks.splice(1, 2, block('b', 7), block('b'));
    };
    expect(await follow(client, { fromBlock: 0n }, [])).to.deep.equal(['+1 7']);
  });

  it('waits for confirmations', async () => {
    const { chain, client } = fakeChain([block('a', 1), block('a', 2), block('a', 3)]);
    const lines = await follow(client, { fromBlock: 0n, confirmations: 1n }, [
      () => chain.blocks.push(block('a', 4)),
    ]);
    expect(lines).to.deep.equal(['+0 1', '+1 2', '+2 3']);
  });

  it('goes on after failures where they are told, and ends with them where they are not', async () => {
    const { chain, client } = fakeChain([block('a', 1)]);
    const errors: unknown[] = [];
    const lines = await follow(client, { fromBlock: 0n, onError: (error) => errors.push(error) }, [
      () => (chain.failures = 2),
      () => chain.blocks.push(block('a', 2)),
    ]);
    expect(lines).to.deep.equal(['+0 1', '+1 2']);
    expect(errors).to.have.length(2);
    chain.failures = 1;
    const ended = await follow(client, { fromBlock: 0n }, []).catch((error: unknown) => error);
    expect(String(ended)).to.include('the node is away');
  });

  it('refuses to go on where more was replaced than it remembers', async () => {
    const { chain, client } = fakeChain([block('a', 1), block('a', 2), block('a', 3), block('a', 4)]);
    const replaceAll = (): void =>
      void chain.blocks.splice(0, 4, ...[5, 6, 7, 8].map((value) => block('b', value)));
    const ended = await follow(client, { fromBlock: 0n, keptBlocks: 2, onError: () => undefined }, [
      replaceAll,
    ]).catch((error: unknown) => error);
    expect(ended).to.be.instanceOf(ReorgTooDeepError);
  });
});
