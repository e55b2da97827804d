import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { liquidatorAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import type { Hash } from 'viem';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import type { RunningKeeper } from '../helpers/keeperRun.ts';
import { startPostgres } from '../helpers/postgres.ts';
import type { TestPostgres } from '../helpers/postgres.ts';
import { countReverts } from '../helpers/reverts.ts';
import { openStage, startAnvil } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';
import { CASES, WITHIN_BLOCKS } from './catalogue.ts';
import type { CaseName, Sign } from './catalogue.ts';
import { startFaultProxy } from './faultProxy.ts';
import type { FaultProxy, Faults } from './faultProxy.ts';

const TRADERS = 3;
export const STALL_MS = 3_000;
export const PATIENCE_MS = 90_000;
/** Enough to put accounts that were restored to 1.2 times their margin below it again. */
const STEP = 1.03;
const MOST_STEPS = 4;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

/** A market on Anvil, three proxies before it that can misbehave, a keeper behind them, and what every fault is measured by. */
export class Arena {
  #node: TestNode | undefined;
  #postgres: TestPostgres | undefined;
  #stage: Stage | undefined;
  #keeper: RunningKeeper | undefined;
  #proxies: readonly FaultProxy[] = [];
  #price = 4_430;
  /** Undefined where this machine has no PostgreSQL. */
  databaseUrl: string | undefined;
  /** Faults that were injected so far. */
  readonly done = new Set<CaseName>();

  async open(): Promise<void> {
    const node = (this.#node = await startAnvil());
    const keeperCash = 10n ** 26n;
    this.#stage = await openStage(node.url, { traders: TRADERS, keepers: 5, size: 1_000, keeperCash });
    const proxies: FaultProxy[] = [];
    for (let i = 0; i < 3; ++i) proxies.push(await startFaultProxy(node.url));
    this.#proxies = proxies;
    this.#postgres = await startPostgres();
    this.databaseUrl = await this.#postgres?.createDatabase();
    await this.startKeeper();
    await this.keeper.ticked((await this.stage.chain.mine()).number, PATIENCE_MS);
  }

  async close(): Promise<void> {
    await this.keeper.stop();
    for (const proxy of this.#proxies) await proxy.close();
    await this.#postgres?.stop();
    await this.#node?.stop();
  }

  get stage(): Stage {
    if (this.#stage === undefined) throw new Error('the arena is not open');
    return this.#stage;
  }

  /** The keeper that runs unless a test is about others. */
  get keeper(): RunningKeeper {
    if (this.#keeper === undefined) throw new Error('the arena is not open');
    return this.#keeper;
  }

  async startKeeper(): Promise<void> {
    this.#keeper = await runTestKeeper(this.settingsOf(0));
  }

  settingsOf(which: number, more: object = {}): object {
    const [first, second, third] = this.#proxies;
    const { addresses, keepers } = this.stage;
    return {
      rpcUrl: first?.url,
      rpcFallbackUrls: [second?.url, third?.url],
      wsUrl: first?.wsUrl,
      rpcQuorum: 2,
      rpcTimeoutMs: 4_000,
      privateKey: keepers[which]?.privateKey,
      addresses,
      stallAfterMs: STALL_MS,
      databaseUrl: this.databaseUrl,
      keeperId: `keeper-${which}`,
      pollIntervalMs: 50,
      maxFeePerGasGwei: 5_000,
      planMode: 'protocol',
      flagUnhealthy: false,
      leaseMs: 30_000,
      ...more,
    };
  }

  // ---------------------------------------------------------------- faults

  /** What all endpoints do wrong. */
  all(faults: Faults): void {
    for (const proxy of this.#proxies) proxy.faults = faults;
  }

  /** What the first endpoint alone does wrong. */
  first(faults: Faults): void {
    const [proxy] = this.#proxies;
    if (proxy !== undefined) proxy.faults = faults;
  }

  dropSockets(): void {
    this.#proxies[0]?.dropSockets();
  }

  /** A round: fault, price, the sign it must show, its end, recovery. */
  async round(name: CaseName, faults: () => Promise<void> | void): Promise<void> {
    this.done.add(name);
    const from = (await this.latest()) + 1n;
    const before = await this.#failedTicks();
    await faults();
    await this.raise();
    await this.#expectSign(CASES[name].sign, before);
    // what goes on must do so although the fault lasts
    if (CASES[name].sign !== 'none, it goes on') this.all({});
    await this.recover(from);
  }

  // ---------------------------------------------------------------- the chain

  async latest(): Promise<bigint> {
    return (await this.stage.chain.latest()).number;
  }

  /** One block with a price that puts every trader below maintenance margin; more where they were restored further. */
  async raise(): Promise<void> {
    const { chain, stack } = this.stage;
    for (let steps = 0; steps < MOST_STEPS; ++steps) {
      this.#price *= STEP;
      const answer = BigInt(Math.round(this.#price * 1e8));
      const data = encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [answer] });
      await chain.send([{ from: chain.deployer, to: stack.ethFeed, data, gas: 200_000n, label: 'price' }]);
      await chain.mine();
      if ((await this.stage.unhealthy()).length > 0) return;
    }
    throw new Error(`nobody is liquidatable at ${this.#price} USD`);
  }

  /** Hashes of what waits in the node's pool. */
  async pending(): Promise<Hash[]> {
    const content = (await this.stage.chain.request('txpool_content', [])) as {
      pending: Record<string, Record<string, { hash: Hash }>>;
    };
    return Object.values(content.pending).flatMap((byNonce) =>
      Object.values(byNonce).map(({ hash }) => hash),
    );
  }

  async liquidations(from: bigint): Promise<{ account: AccountId; tx: Hash }[]> {
    const logs = await this.stage.chain.client.getContractEvents({
      address: this.stage.stack.liquidator,
      abi: liquidatorAbi,
      eventName: 'Liquidated',
      fromBlock: from,
    });
    return logs.flatMap(({ args, transactionHash }) =>
      args.account === undefined ? [] : [{ account: args.account, tx: transactionHash }],
    );
  }

  /** Liquidations that came too late, in batches that were mined. */
  async failedParts(from: bigint): Promise<number> {
    const { chain, stack } = this.stage;
    const at = { address: stack.liquidator, abi: liquidatorAbi, fromBlock: from };
    return (await chain.client.getContractEvents({ ...at, eventName: 'LiquidationFailed' })).length;
  }

  // ---------------------------------------------------------------- what must be seen

  async seen(what: () => Promise<boolean>): Promise<boolean> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(50)) {
      if (await what()) return true;
    }
    return false;
  }

  /** Mines block by block until nobody is liquidatable, and checks that nobody was liquidated twice. */
  async recover(
    from: bigint,
    keepers: readonly RunningKeeper[] = [this.keeper],
    { paceMs = 0 } = {},
  ): Promise<void> {
    const { chain } = this.stage;
    const wanted = new Set(await this.stage.unhealthy());
    for (let blocks = 0; ; ++blocks) {
      if ((await this.stage.unhealthy()).length === 0) break;
      expect(blocks, 'blocks until all are liquidated').to.be.lessThan(WITHIN_BLOCKS);
      const number = await this.latest();
      for (const each of keepers) await each.ticked(number, PATIENCE_MS);
      await sleep(paceMs);
      await chain.mine();
    }
    // whatever was still on its way
    for (let i = 0; i < 2; ++i) {
      for (const each of keepers) await each.ticked(await this.latest(), PATIENCE_MS);
      await chain.mine();
    }
    const accounts = (await this.liquidations(from)).map(({ account }) => account);
    expect(new Set(accounts).size, 'nobody twice').to.equal(accounts.length);
    for (const account of wanted) expect(accounts.includes(account)).to.equal(true);
    expect(await countReverts(this.stage, from)).to.equal(0);
  }

  #failedTicks(): Promise<number> {
    return this.keeper.metric('novate_keeper_failed_ticks_total');
  }

  async #expectSign(sign: Sign, failuresBefore: number): Promise<void> {
    if (sign === 'failed ticks') {
      const failed = async () => (await this.#failedTicks()) > failuresBefore;
      expect(await this.seen(failed), sign).to.equal(true);
    }
    if (sign === 'not ready') {
      const unready = async () => (await this.keeper.unready()) !== undefined;
      expect(await this.seen(unready), sign).to.equal(true);
    }
  }
}
