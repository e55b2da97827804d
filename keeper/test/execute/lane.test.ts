import { expect } from 'chai';
import { WAD } from '@novate/sdk';
import { createMemoryJournal } from '../../src/execute/journal.ts';
import type { Journal, Purpose } from '../../src/execute/journal.ts';
import { createLane } from '../../src/execute/lane.ts';
import type { Lane, LaneOptions, SendResult } from '../../src/execute/lane.ts';
import { emptyBlocks, fakeNode, nodeError, SENDER } from '../helpers/fakeNode.ts';
import type { FakeNode } from '../helpers/fakeNode.ts';

const TARGET = '0x3333333333333333333333333333333333333333';
const policy = { maxFeePerGas: 1_000n, priorityFee: 10n, bumpPercent: 15 };
const body = { to: TARGET, data: '0x1234', gas: 500_000n } as const;

const purpose = (account: bigint): Purpose => ({
  kind: 'liquidation',
  parts: [
    {
      account,
      basket: { legs: [{ instrument: 1n << 92n, size: -5n }], spot: [], fraction: WAD },
      reward: 7n,
      version: 1,
    },
  ],
});

describe('lane', () => {
  let node: FakeNode;
  let journal: Journal;
  let wanted: boolean;

  beforeEach(() => {
    node = fakeNode();
    journal = createMemoryJournal();
    wanted = true;
  });

  const laneOf = (more: Partial<LaneOptions> = {}): Lane =>
    createLane({
      writer: node,
      journal,
      policy,
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(wanted),
      ...more,
    });
  const send = (lane: Lane, account = 1n): Promise<SendResult> =>
    lane.send(body, purpose(account), node.head());
  const nonces = (): number[] => node.taken.map(({ nonce }) => nonce);

  it('sends several without waiting for blocks, in the order of their nonces', async () => {
    const lane = laneOf();
    for (const account of [1n, 2n, 3n]) expect((await send(lane, account)).sent).to.equal(true);
    expect(nonces()).to.deep.equal([0, 1, 2]);
    node.mine();
    const outcomes = await lane.settle(node.head());
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['mined', 'mined', 'mined']);
    expect(lane.inFlight()).to.have.length(0);
    await send(lane);
    expect(nonces().at(-1)).to.equal(3);
  });

  it('does not use up a nonce by a transaction that was refused', async () => {
    const lane = laneOf();
    node.script.push(nodeError('execution reverted'));
    const refused = await send(lane);
    expect(refused.sent ? '' : refused.failure).to.equal('rejected');
    await send(lane);
    expect(nonces()).to.deep.equal([0]);
  });

  it('counts a nonce as used when no answer came, and sends the same bytes again', async () => {
    const lane = laneOf();
    node.script.push(new Error('socket hang up'));
    expect((await send(lane)).sent).to.equal(true);
    expect(lane.inFlight()[0]?.acknowledged).to.equal(false);
    await send(lane, 2n);
    expect(nonces()).to.deep.equal([1]);
    await lane.maintain(node.head());
    expect(nonces()).to.deep.equal([1, 0]);
    node.mine();
    expect(await lane.settle(node.head())).to.have.length(2);
  });

  it('does not send twice what the node had taken before its answer was lost', async () => {
    const lane = laneOf();
    node.takeAnyway = true;
    node.script.push(new Error('timeout'));
    await send(lane);
    await lane.maintain(node.head());
    expect(nonces()).to.deep.equal([0]);
    expect(lane.inFlight()[0]?.acknowledged).to.equal(true);
  });

  it('asks for the nonce again when it is too low', async () => {
    const lane = laneOf();
    await send(lane);
    node.mine();
    // not settled yet: another process with the key was faster
    node.useNonce();
    node.useNonce();
    const second = await send(lane, 2n);
    expect(second.sent && second.entry.nonce).to.equal(3);
  });

  it('asks ahead for the nonce, and not again; what it heard counts for one tick', async () => {
    let asked = 0;
    const getNonce: FakeNode['getNonce'] = (at) => {
      if (at === 'pending') asked++;
      return node.getNonce(at);
    };
    const lane = laneOf({ writer: { ...node, getNonce } });
    lane.getReady();
    expect(asked).to.equal(1);
    await send(lane);
    expect(asked).to.equal(1);
    node.mine();
    await lane.settle(node.head());
    lane.getReady();
    // another process with the key, before the next block
    node.useNonce();
    node.useNonce();
    await lane.settle(node.head());
    await send(lane, 2n);
    expect(nonces()).to.deep.equal([0, 3]);
    expect(asked).to.equal(3);
  });

  it('asks again where asking ahead failed', async () => {
    let failures = 1;
    const getNonce: FakeNode['getNonce'] = (at) =>
      failures-- > 0 ? Promise.reject(new Error('no answer')) : node.getNonce(at);
    const lane = laneOf({ writer: { ...node, getNonce } });
    lane.getReady();
    expect((await send(lane)).sent).to.equal(true);
    expect(nonces()).to.deep.equal([0]);
  });

  it('bids more when it is underpriced, and gives up at the cap', async () => {
    const lane = laneOf();
    node.script.push(nodeError('max fee per gas less than block base fee'));
    const sent = await send(lane);
    expect(sent.sent && sent.entry.fees).to.deep.equal({ maxFeePerGas: 242n, maxPriorityFeePerGas: 12n });
    node = fakeNode(600n);
    node.script.push(nodeError('underpriced'));
    const capped = createLane({
      writer: node,
      journal: createMemoryJournal(),
      policy,
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(true),
    });
    const refused = await send(capped);
    expect(refused.sent ? '' : refused.failure).to.equal('underpriced');
  });

  it('bids nothing while the base fee is above the cap', async () => {
    node = fakeNode(1_001n);
    const refused = await send(laneOf());
    expect(refused.sent ? '' : refused.failure).to.equal('feeCap');
    expect(node.taken).to.have.length(0);
  });

  it('outbids itself after some blocks, by a step, with the same nonce and call', async () => {
    const lane = laneOf();
    await send(lane);
    expect((await lane.maintain(emptyBlocks(node, 2))).replaced).to.have.length(0);
    const { replaced } = await lane.maintain(emptyBlocks(node, 3));
    expect(replaced.map(({ nonce }) => nonce)).to.deep.equal([0]);
    const [first, second] = node.taken;
    expect(second?.data).to.equal(first?.data);
    expect(second?.fees).to.deep.equal({ maxFeePerGas: 242n, maxPriorityFeePerGas: 12n });
    // the clock starts again
    expect((await lane.maintain(emptyBlocks(node, 4))).replaced).to.have.length(0);
    node.mine();
    const [outcome] = await lane.settle(node.head());
    expect(outcome?.kind === 'mined' && outcome.receipt.hash).to.equal(second?.hash);
  });

  it('sends again at the next block what the node forgot, so that nothing waits behind it', async () => {
    const lane = laneOf();
    for (const account of [1n, 2n, 3n, 4n]) await send(lane, account);
    const bytes = node.taken.map(({ hash }) => hash);
    for (const nonce of [1, 3]) node.drop(nonce);
    await lane.maintain(node.head());
    // of this block still: it may only not have arrived
    expect(nonces()).to.deep.equal([0, 1, 2, 3]);
    node.mine();
    await lane.settle(node.head());
    await lane.maintain(node.head());
    expect(nonces()).to.deep.equal([0, 1, 2, 3, 1, 3]);
    expect(node.taken.map(({ hash }) => hash).slice(4)).to.deep.equal([bytes[1], bytes[3]]);
    node.mine();
    expect(await lane.settle(node.head())).to.have.length(3);
  });

  it('never bids more than the transaction earns', async () => {
    const lane = laneOf({ mostPerGas: () => 250n });
    await send(lane);
    expect((await lane.maintain(emptyBlocks(node, 3))).replaced).to.have.length(1);
    const upkeep = await lane.maintain(emptyBlocks(node, 6));
    expect([upkeep.replaced.length, upkeep.capped.length]).to.deep.equal([0, 1]);
    expect(node.taken.every(({ fees }) => fees.maxFeePerGas <= 250n)).to.equal(true);
    // what is no longer wanted only has to get out of the way
    wanted = false;
    expect((await lane.maintain(emptyBlocks(node, 9))).cancelled).to.have.length(1);
  });

  it('finds the receipt of an older version that was mined after all', async () => {
    const lane = laneOf();
    await send(lane);
    const [first] = node.taken;
    node.mine();
    node.script.push(nodeError('nonce too low'));
    await lane.maintain(emptyBlocks(node, 3));
    const [outcome] = await lane.settle(node.head());
    expect(outcome?.kind === 'mined' && outcome.receipt.hash).to.equal(first?.hash);
  });

  it('cancels what is no longer wanted by a transfer to itself', async () => {
    const lane = laneOf();
    await send(lane);
    wanted = false;
    const { cancelled } = await lane.maintain(emptyBlocks(node, 3));
    expect(cancelled).to.have.length(1);
    expect(node.taken.at(-1)).to.include({ nonce: 0, to: SENDER, data: '0x' });
    expect(lane.inFlight()[0]?.purpose.kind).to.equal('cancel');
  });

  it('stops bidding at the cap, and says so', async () => {
    const lane = laneOf({ policy: { ...policy, maxFeePerGas: 215n } });
    await send(lane);
    const { capped, replaced } = await lane.maintain(emptyBlocks(node, 3));
    expect([capped.length, replaced.length]).to.deep.equal([1, 0]);
    expect(nonces()).to.deep.equal([0]);
  });

  it('fills a nonce that nothing stands for, so that nothing waits behind it for ever', async () => {
    const lane = laneOf();
    await send(lane, 1n);
    await send(lane, 2n);
    // a reorganisation drops the first, which the journal no longer knows
    await journal.remove(0, { kind: 'dropped' });
    node.drop(0);
    expect((await lane.maintain(node.head())).filled).to.deep.equal([]);
    expect((await lane.maintain(emptyBlocks(node, 3))).filled).to.deep.equal([0]);
    node.mine();
    expect(node.mined).to.equal(2);
  });

  it('replaces what an earlier run without a journal left in the mempool', async () => {
    await send(laneOf());
    journal = createMemoryJournal();
    const lane = laneOf();
    await lane.maintain(node.head());
    expect((await lane.maintain(emptyBlocks(node, 3))).filled).to.deep.equal([0]);
    expect(node.taken.at(-1)).to.include({ nonce: 0, data: '0x' });
  });

  it('gives up on a nonce that somebody else used, after waiting for the receipt', async () => {
    const lane = laneOf();
    await send(lane);
    node.drop(0);
    node.useNonce();
    for (let i = 0; i < 3; ++i) expect(await lane.settle(node.head())).to.have.length(0);
    const [outcome] = await lane.settle(node.head());
    expect(outcome?.kind).to.equal('lost');
    expect(lane.inFlight()).to.have.length(0);
  });
});
