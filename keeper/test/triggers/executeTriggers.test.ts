import { expect } from 'chai';
import { toHex } from 'viem';
import type { SignedTriggerOrder, TriggerOrder } from '@novate/sdk';
import { createMemoryJournal } from '../../src/execute/journal.ts';
import { createLane } from '../../src/execute/lane.ts';
import type { Lane } from '../../src/execute/lane.ts';
import { unshared } from '../../src/execute/sharedWork.ts';
import type { PricedMarket } from '../../src/mirror/prices.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/open.ts';
import type { OrderFacts } from '../../src/triggers/checkOrder.ts';
import { createTriggerExecutor } from '../../src/triggers/executeTriggers.ts';
import type { ExecutorOptions, TriggerExecutor, TriggerReport } from '../../src/triggers/executeTriggers.ts';
import { createOrderStore } from '../../src/triggers/orderStore.ts';
import type { OrderStore } from '../../src/triggers/orderStore.ts';
import type { TriggerCall, TriggerPort } from '../../src/triggers/triggerPort.ts';
import { fakeNode, nodeError } from '../helpers/fakeNode.ts';
import type { FakeNode } from '../helpers/fakeNode.ts';
import { DOMAIN, ETH, FACTS, NOW, signed, stopLoss, WAD } from '../helpers/triggerOrders.ts';

const GAS = 600_000n;
const POLICY = { maxFeePerGas: 10n ** 12n, priorityFee: 10n, bumpPercent: 15 };

describe('executing trigger orders', () => {
  let node: FakeNode;
  let lane: Lane;
  let database: Store;
  let orders: OrderStore;
  let facts: Partial<OrderFacts>;
  let calls: TriggerCall[];
  /** Most units that the vault takes, or what it says. */
  let vault: bigint | Error;

  beforeEach(async () => {
    node = fakeNode(10n ** 9n);
    database = await openStore({});
    orders = createOrderStore(database.db);
    [facts, calls, vault] = [{}, [], 1_000n * WAD];
    lane = createLane({
      writer: node,
      journal: createMemoryJournal(),
      policy: POLICY,
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(true),
    });
  });
  afterEach(() => database.close());

  const port: TriggerPort = {
    domain: DOMAIN,
    head: () => Promise.resolve({ number: 10n, timestamp: NOW }),
    readFacts: () => Promise.resolve({ ...FACTS, ...facts }),
    isSignedBySigner: () => Promise.resolve(true),
    simulate(call) {
      if (vault instanceof Error) return Promise.reject(vault);
      if (call.maxSize > vault) return Promise.reject(nodeError('execution reverted: too much', 3));
      return Promise.resolve(call.maxSize);
    },
    encode(call) {
      calls.push(call);
      return { to: '0x3333333333333333333333333333333333333333', data: toHex(call.maxSize) };
    },
    estimateGas: () => Promise.resolve(GAS),
  };

  function executor(more: Partial<ExecutorOptions> = {}): TriggerExecutor {
    const options = {
      own: 5n,
      mode: 'profit' as const,
      minProfit: 0n,
      maxGas: 15_000_000n,
      dryRun: false,
      policy: POLICY,
      most: 10,
    };
    return createTriggerExecutor(orders, port, lane, unshared, { ...options, ...more });
  }
  async function keep(order: TriggerOrder): Promise<SignedTriggerOrder> {
    const one = await signed(order);
    await orders.add(toHex(order.order.nonce * 2n + (order.above ? 1n : 0n), { size: 32 }), one);
    return one;
  }
  const market = (price: bigint, status: PricedMarket['status'] = 'ok'): PricedMarket => ({
    price,
    low: price,
    high: price,
    status,
    fundingIndex: 0n,
    premium: 0n,
  });
  /** One block at an index of ETH. */
  function block(
    at: TriggerExecutor,
    price: bigint,
    status?: PricedMarket['status'],
  ): Promise<readonly TriggerReport[]> {
    const head = node.head();
    const markets = new Map([[ETH, market(price * WAD, status)]]);
    const board = { blockNumber: head.number, timestamp: NOW, markets, unpriced: new Map<number, string>() };
    // 4,000 USD per ether: the gas costs about 2.40
    return at.run({ head, board, gasTokenPrice: 4_000n * WAD });
  }
  const sent = (): number => node.taken.length;

  it('sends a stop-loss for the keeper’s account once the index is at its price, and once only', async () => {
    const one = await keep(stopLoss());
    const at = executor();
    expect(await block(at, 3_701n)).to.deep.equal([]);
    expect(sent()).to.equal(0);
    const [report] = await block(at, 3_700n);
    expect(report?.failure).to.equal(undefined);
    expect(calls).to.deep.equal([{ signed: one, maxSize: 2n * WAD, executor: 5n }]);
    // on its way: neither again, nor its twin by nonce
    await keep(stopLoss({ limitPrice: 1n }, { above: true, triggerPrice: 3_000n * WAD }));
    expect(await block(at, 3_700n)).to.deep.equal([]);
    expect(sent()).to.equal(1);
  });

  it('does nothing at a price that the contract would not take', async () => {
    await keep(stopLoss());
    for (const status of ['guarded', 'stale'] as const) {
      expect(await block(executor(), 3_000n, status)).to.deep.equal([]);
    }
    expect(sent()).to.equal(0);
  });

  it('marks what is over, and leaves it alone', async () => {
    const { triggerOrder } = await keep(stopLoss());
    facts = { state: 'filled' };
    expect(await block(executor(), 3_700n)).to.deep.equal([]);
    expect(await orders.waitingOf(triggerOrder.order.account)).to.deep.equal([]);
    expect(sent()).to.equal(0);
  });

  it('executes what is left of a part, under another key', async () => {
    await keep(stopLoss());
    facts = { state: 'partial', filled: WAD / 4n };
    await block(executor(), 3_700n);
    expect(calls.map(({ maxSize }) => maxSize)).to.deep.equal([(7n * WAD) / 4n]);
    const { account } = stopLoss().order;
    expect(lane.inFlight().map(({ purpose }) => purpose)).to.deep.equal([
      { kind: 'duty', duty: 'trigger', keys: [`order/0x${account.toString(16)}/7/${WAD / 4n}`] },
    ]);
  });

  it('takes the part that the vault has room for', async () => {
    await keep(stopLoss());
    vault = WAD / 2n;
    await block(executor({ minProfit: -WAD * 2n }), 3_700n);
    expect(calls.map(({ maxSize }) => maxSize)).to.deep.equal([WAD / 2n]);
    expect(sent()).to.equal(1);
  });

  it('rests after a failure, longer each time, and sends nothing', async () => {
    await keep(stopLoss());
    vault = nodeError('execution reverted: PricesDoNotCross', 3);
    const at = executor();
    const failures: number[] = [];
    for (let i = 0; i < 8; ++i) {
      const reports = await block(at, 3_700n);
      if (reports.length > 0) failures.push(i);
      expect(reports.every(({ failure }) => failure?.includes('PricesDoNotCross') === true)).to.equal(true);
      node.mine();
    }
    expect(failures).to.deep.equal([0, 1, 3, 7]);
    expect(sent()).to.equal(0);
  });

  it('works for no less than its profit after gas, and not at all in a dry run', async () => {
    await keep(stopLoss());
    // a tip of 5 less some 2.40
    const [cheap] = await block(executor({ minProfit: 3n * WAD }), 3_700n);
    expect(cheap?.failure).to.match(/^unprofitable: tip 5000000000000000000/);
    const [dry] = await block(executor({ dryRun: true }), 3_700n);
    expect(dry?.failure).to.equal('dry run');
    const [big] = await block(executor({ maxGas: GAS - 1n }), 3_700n);
    expect(big?.failure).to.equal(`needs ${GAS} gas`);
    expect(sent()).to.equal(0);
    await block(executor({ minProfit: 2n * WAD }), 3_700n);
    expect(sent()).to.equal(1);
  });

  it('waits after a transaction that reverted', async () => {
    await keep(stopLoss());
    const at = executor();
    await block(at, 3_700n);
    node.mine(false);
    for (const outcome of await lane.settle(node.head())) {
      at.reverted(outcome.entry.purpose, node.head().number);
    }
    expect(await block(at, 3_700n)).to.deep.equal([]);
    node.mine();
    expect(await block(at, 3_700n)).to.have.lengthOf(1);
    expect(sent()).to.equal(2);
  });
});
