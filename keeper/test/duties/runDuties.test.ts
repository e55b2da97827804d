import { expect } from 'chai';
import { encodeAbiParameters, toHex } from 'viem';
import { createDutyRunner } from '../../src/duties/runDuties.ts';
import type { AnyDuty, DutyView } from '../../src/duties/types.ts';
import { anyDuty } from '../../src/duties/types.ts';
import { createMemoryJournal } from '../../src/execute/journal.ts';
import { createLane } from '../../src/execute/lane.ts';
import { keysOf, unshared } from '../../src/execute/sharedWork.ts';
import { bodySchema, purposeSchema, toJson } from '../../src/store/transactionText.ts';
import { fakeNode, nodeError } from '../helpers/fakeNode.ts';
import type { FakeNode } from '../helpers/fakeNode.ts';
import { board, references } from '../helpers/world.ts';

const TARGET = '0x3333333333333333333333333333333333333333';

describe('other duties', () => {
  let node: FakeNode;
  /** Items that would revert, and what each transaction was about. */
  let broken: ReadonlySet<string>;
  let sent: string[];

  beforeEach(() => {
    node = fakeNode(10n ** 9n);
    broken = new Set();
    sent = [];
  });

  const dutyOf = (keys: readonly string[], together = 8): AnyDuty =>
    anyDuty({
      name: 'test',
      kind: 'flag',
      together,
      due: () => keys.map((key) => ({ key, urgency: 0 })),
      encode: (items) => ({ to: TARGET, data: toHex(items.map(({ key }) => key).join(' ')), value: 3n }),
    });

  function runnerOf(duties: readonly AnyDuty[], failure: Error = revert, dryRun = false) {
    const lane = createLane({
      writer: node,
      journal: createMemoryJournal(),
      policy: { maxFeePerGas: 10n ** 12n, priorityFee: 10n, bumpPercent: 15 },
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(true),
    });
    const port = {
      estimateGas: ({ data }: { data: `0x${string}` }) => {
        const keys = Buffer.from(data.slice(2), 'hex').toString();
        if (keys.split(' ').some((key) => broken.has(key))) return Promise.reject(failure);
        sent.push(keys);
        return Promise.resolve(100_000n * BigInt(keys.split(' ').length));
      },
    };
    return createDutyRunner(duties, port, lane, unshared, { maxGas: 1_000_000n, dryRun });
  }

  const revert = Object.assign(new Error('execution reverted'), {
    code: 3,
    data: encodeAbiParameters([], []),
  });
  const viewAt = (blocks = 0n): DutyView => {
    const head = { ...node.head(), number: node.head().number + blocks };
    const mirror = { ledger: {}, book: {} } as unknown as DutyView['mirror'];
    const none = { unhealthy: [], inFlight: new Set<bigint>(), versionOf: () => undefined };
    return { head, board: board({}), references, mirror, ...none };
  };

  it('sends several things by one transaction, and none again at the next block', async () => {
    const runner = runnerOf([dutyOf(['a', 'b', 'c'])]);
    expect(await runner.run(viewAt())).to.deep.equal([{ duty: 'test', sent: ['a', 'b', 'c'], failures: [] }]);
    expect(node.taken).to.have.length(1);
    expect(await runner.run(viewAt(1n))).to.deep.equal([]);
    // it may have been lost
    expect((await runner.run(viewAt(64n)))[0]?.sent).to.have.length(3);
  });

  it('finds the one that reverts, and does the others', async () => {
    broken = new Set(['c']);
    const runner = runnerOf([dutyOf(['a', 'b', 'c', 'd', 'e'])]);
    const [report] = await runner.run(viewAt());
    expect(report?.sent).to.deep.equal(['a', 'b', 'd', 'e']);
    expect(report?.failures).to.have.length(1);
    expect(sent.every((keys) => !keys.includes('c'))).to.equal(true);
    // the failed one rests, too
    expect(await runner.run(viewAt(1n))).to.deep.equal([]);
  });

  it('takes fewer together where gas would not suffice', async () => {
    const keys = Array.from({ length: 16 }, (_, i) => `k${i}`);
    const [report] = await runnerOf([dutyOf(keys, 16)]).run(viewAt());
    expect(report?.sent).to.have.length(16);
    expect(node.taken).to.have.length(2);
  });

  it('asks again at the next block where the node did not answer', async () => {
    broken = new Set(['a']);
    const runner = runnerOf([dutyOf(['a'])], nodeError('gone', -32005));
    expect((await runner.run(viewAt()))[0]?.failures).to.have.length(1);
    broken = new Set();
    expect((await runner.run(viewAt(1n)))[0]?.sent).to.deep.equal(['a']);
  });

  it('lets no duty stand in the way of the next', async () => {
    const bad: AnyDuty = { name: 'bad', kind: 'price', plan: () => Promise.reject(new Error('no service')) };
    const reports = await runnerOf([bad, dutyOf(['a'])]).run(viewAt());
    expect(reports.map(({ duty, sent: keys }) => [duty, keys.length])).to.deep.equal([
      ['bad', 0],
      ['test', 1],
    ]);
  });

  it('sends nothing in a dry run', async () => {
    const [report] = await runnerOf([dutyOf(['a'])], revert, true).run(viewAt());
    expect(report?.sent).to.deep.equal(['a']);
    expect(node.taken).to.have.length(0);
  });

  it('answers for its keys in the journal, and for the value it sends', () => {
    const purpose = { kind: 'duty', duty: 'pyth', keys: ['price/1', 'price/2'] } as const;
    expect(keysOf(purpose, () => 'x')).to.deep.equal(purpose.keys);
    expect(purposeSchema.parse(toJson(purpose))).to.deep.equal(purpose);
    const body = { to: TARGET, data: '0x12', gas: 5n, value: 7n } as const;
    expect(bodySchema.parse(toJson(body))).to.deep.equal(body);
    expect(bodySchema.parse(toJson({ ...body, value: undefined }))).to.not.have.property('value');
  });
});
