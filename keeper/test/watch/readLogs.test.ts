import { expect } from 'chai';
import type { LogQuery } from '../../src/chain/types.ts';
import { createPageSize } from '../../src/watch/pageSize.ts';
import { rangeHint, readLogs, replySize } from '../../src/watch/readLogs.ts';
import { CLEARINGHOUSE, fakeChain } from '../helpers/fakeChain.ts';
import { cashUpdated, interestAccrued, positionUpdated } from '../helpers/logs.ts';

describe('reading logs in pages', () => {
  it('reads one block by parts of its topics where the node returns no more at a time', async () => {
    const chain = fakeChain();
    const logs = [cashUpdated(1n, 1n), positionUpdated(1n, 1n << 92n, 1n, 1n), interestAccrued(1n, 1n)];
    chain.mine(logs);
    const topics = logs.flatMap((log) => log.topics.slice(0, 1));
    const reader = {
      ...chain,
      async getLogs(query: LogQuery) {
        const found = (await chain.getLogs(query)).filter((log) =>
          query.topics.includes(log.topics[0] ?? '0x'),
        );
        if (found.length > 1) throw new Error('response size exceeded');
        return found;
      },
    };
    const range = { blockHash: chain.head().hash };
    const query = { addresses: [CLEARINGHOUSE], topics, range } as const;
    expect((await readLogs(reader, query)).map(({ data }) => data)).to.have.members(
      logs.map(({ data }) => data),
    );
    const broken = { ...chain, getLogs: () => Promise.reject(new Error('socket hang up')) };
    const message = await readLogs(broken, query).catch((error: unknown) => String(error));
    expect(message).to.contain('hang up');
  });

  it('asks for fewer blocks before a reply gets too long, and takes the hint of a node', () => {
    const pages = createPageSize(5_000n);
    pages.grow(5_000n, 20 * 2 ** 20);
    expect(pages.current).to.equal(1_250n);
    pages.grow(1_250n, 1_000);
    expect(pages.current).to.equal(2_500n);
    pages.shrink(rangeHint(new Error('too many results; this block range should work: [0x10, 0x19]')));
    expect(pages.current).to.equal(10n);
    expect(rangeHint(new Error('timeout'))).to.equal(undefined);
    pages.grow(10n, 10 ** 9);
    expect(pages.current).to.equal(1n);
    expect(pages.shrink()).to.equal(false);
  });

  it('knows about how long a reply was', () => {
    const log = {
      address: CLEARINGHOUSE,
      ...cashUpdated(1n, 1n),
      blockNumber: 1n,
      blockHash: `0x${'1'.repeat(64)}`,
      logIndex: 0,
    } as const;
    expect(replySize([])).to.equal(0);
    expect(replySize(Array.from({ length: 1_000 }, () => log))).to.be.within(500_000, 800_000);
  });
});
