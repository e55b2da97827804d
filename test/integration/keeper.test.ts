import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { network } from 'hardhat';
import { clearinghouseAbi, assess, assessMany, encodeAccountId, novateAddressesSchema } from '@novate/sdk';
import type { AccountId, NovateAddresses } from '@novate/sdk';
import { encodeFunctionData, numberToHex, parseAbi } from 'viem';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { UNDERLYINGS } from '../../cli/src/local/underlyings.ts';
import { readLiquidations } from '../../cli/src/play/readLiquidations.ts';
import { depositCash, giveEther } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';
import { seedMarket } from '../../cli/src/seed/seedMarket.ts';
import type { SeededMarket } from '../../cli/src/seed/seedMarket.ts';
import { createChainReader, createKeeperClient } from '../../keeper/src/chain/viemChain.ts';
import { ConfigError, loadConfig } from '../../keeper/src/config/index.ts';
import type { KeeperConfig } from '../../keeper/src/config/index.ts';
import { cashAt } from '../../keeper/src/decide/decide.ts';
import { holdingsOf, marketFor } from '../../keeper/src/decide/holdings.ts';
import { createMirror, mirrorTopics } from '../../keeper/src/mirror/mirror.ts';
import type { Mirror } from '../../keeper/src/mirror/mirror.ts';
import { timedTopics } from '../../keeper/src/mirror/referenceTopics.ts';
import type { KeeperEvent, LiquidationEvent, TickEvent } from '../../keeper/src/report/events.ts';
import { createLogger } from '../../keeper/src/report/logger.ts';
import { checkKeeper, runKeeper } from '../../keeper/src/run.ts';
import { createFollower } from '../../keeper/src/watch/follower.ts';
import type { Follower } from '../../keeper/src/watch/follower.ts';
import { readPrices } from '../../keeper/src/watch/readPrices.ts';
import { readReferences } from '../../keeper/src/watch/readReferences.ts';

const ACCOUNTS = 24;
const SEED = 7;
const PRICES = { BTC: 100_000, ETH: 4_000, SOL: 200 };
const PATIENCE_MS = 60_000;
const MAX_ROUNDS = 10;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

describe('keeper on a real chain', function () {
  this.timeout(180_000);
  let close: () => Promise<void>;
  let chain: LocalChain;
  let stack: StackAddresses;
  let addresses: NovateAddresses;
  let seeded: SeededMarket;
  let accounts: readonly AccountId[];
  let snapshot: unknown;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    close = () => server.close();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, {});
    addresses = novateAddressesSchema.parse(stack);
    await chain.request('evm_setAutomine', [false]);
    const markets = UNDERLYINGS.map((underlying) => ({
      ...underlying,
      price: PRICES[underlying.symbol as keyof typeof PRICES],
    }));
    seeded = await seedMarket(chain, stack, ACCOUNTS, markets, SEED);
    accounts = seeded.traders.map(({ account }) => account);
  });

  after(() => close());

  // every test starts from the seeded market: to a keeper, this is a reorganisation
  beforeEach(async () => {
    snapshot = await chain.request('evm_snapshot', []);
  });
  afterEach(() => goBack(snapshot));

  async function goBack(to: unknown): Promise<void> {
    await chain.request('evm_revert', [to]);
    // nonces have gone back too
    chain = await connectChain(chain.url);
  }

  /** Sets every feed in one block. @param factor Of the price at the start. */
  async function setPrices(factor: number, feeds = ['BTC', 'ETH', 'SOL'] as const): Promise<void> {
    const addressOf = { BTC: stack.btcFeed, ETH: stack.ethFeed, SOL: stack.solFeed };
    await chain.execute(
      feeds.map((symbol) => ({
        from: chain.deployer,
        to: addressOf[symbol],
        data: encodeFunctionData({
          abi: feedAbi,
          functionName: 'setAnswer',
          args: [BigInt(Math.round(PRICES[symbol] * factor * 1e8))],
        }),
        gas: 200_000n,
        label: `price of ${symbol}`,
      })),
    );
  }

  async function configure(more: Record<string, unknown> = {}): Promise<KeeperConfig> {
    const folder = await mkdtemp(join(tmpdir(), 'novate-keeper-test-'));
    try {
      const path = join(folder, 'keeper.json');
      const { privateKey } = seeded.keeper;
      const settings = {
        rpcUrl: chain.url,
        privateKey,
        addresses,
        pollIntervalMs: 10,
        dataDir: 'memory',
        logLevel: 'silent',
      };
      await writeFile(path, JSON.stringify({ ...settings, minProfitUsd: -100, ...more }));
      return (await loadConfig({ args: ['--config', path], env: {} })).config;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Runs a keeper while `play` plays; gives what it told. */
  async function withKeeper(
    config: KeeperConfig,
    play: (ticked: (block: bigint) => Promise<TickEvent>) => Promise<void>,
  ): Promise<readonly KeeperEvent[]> {
    const aborter = new AbortController();
    const events: KeeperEvent[] = [];
    const running = runKeeper(config, {
      signal: aborter.signal,
      log: createLogger(config.logLevel),
      emit: (event) => void events.push(event),
    });
    const ticked = async (block: bigint): Promise<TickEvent> => {
      for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(5)) {
        const tick = events.find(
          (event): event is TickEvent => event.event === 'tick' && event.block >= block,
        );
        if (tick !== undefined) return tick;
      }
      throw new Error(`the keeper has not dealt with block ${block}`);
    };
    try {
      await Promise.race([play(ticked), running.then(() => Promise.reject(new Error('the keeper ended')))]);
    } finally {
      aborter.abort();
      await running;
    }
    return events;
  }

  /** Mines as long as the keeper has something to do. */
  async function playOut(ticked: (block: bigint) => Promise<TickEvent>): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; ++round) {
      const tick = await ticked((await chain.latest()).number);
      if (tick.liquidatable === 0 && tick.inFlight === 0) return;
      await chain.mine();
    }
    throw new Error('the keeper does not come to an end');
  }

  async function liquidatable(): Promise<AccountId[]> {
    const assessed = await assessMany(chain.client, addresses, { accounts });
    return assessed.flatMap((entry) => {
      if (!entry.ok) throw new Error(entry.error?.message ?? 'not assessable');
      const { equity, maintenanceMargin } = entry.margin;
      return maintenanceMargin > 0n && equity < maintenanceMargin ? [entry.account] : [];
    });
  }

  function openMirror(): { mirror: Mirror; follower: Follower; reorgs: number[] } {
    const mirror = createMirror(addresses.clearinghouse);
    const reorgs: number[] = [];
    const follower = createFollower({
      reader: createChainReader(createKeeperClient(chain.url, 10_000)),
      sink: mirror,
      addresses: () => [addresses.clearinghouse, addresses.riskEngine, addresses.liquidator],
      topics: mirrorTopics,
      timedTopics,
      fromBlock: 0n,
      maxBlockRange: 7,
      onReorg: (depth) => reorgs.push(depth),
    });
    return { mirror, follower, reorgs };
  }

  /** Every account by the mirror and the twin, and by the chain: equal to the wei. */
  async function expectTwin(mirror: Mirror): Promise<void> {
    const client = createKeeperClient(chain.url, 10_000);
    const head = await createChainReader(client).getHead();
    const board = await readPrices(client, addresses, head);
    const references = await readReferences(client, addresses, [0, 1], head.number);
    const cash = cashAt(mirror.ledger.cash, head.timestamp);
    const assessed = await assessMany(chain.client, addresses, { accounts, blockNumber: head.number });
    expect(mirror.ledger.accounts.size).to.be.at.least(accounts.length);
    for (const entry of assessed) {
      const state = mirror.ledger.accounts.get(entry.account);
      const holdings = state && holdingsOf(state, cash, board, references);
      const profile = references.profiles.get(state?.profileId ?? -1);
      if (!entry.ok || holdings === undefined || profile === undefined) throw new Error('not assessable');
      const { equity, initialMargin, maintenanceMargin } = assess(
        holdings,
        marketFor(holdings, board, 'adverse'),
        profile,
      );
      expect({ equity, initialMargin, maintenanceMargin }).to.deep.equal({
        equity: entry.margin.equity,
        initialMargin: entry.margin.initialMargin,
        maintenanceMargin: entry.margin.maintenanceMargin,
      });
    }
  }

  const liquidationsIn = (events: readonly KeeperEvent[]): LiquidationEvent[] =>
    events.filter((event): event is LiquidationEvent => event.event === 'liquidation');
  const lastTick = (events: readonly KeeperEvent[]): TickEvent | undefined =>
    events.findLast((event): event is TickEvent => event.event === 'tick');

  it('mirrors every account from events, and assesses it to the wei as the chain does', async () => {
    const { mirror, follower } = openMirror();
    await setPrices(0.93);
    await follower.follow(await createChainReader(createKeeperClient(chain.url, 10_000)).getHead());
    await expectTwin(mirror);
  });

  it('liquidates everybody whom a crash puts below maintenance margin', async () => {
    const from = (await chain.latest()).number;
    const events = await withKeeper(await configure(), async (ticked) => {
      await ticked(from);
      await setPrices(0.82);
      expect(await liquidatable()).to.not.have.length(0);
      await playOut(ticked);
    });
    expect(await liquidatable()).to.have.length(0);
    const told = liquidationsIn(events);
    const { liquidations } = await readLiquidations(
      chain.client,
      addresses.liquidator,
      from,
      (await chain.latest()).number,
    );
    expect(told.map(({ txHash, account, penalty }) => [txHash, account, penalty])).to.deep.equal(
      liquidations.map(({ transaction, account, penalty }) => [transaction, account, penalty]),
    );
    expect(told.length).to.be.greaterThan(2);
    expect(told.every(({ gasUsed }) => gasUsed > 100_000n && gasUsed < 1_500_000n)).to.equal(true);
    expect(events.filter(({ event }) => event === 'failure')).to.have.length(0);
    // several in one block, without waiting for each other
    const blocks = told.map(({ block }) => block);
    expect(new Set(blocks).size).to.be.lessThan(blocks.length);
  });

  it('deleverages whom the insurance fund cannot pay for', async () => {
    await setPrices(0.35);
    await withKeeper(await configure(), playOut);
    const { client } = chain;
    const range = { address: stack.clearinghouse, fromBlock: 0n } as const;
    const closed = await client.getContractEvents({
      ...range,
      abi: clearinghouseAbi,
      eventName: 'AccountDeleveraged',
    });
    expect(closed.length).to.be.greaterThan(0);
    const pool = await client.readContract({
      abi: clearinghouseAbi,
      address: stack.clearinghouse,
      functionName: 'solvency',
    });
    expect(pool.deleveraged > 0n && pool.badDebt === 0n).to.equal(true);
    // a wei for each position that follows what its side was deleveraged by
    expect(BigInt(pool.assets) + 10n ** 6n >= pool.claims).to.equal(true);
  });

  it('follows a chain that takes liquidations back, and liquidates again', async () => {
    const config = await configure();
    const { mirror, follower, reorgs } = openMirror();
    const reader = createChainReader(createKeeperClient(chain.url, 10_000));
    await follower.follow(await reader.getHead());
    const inner = await chain.request('evm_snapshot', []);
    const events = await withKeeper(config, async (ticked) => {
      await ticked((await chain.latest()).number);
      await setPrices(0.82);
      await playOut(ticked);
      await follower.follow(await reader.getHead());
      await expectTwin(mirror);

      await goBack(inner);
      // other blocks than before, and more of them
      await chain.request('hardhat_mine', [numberToHex(12)]);
      await setPrices(0.8);
      await ticked((await chain.latest()).number);
      expect(await liquidatable()).to.not.have.length(0);
      await playOut(ticked);
    });
    expect(await liquidatable()).to.have.length(0);
    await follower.follow(await reader.getHead());
    await expectTwin(mirror);
    expect(reorgs).to.have.length(1);
    const accountsOf = liquidationsIn(events).map(({ account }) => account);
    expect(new Set(accountsOf).size).to.be.lessThan(accountsOf.length);
  });

  it('does nothing at prices that have grown old, and says so', async () => {
    await setPrices(0.82);
    await chain.mine((await chain.latest()).timestamp + 2 * 3_600);
    const events = await withKeeper(await configure(), async (ticked) => {
      await ticked((await chain.latest()).number);
    });
    const tick = lastTick(events);
    expect(tick?.sent).to.equal(0);
    expect(tick?.skipped.priceStale).to.be.greaterThan(ACCOUNTS / 2);
  });

  it('asks for collateral where its account has none, before and while it runs', async () => {
    const config = await configure({ liquidatorSubAccount: '5' });
    const check = (await checkKeeper(config)).find(({ name }) => name === 'collateral');
    expect(check?.ok).to.equal(false);
    expect(check?.message).to.contain('deposit cash');
    expect((await checkKeeper(await configure())).filter(({ ok }) => !ok)).to.deep.equal([]);
    await setPrices(0.82);
    const events = await withKeeper(config, async (ticked) => {
      await ticked((await chain.latest()).number);
    });
    expect(lastTick(events)?.sent).to.equal(0);
    expect(lastTick(events)?.skipped.keeperNeedsCollateral).to.be.greaterThan(0);
  });

  it('only looks in a dry run', async () => {
    await setPrices(0.82);
    const events = await withKeeper(await configure({ dryRun: true }), async (ticked) => {
      await ticked((await chain.latest()).number);
    });
    expect(lastTick(events)?.skipped.dryRun).to.be.greaterThan(0);
    expect(await chain.request('eth_pendingTransactions', [])).to.deep.equal([]);
  });

  it('refuses a node of another chain', async () => {
    const config = await configure({ chainId: 1 });
    const failure = await runKeeper(config, {
      signal: new AbortController().signal,
      log: createLogger('silent'),
    }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(ConfigError);
    expect(String(failure)).to.contain('the node is on chain 31337');
  });

  it('loses against a rival without harm', async () => {
    const rival = await createRival();
    await setPrices(0.82);
    let over = (): void => undefined;
    const played = new Promise<void>((resolve) => (over = resolve));
    const [events, others] = await Promise.all([
      withKeeper(await configure(), (ticked) => playOut(ticked).finally(over)),
      // it must still be there when the blocks come that say what became of its transactions
      withKeeper(await configure(rival), async (ticked) => {
        await ticked((await chain.latest()).number);
        await played;
      }),
    ]);
    expect(await liquidatable()).to.have.length(0);
    const [mine, theirs] = [liquidationsIn(events), liquidationsIn(others)];
    expect(mine.length + theirs.length).to.be.greaterThan(2);
  });

  /** A keeper with a key, gas and collateral of its own. */
  async function createRival(): Promise<Record<string, unknown>> {
    const { privateKey, key } = createPerson('rival');
    await giveEther(chain, [{ privateKey, key, account: encodeAccountId(key.address) }]);
    await depositCash(chain, stack, { privateKey, key, account: encodeAccountId(key.address) }, 10n ** 24n);
    return { privateKey };
  }
});
