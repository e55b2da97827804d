import { expect } from 'chai';
import { numberToHex } from 'viem';
import { createFollower } from '../../src/watch/follower.ts';
import type { Follower, FollowerOptions, TimedLog } from '../../src/watch/follower.ts';
import { CLEARINGHOUSE, fakeChain } from '../helpers/fakeChain.ts';
import type { FakeChain } from '../helpers/fakeChain.ts';
import { cashUpdated, interestAccrued } from '../helpers/logs.ts';

interface Sink {
  readonly ranges: TimedLog[][];
  append(logs: readonly TimedLog[]): void;
  undo(count: number): void;
  reset(): void;
}

function recorder(): Sink {
  const ranges: TimedLog[][] = [];
  return {
    ranges,
    append: (logs) => void ranges.push([...logs]),
    undo: (count) => void ranges.splice(ranges.length - count, count),
    reset: () => void ranges.splice(0),
  };
}

/** The data of every log in the sink, in order: what a reader of the chain should have. */
const held = (sink: Sink): string[] => sink.ranges.flat().map(({ data }) => data);

async function all(chain: FakeChain): Promise<string[]> {
  const range = { fromBlock: 0n, toBlock: chain.head().number };
  return (await chain.getLogs({ addresses: [], topics: [], range })).map(({ data }) => data);
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe('follower', () => {
  let chain: FakeChain;
  let sink: Sink;
  let reorgs: [number, boolean][];

  beforeEach(() => {
    chain = fakeChain();
    sink = recorder();
    reorgs = [];
  });

  function follow(more: Partial<FollowerOptions> = {}): Follower {
    return createFollower({
      reader: chain,
      sink,
      addresses: () => [CLEARINGHOUSE],
      topics: [],
      timedTopics: new Set(),
      fromBlock: 0n,
      maxBlockRange: 10,
      onReorg: (depth, rebuilt) => reorgs.push([depth, rebuilt]),
      ...more,
    });
  }

  const blocks = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => [cashUpdated(BigInt(from + i), 7n)]);

  it('reads every block once, in closed ranges', async () => {
    chain.mine(...blocks(35));
    const follower = follow();
    await follower.follow(chain.head());
    expect(held(sink)).to.deep.equal(await all(chain));
    expect(follower.cursor?.number).to.equal(35n);
    chain.mine(...blocks(2, 100));
    await follower.follow(chain.head());
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('asks for the logs alone of a block that says that it follows the last one', async () => {
    chain.mine(...blocks(3));
    const follower = follow();
    await follower.follow(chain.head());
    let asked = 0;
    chain.hook = (request) => void (request === 'block' && asked++);
    chain.mine(...blocks(1, 50));
    await follower.follow(chain.head());
    expect({ asked, cursor: follower.cursor?.number }).to.deep.equal({ asked: 0, cursor: 4n });
    // another block of the same number does not follow: then it must ask
    chain.reorg(3n, ...blocks(2, 60));
    await follower.follow(chain.head());
    expect(asked).to.be.greaterThan(0);
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('halves the range where the node refuses, grows back, and loses nothing', async () => {
    chain.mine(...blocks(60));
    const sizes: bigint[] = [];
    let refuse = true;
    chain.hook = (request, query) => {
      if (request !== 'logs' || query === undefined || 'blockHash' in query.range) return;
      const size = query.range.toBlock - query.range.fromBlock + 1n;
      sizes.push(size);
      if (refuse && size > 3n) throw new Error('query returned more than 10000 results');
      refuse = false;
    };
    await follow({ maxBlockRange: 16 }).follow(chain.head());
    expect(sizes.slice(0, 5)).to.deep.equal([16n, 8n, 4n, 2n, 4n]);
    chain.hook = () => undefined;
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('leaves the cursor where it was when a block cannot be read', async () => {
    chain.mine(...blocks(3));
    const follower = follow();
    await follower.follow(chain.head());
    chain.mine(...blocks(5, 50));
    let calls = 0;
    chain.hook = (request) => {
      if (request === 'logs' && ++calls > 0) throw new Error('bad gateway');
    };
    expect(await failure(follower.follow(chain.head()))).to.contain('bad gateway');
    expect(follower.cursor?.number).to.equal(3n);
    chain.hook = () => undefined;
    await follower.follow(chain.head());
    expect(follower.cursor?.number).to.equal(8n);
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('undoes blocks that are no longer part of the chain', async () => {
    const follower = follow();
    for (const block of blocks(6)) {
      chain.mine(block);
      await follower.follow(chain.head());
    }
    chain.reorg(3n, [cashUpdated(77n, 1n)], [], [], [cashUpdated(78n, 1n)]);
    await follower.follow(chain.head());
    expect(reorgs).to.deep.equal([[3, false]]);
    expect(held(sink)).to.deep.equal(await all(chain));
    expect(follower.cursor?.hash).to.equal(chain.head().hash);
  });

  it('keeps cursor and accounts in step when the node fails in the middle of a reorganisation', async () => {
    const follower = follow();
    for (const block of blocks(6)) {
      chain.mine(block);
      await follower.follow(chain.head());
    }
    chain.reorg(2n, ...blocks(5, 80));
    let asked = 0;
    chain.hook = (request) => {
      if (request === 'block' && ++asked === 2) throw new Error('timeout');
    };
    expect(await failure(follower.follow(chain.head()))).to.contain('timeout');
    chain.hook = () => undefined;
    await follower.follow(chain.head());
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('rewinds to a shorter chain', async () => {
    const follower = follow();
    for (const block of blocks(6)) {
      chain.mine(block);
      await follower.follow(chain.head());
    }
    chain.reorg(2n, [cashUpdated(9n, 9n)]);
    await follower.follow(chain.head());
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('rebuilds everything after a reorganisation deeper than what is kept', async () => {
    const follower = follow();
    for (const block of blocks(80)) {
      chain.mine(block);
      await follower.follow(chain.head());
    }
    chain.reorg(5n, ...blocks(90, 500));
    await follower.follow(chain.head());
    // 64 blocks that can be undone, and the one that they stand on
    expect(reorgs).to.deep.equal([[65, true]]);
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('takes nothing of a range during which the chain changed', async () => {
    chain.mine(...blocks(8));
    const target = chain.head();
    let once = true;
    chain.hook = (request) => {
      if (request !== 'logs' || !once) return;
      once = false;
      chain.reorg(4n, ...blocks(6, 300));
    };
    const follower = follow();
    expect(await failure(follower.follow(target))).to.contain('was replaced');
    expect(sink.ranges).to.have.length(0);
    await follower.follow(chain.head());
    expect(held(sink)).to.deep.equal(await all(chain));
  });

  it('refuses a block whose parent is not the block before', async () => {
    chain.mine(...blocks(2));
    const follower = follow();
    await follower.follow(chain.head());
    chain.mine(...blocks(1, 60));
    const forged = { ...chain.head(), parentHash: chain.head().hash };
    expect(await failure(follower.follow(forged))).to.contain('does not follow');
    expect(follower.cursor?.number).to.equal(2n);
  });

  it('accepts a block that names no parent while the block before is still there, and only then', async () => {
    chain.mine(...blocks(2));
    const follower = follow();
    await follower.follow(chain.head());
    chain.mine(...blocks(1, 60));
    const orphan = { ...chain.head(), parentHash: numberToHex(0, { size: 32 }) };
    await follower.follow(orphan);
    expect(follower.cursor?.number).to.equal(3n);
    chain.mine(...blocks(1, 61));
    const next = { ...chain.head(), parentHash: numberToHex(0, { size: 32 }) };
    let asked = 0;
    chain.hook = (request) => {
      if (request === 'block' && ++asked === 2) chain.reorg(1n, ...blocks(3, 90));
    };
    expect(await failure(follower.follow(next))).to.contain('does not follow');
    expect(follower.cursor?.number).to.equal(3n);
  });

  it('gives the newest timed event of a range the time of its block', async () => {
    chain.mine([interestAccrued(5n, 5n)], [], [interestAccrued(6n, 6n)], []);
    const topic = interestAccrued(0n, 0n).topics[0] ?? '0x';
    await follow({ timedTopics: new Set([topic]) }).follow(chain.head());
    expect(sink.ranges.flat().map(({ timestamp }) => timestamp)).to.deep.equal([0n, 1_030n]);
  });

  it('stops between ranges when asked to', async () => {
    chain.mine(...blocks(35));
    const aborter = new AbortController();
    const follower = follow({ onProgress: () => aborter.abort() });
    await follower.follow(chain.head(), aborter.signal);
    expect(follower.cursor?.number).to.equal(9n);
  });
});
