// Stop-loss and take-profit orders from the person who signs them to the keeper that is paid for them, on a real chain.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { network } from 'hardhat';
import {
  clearinghouseAbi,
  encodeAccountId,
  encodeInstrumentId,
  getSubmittedOrder,
  hashTriggerOrder,
  novateActions,
  OrderRefusedError,
  orderMatcherAbi,
  signTriggerOrder,
  submitTriggerOrder,
} from '@novate/sdk';
import type {
  AccountId,
  BuildTriggerOrderParameters,
  NovateAddresses,
  SignedTriggerOrder,
} from '@novate/sdk';
import { createWalletClient, encodeFunctionData, http, numberToHex, parseAbi } from 'viem';
import type { Hex } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { hardhat } from 'viem/chains';
import { checkConservation } from '../../cli/src/audit/checkConservation.ts';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { freePort } from '../../cli/src/local/freePort.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { formatAddresses } from '../../cli/src/local/formatAddresses.ts';
import { runCli } from '../../cli/src/runCli.ts';
import { depositCash, fundVault, giveEther } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';
import type { Person } from '../../cli/src/seed/traders.ts';
import { loadConfig } from '../../keeper/src/config/index.ts';
import type { KeeperConfig } from '../../keeper/src/config/index.ts';
import type { KeeperEvent } from '../../keeper/src/report/events.ts';
import { createLogger } from '../../keeper/src/report/logger.ts';
import { runKeeper } from '../../keeper/src/run.ts';
import type { TriggerEvent } from '../../keeper/src/triggers/outcomes.ts';
import { startPostgres } from '../../keeper/test/helpers/postgres.ts';

const WAD = 10n ** 18n;
const ETH = 2;
const PERP = encodeInstrumentId({ kind: 'perp', underlying: ETH });
const TIP = 5n * WAD;
const PATIENCE_MS = 30_000;
const MNEMONIC = 'test test test test test test test test test test test junk';
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

/** A keeper at work. */
interface Working {
  /** Where it takes orders. */
  readonly url: string;
  readonly events: readonly KeeperEvent[];
  readonly ticked: (block: bigint) => Promise<void>;
}

describe('trigger orders and the keeper', function () {
  this.timeout(240_000);
  let close: () => Promise<void>;
  let chain: LocalChain;
  let stack: StackAddresses;
  let addresses: NovateAddresses;
  let folder: string;
  let keeper: Person;
  let rival: Person;
  let account: AccountId;
  let snapshot: unknown;
  /** Hardhat's first but one, for whom the CLI has a key. */
  const trader = mnemonicToAccount(MNEMONIC, { addressIndex: 1 });

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    close = () => server.close();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, {});
    addresses = stack;
    folder = await mkdtemp(join(tmpdir(), 'novate-triggers-'));
    await writeFile(join(folder, 'addresses.json'), formatAddresses(stack));
    account = encodeAccountId(trader.address);
    [keeper, rival] = [createPerson('keeper'), createPerson('rival')];
    const provider = createPerson('provider');
    await giveEther(chain, [keeper, rival, provider]);
    await fundVault(chain, stack, provider, 5_000_000n * WAD);
    await depositCash(chain, stack, { key: trader, account, privateKey: '0x' }, 100_000n * WAD);
    await novate().sendTradeWithVault({ account, underlying: ETH, size: 10n * WAD });
    expect(await positionOf(account)).to.equal(10n * WAD);
  });

  after(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    snapshot = await chain.request('evm_snapshot', []);
    // the vault forgets where the index was before (SPEC-Q1), and prices have an age
    await chain.mine((await chain.latest()).timestamp + 3_600);
    await setEth(4_000n);
  });
  afterEach(async () => {
    await chain.request('evm_setAutomine', [true]);
    await goBack(snapshot);
  });

  const wallet = () => createWalletClient({ account: trader, chain: hardhat, transport: http(chain.url) });
  const novate = () => wallet().extend(novateActions(addresses)).novate;
  const house = () => ({ abi: clearinghouseAbi, address: stack.clearinghouse }) as const;
  const blockNow = async (): Promise<bigint> => (await chain.latest()).number;

  async function goBack(to: unknown): Promise<void> {
    await chain.request('evm_revert', [to]);
    chain = await connectChain(chain.url);
  }
  async function positionOf(of: AccountId): Promise<bigint> {
    const [size] = await chain.client.readContract({
      ...house(),
      functionName: 'positionOf',
      args: [of, PERP],
    });
    return size;
  }
  const cashOf = (of: AccountId, blockNumber: bigint): Promise<bigint> =>
    chain.client.readContract({ ...house(), functionName: 'cashOf', args: [of], blockNumber });

  async function setEth(usd: bigint): Promise<void> {
    const data = encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [usd * 10n ** 8n] });
    const [from, to] = [chain.deployer, stack.ethFeed];
    await chain.execute([{ from, to, data, gas: 200_000n, label: 'price' }]);
  }

  async function stopLoss(more: Partial<BuildTriggerOrderParameters> = {}): Promise<SignedTriggerOrder> {
    const triggerOrder = await novate().prepareTriggerOrder({
      account,
      instrument: PERP,
      size: -4n * WAD,
      limitPrice: 3_300n * WAD,
      triggerPrice: 3_700n * WAD,
      above: false,
      tip: TIP,
      reduceOnly: true,
      expirySec: (await chain.latest()).timestamp + 7 * 86_400,
      ...more,
    });
    return signTriggerOrder(wallet(), { triggerOrder, ...domain() });
  }
  const domain = () => ({ chainId: hardhat.id, orderMatcher: addresses.orderMatcher });
  const hashOf = ({ triggerOrder }: SignedTriggerOrder): Hex => hashTriggerOrder(triggerOrder, domain());

  async function configure(who: Person, more: Record<string, unknown> = {}): Promise<KeeperConfig> {
    const path = join(folder, `${who.key.address}.json`);
    const settings = {
      rpcUrl: chain.url,
      privateKey: who.privateKey,
      addresses,
      pollIntervalMs: 10,
      dataDir: 'memory',
      logLevel: 'silent',
      ordersPort: await freePort(),
    };
    await writeFile(path, JSON.stringify({ ...settings, ...more }));
    return (await loadConfig({ args: ['--config', path], env: {} })).config;
  }

  /** Runs a keeper while `play` plays. */
  async function withKeeper(config: KeeperConfig, play: (working: Working) => Promise<void>): Promise<void> {
    const aborter = new AbortController();
    const events: KeeperEvent[] = [];
    const running = runKeeper(config, {
      signal: aborter.signal,
      log: createLogger(config.logLevel),
      emit: (event) => void events.push(event),
    });
    const ticked = (block: bigint): Promise<void> =>
      until(() => events.some((event) => event.event === 'tick' && event.block >= block));
    try {
      const url = `http://127.0.0.1:${config.ordersPort}`;
      const playing = ticked(0n).then(() => play({ url, events, ticked }));
      await Promise.race([playing, running.then(() => Promise.reject(new Error('the keeper ended')))]);
    } finally {
      aborter.abort();
      await running;
    }
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(10)) {
      if (await holds()) return;
    }
    throw new Error('what was waited for has not come');
  }
  const triggersIn = (events: readonly KeeperEvent[]): TriggerEvent[] =>
    events.filter((event): event is TriggerEvent => event.event === 'trigger');
  /** What the chain says was executed. */
  const executedOnChain = async () =>
    chain.client.getContractEvents({
      address: addresses.orderMatcher,
      abi: orderMatcherAbi,
      eventName: 'OrderTriggered',
      fromBlock: 0n,
    });
  const statusAt = async (url: string, order: SignedTriggerOrder): Promise<string> =>
    (await getSubmittedOrder({ keeper: url, hash: hashOf(order) })).status;
  /** Empty blocks until the keeper has done with an order. */
  async function mineUntil(
    holds: () => boolean | Promise<boolean>,
    ticked: Working['ticked'],
  ): Promise<void> {
    await until(async () => {
      if (await holds()) return true;
      await chain.mine();
      await ticked(await blockNow());
      return false;
    });
  }

  it('executes a stop-loss when the price has come, and is paid the tip (SPEC-O4)', async () => {
    const order = await stopLoss();
    await withKeeper(await configure(keeper), async ({ url, events, ticked }) => {
      const receipt = await submitTriggerOrder({ order, keeper: url });
      expect(receipt).to.include({ order: hashOf(order), status: 'waiting' });
      await setEth(3_701n);
      await ticked(await blockNow());
      await chain.mine();
      await ticked(await blockNow());
      expect(await executedOnChain()).to.deep.equal([]);

      await setEth(3_690n);
      await until(() => triggersIn(events).length > 0);
      expect(await positionOf(account)).to.equal(6n * WAD);
      const [told] = triggersIn(events);
      expect(told).to.include({ order: hashOf(order), account, executor: keeper.account, tip: TIP });
      const block = told?.block ?? 0n;
      // it had nothing, so that no interest comes between
      expect(await cashOf(keeper.account, block - 1n)).to.equal(0n);
      expect(await cashOf(keeper.account, block)).to.be.oneOf([TIP, TIP - 1n]);

      await mineUntil(async () => (await statusAt(url, order)) === 'filled', ticked);
      expect(await executedOnChain()).to.have.lengthOf(1);
      const { conserved, checks } = await checkConservation(
        chain.client,
        stack.clearinghouse,
        await blockNow(),
      );
      expect(conserved, JSON.stringify(checks.filter(({ ok }) => !ok))).to.equal(true);
    });
  });

  it('takes an order of `novate trade trigger`, and says there why it does not take another', async () => {
    const run = (url: string, ...args: readonly string[]): Promise<number> =>
      runCli([
        ...['trade', 'trigger', 'ETH', '--size', '-4', '--reduce-only', '--keeper', url],
        ...['--rpc', chain.url, '--addresses', join(folder, 'addresses.json'), '--local-key', '1', ...args],
      ]);
    await withKeeper(await configure(keeper), async ({ url, events }) => {
      const out = process.stdout.write.bind(process.stdout);
      const said: string[] = [];
      process.stdout.write = (text: string | Uint8Array): boolean => said.push(String(text)) > 0;
      try {
        expect(await run(url, '--below', '3700', '--price', '3300', '--tip', '5')).to.equal(0);
      } finally {
        process.stdout.write = out;
      }
      expect(said.join('')).to.match(/waits for an index at 3700 or below, .* with the keeper/);
      await setEth(3_650n);
      await until(() => triggersIn(events).length > 0);
      expect(await positionOf(account)).to.equal(6n * WAD);

      const printed: string[] = [];
      const write = process.stderr.write.bind(process.stderr);
      process.stderr.write = (text: string | Uint8Array): boolean => printed.push(String(text)) > 0;
      try {
        expect(await run(url, '--below', '3500', '--price', '3600')).to.equal(1);
        expect(await run('http://127.0.0.1:9', '--below', '3500', '--price', '3000')).to.equal(1);
        expect(await run('nowhere', '--below', '3500', '--price', '3000')).to.equal(2);
      } finally {
        process.stderr.write = write;
      }
      expect(printed.join('')).to.match(/never gets a better price than 3495.* and its limit is 3600/);
      expect(printed.join('')).to.match(/127\.0\.0\.1:9: no keeper answers there/);
      expect(printed.join('')).to.match(/--keeper: expected a URL/);
    });
  });

  it('refuses what can never execute, and says why', async () => {
    const good = await stopLoss();
    const cancelled = await stopLoss();
    await novate().sendCancelOrder({ account, nonce: cancelled.triggerOrder.order.nonce });
    const stranger = encodeAccountId(keeper.key.address);
    const nobody = createPerson('nobody');
    const theirs = await stopLoss({ account: nobody.account });
    const signedBy = async (order: SignedTriggerOrder, who: Person): Promise<SignedTriggerOrder> => {
      const client = createWalletClient({ account: who.key, chain: hardhat, transport: http(chain.url) });
      return signTriggerOrder(client, { triggerOrder: order.triggerOrder, ...domain() });
    };
    const refused: readonly (readonly [string, SignedTriggerOrder])[] = [
      ['cancelled', cancelled],
      ['notAuthorised', await stopLoss({ account: stranger })],
      ['emptyAccount', await signedBy(theirs, nobody)],
      ['wrongSignature', { ...good, triggerOrder: { ...good.triggerOrder, tip: TIP + 1n } }],
      ['notSupported', await stopLoss({ instrument: encodeInstrumentId({ kind: 'perp', underlying: 77 }) })],
      ['feeTooLow', await stopLoss({ maxFee: 1n })],
      ['limitOutOfReach', await stopLoss({ limitPrice: 3_700n * WAD })],
      ['tipTooLow', await stopLoss({ tip: WAD - 1n })],
    ];
    await withKeeper(await configure(keeper, { minTipUsd: '1' }), async ({ url }) => {
      for (const [code, order] of refused) {
        const error = await submitTriggerOrder({ order, keeper: url }).catch((thrown: unknown) => thrown);
        expect(error, code).to.be.instanceOf(OrderRefusedError);
        expect(error).to.have.property('code', code);
      }
      expect((await submitTriggerOrder({ order: good, keeper: url })).status).to.equal('waiting');
      const lost = await getSubmittedOrder({ keeper: url, hash: hashOf(cancelled) }).catch(
        (thrown: unknown) => thrown,
      );
      expect(lost).to.be.instanceOf(OrderRefusedError);
    });
  });

  it('keeps an order over a restart', async () => {
    const order = await stopLoss();
    const dataDir = join(folder, 'store');
    await withKeeper(await configure(keeper, { dataDir }), async ({ url }) => {
      await submitTriggerOrder({ order, keeper: url });
    });
    await setEth(3_600n);
    await withKeeper(await configure(keeper, { dataDir }), async ({ events, ticked }) => {
      await mineUntil(() => triggersIn(events).length > 0, ticked);
    });
    expect(await positionOf(account)).to.equal(6n * WAD);
  });

  it('executes again what a reorganisation took back', async () => {
    const order = await stopLoss();
    await withKeeper(await configure(keeper), async ({ url, events, ticked }) => {
      await submitTriggerOrder({ order, keeper: url });
      await ticked(await blockNow());
      const inner = await chain.request('evm_snapshot', []);
      await setEth(3_600n);
      await until(() => triggersIn(events).length > 0);
      await mineUntil(async () => (await statusAt(url, order)) === 'filled', ticked);

      await goBack(inner);
      expect(await executedOnChain()).to.deep.equal([]);
      // other blocks than before, and more of them
      await chain.request('hardhat_mine', [numberToHex(12)]);
      await setEth(3_500n);
      await mineUntil(async () => (await executedOnChain()).length > 0, ticked);
      expect(await positionOf(account)).to.equal(6n * WAD);
    });
  });

  it('is executed once where two keepers share a store', async function () {
    const postgres = await startPostgres();
    if (postgres === undefined) return this.skip();
    try {
      const databaseUrl = await postgres.createDatabase();
      const order = await stopLoss();
      const [first, second] = [
        await configure(keeper, { databaseUrl }),
        await configure(rival, { databaseUrl }),
      ];
      await withKeeper(first, (one) =>
        withKeeper(second, async (two) => {
          await submitTriggerOrder({ order, keeper: one.url });
          // what one was given, both have
          expect(await statusAt(two.url, order)).to.equal('waiting');
          await chain.request('evm_setAutomine', [false]);
          await setEth(3_600n);
          const block = await blockNow();
          await Promise.all([one.ticked(block), two.ticked(block)]);
          // which of them owns the account's shard may have changed hands meanwhile
          await until(async () => {
            const pending = await chain.request('eth_pendingTransactions', []);
            if (Array.isArray(pending) && pending.length > 0) return true;
            await chain.mine();
            return false;
          });
          await sleep(500);
          expect(await chain.request('eth_pendingTransactions', [])).to.have.lengthOf(1);
          await chain.mine();
          for (let i = 0; i < 3; ++i) {
            await chain.mine();
            await Promise.all([one.ticked(await blockNow()), two.ticked(await blockNow())]);
          }
          expect(await chain.request('eth_pendingTransactions', [])).to.deep.equal([]);
          expect(await executedOnChain()).to.have.lengthOf(1);
          expect(triggersIn([...one.events, ...two.events])).to.have.lengthOf(1);
        }),
      );
      expect(await positionOf(account)).to.equal(6n * WAD);
    } finally {
      await postgres.stop();
    }
  });

  it('is executed once where two keepers that do not know each other have it', async () => {
    const order = await stopLoss();
    await withKeeper(await configure(keeper), async (one) =>
      withKeeper(await configure(rival), async (two) => {
        await submitTriggerOrder({ order, keeper: one.url });
        await submitTriggerOrder({ order, keeper: two.url });
        await chain.request('evm_setAutomine', [false]);
        await setEth(3_600n);
        // both in one block: the second reverts
        await until(async () => {
          const pending = await chain.request('eth_pendingTransactions', []);
          return Array.isArray(pending) && pending.length === 2;
        });
        await chain.mine();
        await mineUntil(
          async () =>
            (await statusAt(one.url, order)) === 'filled' && (await statusAt(two.url, order)) === 'filled',
          async (block) => {
            await Promise.all([one.ticked(block), two.ticked(block)]);
          },
        );
        expect(await executedOnChain()).to.have.lengthOf(1);
        expect(triggersIn([...one.events, ...two.events])).to.have.lengthOf(1);
      }),
    );
    expect(await positionOf(account)).to.equal(6n * WAD);
    const [mine, theirs] = await Promise.all(
      [keeper, rival].map(async ({ account: of }) => cashOf(of, await blockNow())),
    );
    expect((mine ?? 0n) + (theirs ?? 0n)).to.be.within(TIP - 1n, TIP + TIP / 1_000n);
  });
});
