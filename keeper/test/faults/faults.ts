// The real keeper on a real chain through endpoints that misbehave. Minutes, so apart from the other tests: npm run test:faults
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { liquidatorAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { Client } from 'pg';
import { encodeFunctionData, numberToHex, parseAbi } from 'viem';
import type { Hash } from 'viem';
import { startKeeperProcess } from '../helpers/keeperProcess.ts';
import type { KeeperProcess } from '../helpers/keeperProcess.ts';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import type { RunningKeeper } from '../helpers/keeperRun.ts';
import { startPostgres } from '../helpers/postgres.ts';
import type { TestPostgres } from '../helpers/postgres.ts';
import { countReverts } from '../helpers/reverts.ts';
import { openStage, startAnvil } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';
import { CASES, WITHIN_BLOCKS } from './catalogue.ts';
import { runCrowd } from './crowdRun.ts';
import type { CaseName, Sign } from './catalogue.ts';
import { startFaultProxy } from './faultProxy.ts';
import type { FaultProxy, Faults } from './faultProxy.ts';

const TRADERS = 3;
const STALL_MS = 3_000;
const SKEW_MS = 600_000;
const BLOCK_GAS = 60_000_000n;
const SHORT_LEASE_MS = 4_000;
const STOPPED_MS = 60_000;
/** Of a chain where time matters: work that somebody took who is gone is free again after 20 s. */
const BLOCK_MS = 6_000;
const PATIENCE_MS = 90_000;
/** Enough to put accounts that were restored to 1.2 times their margin below it again. */
const STEP = 1.03;
const MOST_STEPS = 4;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

describe('faults', function () {
  this.timeout(300_000);
  let node: TestNode;
  let stage: Stage;
  let proxies: FaultProxy[];
  let keeper: RunningKeeper;
  let postgres: TestPostgres | undefined;
  let databaseUrl: string | undefined;
  let price = 4_430;
  const done = new Set<CaseName>();

  before(async () => {
    node = await startAnvil();
    stage = await openStage(node.url, { traders: TRADERS, keepers: 5, size: 1_000, keeperCash: 10n ** 26n });
    proxies = [];
    for (let i = 0; i < 3; ++i) proxies.push(await startFaultProxy(node.url));
    postgres = await startPostgres();
    databaseUrl = await postgres?.createDatabase();
    keeper = await runTestKeeper(settingsOf(0));
    await keeper.ticked((await stage.chain.mine()).number, PATIENCE_MS);
  });
  after(async () => {
    await keeper.stop();
    for (const proxy of proxies) await proxy.close();
    await postgres?.stop();
    await node.stop();
  });
  afterEach(() => all({}));

  function settingsOf(which: number, more: object = {}): object {
    const [first, second, third] = proxies;
    return {
      rpcUrl: first?.url,
      rpcFallbackUrls: [second?.url, third?.url],
      wsUrl: first?.wsUrl,
      rpcQuorum: 2,
      rpcTimeoutMs: 4_000,
      privateKey: stage.keepers[which]?.privateKey,
      addresses: stage.addresses,
      stallAfterMs: STALL_MS,
      databaseUrl,
      keeperId: `keeper-${which}`,
      pollIntervalMs: 50,
      maxFeePerGasGwei: 5_000,
      planMode: 'protocol',
      flagUnhealthy: false,
      leaseMs: 30_000,
      ...more,
    };
  }

  function all(faults: Faults): void {
    for (const proxy of proxies) proxy.faults = faults;
  }

  /** One block with a price that puts every trader below maintenance margin; more where they were restored further. */
  async function raise(): Promise<void> {
    const { chain, stack } = stage;
    for (let steps = 0; steps < MOST_STEPS; ++steps) {
      price *= STEP;
      const answer = BigInt(Math.round(price * 1e8));
      const data = encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [answer] });
      await chain.send([{ from: chain.deployer, to: stack.ethFeed, data, gas: 200_000n, label: 'price' }]);
      await chain.mine();
      if ((await stage.unhealthy()).length > 0) return;
    }
    throw new Error(`nobody is liquidatable at ${price} USD`);
  }

  async function liquidations(from: bigint): Promise<{ account: AccountId; tx: Hash }[]> {
    const logs = await stage.chain.client.getContractEvents({
      address: stage.stack.liquidator,
      abi: liquidatorAbi,
      eventName: 'Liquidated',
      fromBlock: from,
    });
    return logs.flatMap(({ args, transactionHash }) =>
      args.account === undefined ? [] : [{ account: args.account, tx: transactionHash }],
    );
  }

  /** Liquidations that came too late, in batches that were mined. */
  async function failedParts(from: bigint): Promise<number> {
    const at = { address: stage.stack.liquidator, abi: liquidatorAbi, fromBlock: from };
    return (await stage.chain.client.getContractEvents({ ...at, eventName: 'LiquidationFailed' })).length;
  }

  /** Mines block by block until nobody is liquidatable, and checks that nobody was liquidated twice. */
  async function recover(
    from: bigint,
    keepers: readonly RunningKeeper[] = [keeper],
    { paceMs = 0 } = {},
  ): Promise<void> {
    const wanted = new Set(await stage.unhealthy());
    for (let blocks = 0; ; ++blocks) {
      if ((await stage.unhealthy()).length === 0) break;
      expect(blocks, 'blocks until all are liquidated').to.be.lessThan(WITHIN_BLOCKS);
      const { number } = await stage.chain.latest();
      for (const each of keepers) await each.ticked(number, PATIENCE_MS);
      await sleep(paceMs);
      await stage.chain.mine();
    }
    // whatever was still on its way
    for (let i = 0; i < 2; ++i) {
      for (const each of keepers) await each.ticked((await stage.chain.latest()).number, PATIENCE_MS);
      await stage.chain.mine();
    }
    const accounts = (await liquidations(from)).map(({ account }) => account);
    expect(new Set(accounts).size, 'nobody twice').to.equal(accounts.length);
    for (const account of wanted) expect(accounts.includes(account)).to.equal(true);
    expect(await countReverts(stage, from)).to.equal(0);
  }

  async function seen(what: () => Promise<boolean>): Promise<boolean> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(50)) {
      if (await what()) return true;
    }
    return false;
  }

  const failedTicks = () => keeper.metric('novate_keeper_failed_ticks_total');

  /** A round: fault, price, the sign it must show, its end, recovery. */
  async function round(name: CaseName, faults: () => Promise<void> | void): Promise<void> {
    done.add(name);
    const from = (await stage.chain.latest()).number + 1n;
    const before = await failedTicks();
    await faults();
    await raise();
    await expectSign(CASES[name].sign, before);
    // what goes on must do so although the fault lasts
    if (CASES[name].sign !== 'none, it goes on') all({});
    await recover(from);
  }

  async function expectSign(sign: Sign, failuresBefore: number): Promise<void> {
    if (sign === 'failed ticks') {
      expect(await seen(async () => (await failedTicks()) > failuresBefore), sign).to.equal(true);
    }
    if (sign === 'not ready') {
      expect(await seen(async () => (await keeper.unready()) !== undefined), sign).to.equal(true);
    }
  }

  const failing = (method: string): Faults => ({
    errors: { [method]: { code: -32005, message: 'limit exceeded' } },
  });

  it('latency', () => round('latency', () => all({ latencyMs: 150 })));
  it('resets', () => round('resets', () => all({ reset: true })));
  it('cuts', () => round('cuts', () => all({ cut: true })));
  it('slow drip', () => round('drip', () => all({ dripBytes: 1 })));
  it('errors of eth_getLogs', () => round('logErrors', () => all(failing('eth_getLogs'))));
  it('errors of eth_call', () => round('callErrors', () => all(failing('eth_call'))));

  it('errors of eth_sendRawTransaction, and lost answers', async () => {
    done.add('sendErrors');
    const from = (await stage.chain.latest()).number + 1n;
    all(failing('eth_sendRawTransaction'));
    await raise();
    await keeper.ticked((await stage.chain.latest()).number, PATIENCE_MS);
    all({ lost: ['eth_sendRawTransaction'] });
    await recover(from);
  });

  it('a head that stands still', () =>
    round('frozenHead', async () => all({ frozenHead: (await stage.chain.latest()).number })));

  const first = (faults: Faults): void => {
    const [proxy] = proxies;
    if (proxy !== undefined) proxy.faults = faults;
  };
  it('one endpoint that stands still', () =>
    round('oneFrozen', async () => first({ frozenHead: (await stage.chain.latest()).number })));
  it('one endpoint that makes up a head', () => round('oneLies', () => first({ lyingHead: 50n })));
  it('one endpoint that leaves out logs', () => round('oneMissing', () => first({ missingLogs: true })));
  it('one endpoint that doubles logs', () => round('oneDoubled', () => first({ doubledLogs: true })));

  it('one endpoint that answers calls with former prices', () =>
    round('oneOld', async () => first({ oldCalls: (await stage.chain.latest()).number })));

  it('a WebSocket that is dropped, and one that says nothing', () =>
    round('socket', () => {
      proxies[0]?.dropSockets();
      first({ deafSocket: true });
    }));

  it('a node that forgets a transaction', async () => {
    done.add('dropped');
    const from = (await stage.chain.latest()).number + 1n;
    await raise();
    await keeper.ticked((await stage.chain.latest()).number, PATIENCE_MS);
    expect(await seen(async () => (await pending()).length > 0)).to.equal(true);
    for (const hash of await pending()) await stage.chain.request('anvil_dropTransaction', [hash]);
    expect(await pending()).to.have.length(0);
    await recover(from);
  });

  async function pending(): Promise<Hash[]> {
    const content = (await stage.chain.request('txpool_content', [])) as {
      pending: Record<string, Record<string, { hash: Hash }>>;
    };
    return Object.values(content.pending).flatMap((byNonce) =>
      Object.values(byNonce).map(({ hash }) => hash),
    );
  }

  it('a base fee above what was bid', async () => {
    done.add('stuck');
    const from = (await stage.chain.latest()).number + 1n;
    await raise();
    await keeper.ticked((await stage.chain.latest()).number, PATIENCE_MS);
    expect(await seen(async () => (await pending()).length > 0)).to.equal(true);
    const { baseFeePerGas } = await stage.chain.client.getBlock();
    const spike = 40n * (baseFeePerGas ?? 1n) + 20n * 10n ** 9n;
    await stage.chain.request('anvil_setNextBlockBaseFeePerGas', [numberToHex(spike)]);
    await stage.chain.mine();
    expect(await stage.unhealthy()).to.have.length.greaterThan(0);
    await recover(from);
    expect(await keeper.metric('novate_keeper_replacements_total')).to.be.greaterThan(0);
  });

  it('an oracle that halts', async () => {
    done.add('oracle');
    const { number, timestamp } = await stage.chain.mine();
    await keeper.ticked(number, PATIENCE_MS);
    const from = number + 1n;
    const later = await stage.chain.mine(timestamp + 2 * 86_400);
    const tick = await keeper.ticked(later.number, PATIENCE_MS);
    expect(tick.skipped.priceStale).to.be.greaterThan(0);
    expect(tick.sent).to.equal(0);
    await raise();
    await recover(from);
  });

  it('a chain that halts', async () => {
    done.add('chainHalts');
    const from = (await stage.chain.latest()).number + 1n;
    await keeper.ticked((await stage.chain.latest()).number, PATIENCE_MS);
    await sleep(2 * STALL_MS);
    expect(await keeper.unready()).to.contain('has not moved');
    await raise();
    await recover(from);
    expect(await seen(async () => (await keeper.unready()) === undefined)).to.equal(true);
  });

  it('reorganisations of depth 1 to 8', async () => {
    done.add('reorgs');
    for (let depth = 1; depth <= 8; ++depth) {
      const from = (await stage.chain.latest()).number + 1n;
      await raise();
      const raised = (await stage.chain.latest()).number;
      for (let i = 0; (await liquidations(from)).length === 0; ++i) {
        expect(i).to.be.lessThan(WITHIN_BLOCKS);
        await keeper.ticked((await stage.chain.latest()).number, PATIENCE_MS);
        await stage.chain.mine();
      }
      while ((await stage.chain.latest()).number < raised + BigInt(depth)) await stage.chain.mine();
      // what the keeper has not seen, it need not undo
      await keeper.ticked((await stage.chain.latest()).number, PATIENCE_MS);
      const before = await liquidations(from);
      await stage.chain.request('anvil_reorg', [depth, []]);
      expect((await liquidations(from)).length, `depth ${depth}`).to.be.lessThan(before.length);
      await stage.chain.mine();
      await recover(from);
    }
    expect(await keeper.metric('novate_keeper_reorgs_total')).to.equal(8);
    expect(await keeper.metric('novate_keeper_rebuilds_total')).to.equal(0);
  });

  it('a rival who is first', async () => {
    done.add('rival');
    const rival = await runTestKeeper(
      settingsOf(1, { databaseUrl: undefined, keeperId: 'rival', priorityFeeGwei: 30, rpcQuorum: 1 }),
    );
    try {
      await rival.ticked((await stage.chain.latest()).number, PATIENCE_MS);
      const from = (await stage.chain.latest()).number + 1n;
      await raise();
      await recover(from, [keeper, rival]);
      expect(await failedParts(from)).to.be.greaterThan(0);
      const { key } = stage.keepers[1] ?? {};
      for (const { tx } of await liquidations(from)) {
        const { from: sender } = await stage.chain.client.getTransaction({ hash: tx });
        expect(sender.toLowerCase()).to.equal(key?.address.toLowerCase());
      }
    } finally {
      await rival.stop();
    }
  });

  it('two keepers at once', async function () {
    done.add('shared');
    if (databaseUrl === undefined) return this.skip();
    const second = await runTestKeeper(settingsOf(2));
    try {
      await second.ticked((await stage.chain.latest()).number, PATIENCE_MS);
      const from = (await stage.chain.latest()).number + 1n;
      await raise();
      await recover(from, [keeper, second]);
    } finally {
      await second.stop();
    }
  });

  describe('of a process of its own', () => {
    // alone on the chain: the keeper of the other tests must not do their work
    before(() => keeper.stop());
    after(async () => {
      keeper = await runTestKeeper(settingsOf(0));
    });

    const latest = async (): Promise<bigint> => (await stage.chain.latest()).number;
    const processOf = (which: number, more: object = {}, skewMs?: number): Promise<KeeperProcess> =>
      startKeeperProcess(settingsOf(which, { dataDir: 'memory', ...more }), skewMs);

    async function walletTokens(): Promise<string[]> {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ name: string; token: string }>(
        "select name, token from leases where name like 'wallet:%' and expires_at > clock_timestamp() order by name",
      );
      await client.end();
      return rows.map(({ name, token }) => `${name} ${token}`);
    }

    it('a clock that is wrong', async function () {
      done.add('skewedClock');
      if (databaseUrl === undefined) return this.skip();
      const work = async (...each: KeeperProcess[]): Promise<void> => {
        for (const one of each) await one.ticked(await latest(), PATIENCE_MS);
        const from = (await latest()) + 1n;
        await raise();
        // what the other owned is taken over at the next beat
        await recover(from, each, { paceMs: SHORT_LEASE_MS / 2 });
        for (const one of each) expect(await one.unready()).to.equal(undefined);
      };
      const ahead = await processOf(3, { leaseMs: SHORT_LEASE_MS }, SKEW_MS);
      await work(ahead);
      const behind = await processOf(4, { leaseMs: SHORT_LEASE_MS }, -SKEW_MS);
      try {
        await work(ahead, behind);
        const tokens = await walletTokens();
        expect(tokens).to.have.length(2);
        for (const each of [ahead, behind]) each.signal('SIGUSR2');
        await sleep(2 * SHORT_LEASE_MS);
        await work(ahead, behind);
        expect(await walletTokens(), 'no lease lost').to.deep.equal(tokens);
        await ahead.stop();
        await work(behind);
      } finally {
        for (const each of [ahead, behind]) await each.stop();
      }
    });

    const steps: readonly [string, (kill: () => void) => Faults][] = [
      ['goes out', (kill) => ({ before: { eth_sendRawTransaction: kill } })],
      ['is delivered', (kill) => ({ after: { eth_sendRawTransaction: kill } })],
      ['is mined', (kill) => ({ before: { eth_getTransactionReceipt: kill } })],
    ];
    for (const [step, faults] of steps) {
      it(`kill -9 once its transaction ${step}`, async () => {
        done.add('killed');
        const folder = await mkdtemp(join(tmpdir(), 'novate-killed-'));
        const first = await processOf(4, { dataDir: folder });
        await first.ticked(await latest(), PATIENCE_MS);
        const from = (await latest()) + 1n;
        all(faults(() => first.signal('SIGKILL')));
        await raise();
        if (step === 'is mined') {
          await first.ticked(await latest(), PATIENCE_MS);
          await stage.chain.mine();
        }
        await first.ended;
        expect(await first.unready()).to.equal('does not answer');
        all({});
        const second = await processOf(4, { dataDir: folder });
        try {
          await second.ticked(await latest(), PATIENCE_MS);
          await recover(from, [second], { paceMs: BLOCK_MS });
        } finally {
          await second.stop();
          await rm(folder, { recursive: true });
        }
      });
    }

    it('SIGSTOP for a minute', async function () {
      done.add('paused');
      if (databaseUrl === undefined) return this.skip();
      const [sleeper, other] = [
        await processOf(3, { leaseMs: SHORT_LEASE_MS }),
        await processOf(4, { leaseMs: SHORT_LEASE_MS }),
      ];
      try {
        for (const each of [sleeper, other]) await each.ticked(await latest(), PATIENCE_MS);
        const from = (await latest()) + 1n;
        sleeper.signal('SIGSTOP');
        await raise();
        for (const end = performance.now() + STOPPED_MS; performance.now() < end; await sleep(2_000)) {
          await stage.chain.mine();
        }
        expect(await sleeper.unready()).to.equal('does not answer');
        expect(await stage.unhealthy()).to.deep.equal([]);
        sleeper.signal('SIGCONT');
        await recover(from, [sleeper, other]);
        const again = (await latest()) + 1n;
        await raise();
        await recover(again, [sleeper, other]);
        expect(await seen(async () => (await sleeper.unready()) === undefined)).to.equal(true);
      } finally {
        for (const each of [sleeper, other]) await each.stop();
      }
    });
  });

  describe('of a crowd', function () {
    this.timeout(900_000);

    async function passes(accounts: number, keepers: number): Promise<boolean> {
      const result = await runCrowd({ accounts, keepers, blockGas: BLOCK_GAS, say: () => undefined });
      if (result === undefined) return false;
      const { liquidations, twice, left, reverted, cleanWallets, blocks } = result;
      const wanted = { liquidations: accounts, twice: 0, left: 0, reverted: 0, cleanWallets: keepers };
      expect({ liquidations, twice, left, reverted, cleanWallets }).to.deep.equal(wanted);
      expect(blocks).to.be.lessThanOrEqual(WITHIN_BLOCKS);
      return true;
    }

    it('four keepers at once', async function () {
      done.add('four');
      if (!(await passes(60, 4))) this.skip();
    });

    it('two hundred accounts at once', async () => {
      done.add('crowd');
      await passes(200, 1);
    });
  });

  // after all others: mocha runs what is nested last
  describe('in the table', () => {
    it('are all of those that docs/keeper.md tells of', () => {
      expect([...done].sort()).to.deep.equal(Object.keys(CASES).sort());
    });
  });
});
