import { expect } from 'chai';
import { toHex } from 'viem';
import type { AccountId } from '@novate/sdk';
import type { ExpiredAccount } from '../../src/decide/expired.ts';
import { createMemoryJournal } from '../../src/execute/journal.ts';
import { createLane } from '../../src/execute/lane.ts';
import type { Lane } from '../../src/execute/lane.ts';
import { createSettlementDuty, SETTLED_TOGETHER } from '../../src/execute/settleExpired.ts';
import type { SettlementDuty, SettleOptions } from '../../src/execute/settleExpired.ts';
import { emptyBlocks, fakeNode, nodeError } from '../helpers/fakeNode.ts';
import type { FakeNode } from '../helpers/fakeNode.ts';

const GAS_PER_ACCOUNT = 100_000n;
const expired = (count: number, key = 7n): ExpiredAccount[] =>
  Array.from({ length: count }, (_, i) => ({ account: BigInt(i + 1), expiries: [key] }));

describe('settling what has expired', () => {
  let node: FakeNode;
  let lane: Lane;
  let asked: (readonly AccountId[])[];
  let failure: Error | undefined;

  beforeEach(() => {
    node = fakeNode(10n ** 9n);
    asked = [];
    failure = undefined;
    lane = createLane({
      writer: node,
      journal: createMemoryJournal(),
      policy: { maxFeePerGas: 10n ** 12n, priorityFee: 10n, bumpPercent: 15 },
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(true),
    });
  });

  function duty(more: Partial<SettleOptions> = {}): SettlementDuty {
    const port = {
      encode(accounts: readonly AccountId[]) {
        asked.push(accounts);
        return { to: '0x3333333333333333333333333333333333333333', data: toHex(accounts.length) } as const;
      },
      estimateGas: ({ data }: { data: `0x${string}` }) =>
        failure === undefined ? Promise.resolve(BigInt(data) * GAS_PER_ACCOUNT) : Promise.reject(failure),
    };
    return createSettlementDuty(port, lane, { maxGas: 15_000_000n, dryRun: false, ...more });
  }

  async function mine(): Promise<void> {
    node.mine();
    await lane.settle(node.head());
  }

  it('goes through all accounts batch by batch, each account and expiry once', async () => {
    const settling = duty();
    const sent: (number | undefined)[] = [];
    for (let i = 0; i < 4; ++i) {
      sent.push((await settling.run(expired(120), node.head()))?.accounts.length);
      await mine();
    }
    expect(sent).to.deep.equal([SETTLED_TOGETHER, SETTLED_TOGETHER, 20, undefined]);
    expect(new Set(asked.flat()).size).to.equal(120);
    // another expiry of the same accounts is another matter
    expect((await settling.run(expired(1, 8n), node.head()))?.accounts).to.deep.equal([1n]);
  });

  it('waits for whatever is on its way', async () => {
    const settling = duty();
    await settling.run(expired(60), node.head());
    expect(await settling.run(expired(60), node.head())).to.equal(undefined);
    expect(lane.inFlight().map(({ purpose }) => purpose.kind)).to.deep.equal(['settlement']);
  });

  it('takes fewer where gas would not suffice', async () => {
    const result = await duty({ maxGas: 1_500_000n }).run(expired(40), node.head());
    expect(result?.accounts).to.have.length(10);
    expect(node.taken).to.have.length(1);
  });

  it('sends nothing that would revert, and asks again much later', async () => {
    const settling = duty();
    failure = nodeError('execution reverted', 3);
    expect((await settling.run(expired(2), node.head()))?.failure).to.contain('reverted');
    failure = undefined;
    expect(await settling.run(expired(2), emptyBlocks(node, 255))).to.equal(undefined);
    expect((await settling.run(expired(2), emptyBlocks(node, 256)))?.accounts).to.have.length(2);
  });

  it('asks again at once where the node did not answer', async () => {
    const settling = duty();
    failure = new Error('fetch failed');
    expect((await settling.run(expired(2), node.head()))?.failure).to.contain('fetch failed');
    failure = undefined;
    expect((await settling.run(expired(2), node.head()))?.failure).to.equal(undefined);
  });

  it('sends nothing in a dry run', async () => {
    expect((await duty({ dryRun: true }).run(expired(2), node.head()))?.failure).to.equal('dry run');
    expect(node.taken).to.have.length(0);
  });
});
