import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { network } from 'hardhat';
import {
  assess,
  assessMany,
  buildOrder,
  buildReport,
  encodeInstrumentId,
  ETH,
  novateAddressesSchema,
  orderMatcherAbi,
  orderTypedData,
  settlementTwapAbi,
  surfaceTypedData,
  volSurfaceAbi,
} from '@novate/sdk';
import type { Instrument, NovateAddresses, SignedOrder } from '@novate/sdk';
import { encodeFunctionData, parseAbi, parseUnits } from 'viem';
import type { Abi, Address } from 'viem';
import { hardhat } from 'viem/chains';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { depositCash, fundInsurance, giveEther } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';
import type { Person } from '../../cli/src/seed/traders.ts';
import { createChainReader, createKeeperClient } from '../../keeper/src/chain/viemChain.ts';
import { loadConfig } from '../../keeper/src/config/index.ts';
import { cashAt } from '../../keeper/src/decide/decide.ts';
import { holdingsOf, marketFor } from '../../keeper/src/decide/holdings.ts';
import { expiriesOf, withExpiries } from '../../keeper/src/mirror/expiries.ts';
import { createMirror, mirrorTopics } from '../../keeper/src/mirror/mirror.ts';
import type { Mirror } from '../../keeper/src/mirror/mirror.ts';
import { timedTopics } from '../../keeper/src/mirror/referenceTopics.ts';
import type { KeeperEvent } from '../../keeper/src/report/events.ts';
import { createLogger } from '../../keeper/src/report/logger.ts';
import { runKeeper } from '../../keeper/src/run.ts';
import { createFollower } from '../../keeper/src/watch/follower.ts';
import { readExpiries } from '../../keeper/src/watch/readExpiries.ts';
import { readPrices } from '../../keeper/src/watch/readPrices.ts';
import { readReferences } from '../../keeper/src/watch/readReferences.ts';

const WAD = 10n ** 18n;
const DAY_SEC = 86_400;
const PRICE = 4_000;
const ROUNDS = 400;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

describe('keeper with futures and options on a real chain', function () {
  this.timeout(120_000);
  const [writer, buyer, keeper] = [createPerson('writer'), createPerson('buyer'), createPerson('keeper')];
  const people = [writer, buyer, keeper];
  const accounts = people.map(({ account }) => account);
  let close: () => Promise<void>;
  let chain: LocalChain;
  let stack: StackAddresses;
  let addresses: NovateAddresses;
  let expirySec: bigint;
  let nonce = 0n;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    close = () => server.close();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, {});
    addresses = novateAddressesSchema.parse(stack);
    await chain.request('evm_setAutomine', [false]);
    await giveEther(chain, people);
    for (const person of people) await depositCash(chain, stack, person, 20_000n * WAD);
    await fundInsurance(chain, stack, buyer, 10_000n * WAD);
    await depositCash(chain, stack, keeper, 500_000n * WAD);
    expirySec = BigInt(Math.ceil((await chain.latest()).timestamp / 3_600) * 3_600 + 7 * DAY_SEC);
    await setPrice(PRICE);
    await postSurface();
    await trade({ kind: 'call', underlying: ETH, expirySec, strike: 4_200n * WAD }, '20', '80');
    await trade({ kind: 'put', underlying: ETH, expirySec, strike: 3_500n * WAD }, '5', '15');
    await trade({ kind: 'future', underlying: ETH, expirySec }, '3', '4010');
  });

  after(() => close());

  async function run(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi, functionName, args });
    await chain.execute([{ from: chain.deployer, to, data, gas: 3_000_000n, label: functionName }]);
  }

  const setPrice = (price: number): Promise<void> =>
    run(stack.ethFeed, feedAbi, 'setAnswer', [BigInt(price) * 10n ** 8n]);

  async function postSurface(): Promise<void> {
    const { timestamp } = await chain.latest();
    const shape = { a: WAD / 200n, b: WAD / 100n, rho: -WAD / 5n, m: 0n, sigma: WAD / 5n, basis: WAD / 20n };
    const report = buildReport({ underlying: ETH, expirySec: Number(expirySec), ...shape, timestamp });
    const domain = { chainId: hardhat.id, volSurface: stack.volSurface };
    const signature = await chain.deployer.signTypedData(surfaceTypedData([report], domain));
    const signed = [{ signer: chain.deployer.address, signature }];
    await run(stack.volSurface, volSurfaceAbi, 'post', [[report], signed]);
  }

  /** The writer sells to the buyer. */
  async function trade(instrument: Instrument, size: string, price: string): Promise<void> {
    const sign = async (person: Person, sold: boolean): Promise<SignedOrder> => {
      const order = buildOrder({
        account: person.account,
        instrument: encodeInstrumentId(instrument),
        size: parseUnits(size, 18) * (sold ? -1n : 1n),
        limitPrice: parseUnits(price, 18),
        nonce: nonce++,
        expirySec: Number(expirySec),
      });
      const domain = { chainId: hardhat.id, orderMatcher: stack.orderMatcher };
      const signature = await person.key.signTypedData(orderTypedData(order, domain));
      return { order, signer: person.key.address, signature };
    };
    const orders = [await sign(writer, true), await sign(buyer, false)];
    await run(stack.orderMatcher, orderMatcherAbi, 'matchOrders', [...orders, parseUnits(size, 18)]);
  }

  /** Follows the chain from the start. */
  async function mirrored(): Promise<Mirror> {
    const mirror = createMirror(addresses.clearinghouse);
    const reader = createChainReader(createKeeperClient(chain.url, 10_000));
    const follower = createFollower({
      reader,
      sink: mirror,
      addresses: () => [addresses.clearinghouse, addresses.riskEngine, addresses.liquidator],
      topics: mirrorTopics,
      timedTopics,
      fromBlock: 0n,
      maxBlockRange: 500,
      onReorg: () => undefined,
    });
    await follower.follow(await reader.getHead());
    return mirror;
  }

  /** Every account by the mirror and the twin, and by the chain: equal to the wei. */
  async function expectTwin(): Promise<void> {
    const mirror = await mirrored();
    const client = createKeeperClient(chain.url, 10_000);
    const head = await createChainReader(client).getHead();
    const references = await readReferences(client, addresses, [0, 1], head.number);
    const expiries = expiriesOf([{ underlying: ETH, expirySec }]);
    const states = await readExpiries(client, references, expiries, head);
    const board = withExpiries(await readPrices(client, addresses, head), states);
    const cash = cashAt(mirror.ledger.cash, head.timestamp);
    for (const entry of await assessMany(chain.client, addresses, { accounts })) {
      const state = mirror.ledger.accounts.get(entry.account);
      const holdings = state && holdingsOf(state, cash, board, references);
      const profile = references.profiles.get(state?.profileId ?? -1);
      if (!entry.ok || holdings === undefined || profile === undefined) throw new Error('not assessable');
      const { equity, maintenanceMargin } = assess(holdings, marketFor(holdings, board, 'adverse'), profile);
      expect([equity, maintenanceMargin]).to.deep.equal([
        entry.margin.equity,
        entry.margin.maintenanceMargin,
      ]);
    }
  }

  /** Runs a keeper and mines until `done`. */
  async function keep(done: () => Promise<boolean>): Promise<readonly KeeperEvent[]> {
    const folder = await mkdtemp(join(tmpdir(), 'novate-keeper-test-'));
    const path = join(folder, 'keeper.json');
    const settings = { rpcUrl: chain.url, privateKey: keeper.privateKey, addresses, minProfitUsd: -100 };
    await writeFile(
      path,
      JSON.stringify({ ...settings, pollIntervalMs: 10, dataDir: 'memory', logLevel: 'silent' }),
    );
    const { config } = await loadConfig({ args: ['--config', path], env: {} });
    await rm(folder, { recursive: true });
    const aborter = new AbortController();
    const events: KeeperEvent[] = [];
    const emit = (event: KeeperEvent): void => void events.push(event);
    const running = runKeeper(config, { signal: aborter.signal, log: createLogger('silent'), emit });
    try {
      for (let i = 0; !(await done()); ++i) {
        if (i === ROUNDS) throw new Error('the keeper does not come to an end');
        await sleep(50);
        await chain.mine();
      }
    } finally {
      aborter.abort();
      await running;
    }
    return events;
  }

  it('assesses everybody to the wei as the chain does', () => expectTwin());

  it('liquidates a writer of options whom a rally puts below maintenance margin', async () => {
    await setPrice(PRICE * 1.1);
    await expectTwin();
    const healthy = async (): Promise<boolean> => {
      const [entry] = await assessMany(chain.client, addresses, { accounts: [writer.account] });
      return entry?.ok === true && entry.margin.equity >= entry.margin.maintenanceMargin;
    };
    expect(await healthy()).to.equal(false);
    const events = await keep(healthy);
    expect(events.filter(({ event }) => event === 'failure')).to.deep.equal([]);
    const mirror = await mirrored();
    expect(mirror.ledger.accounts.get(keeper.account)?.positions.size).to.equal(3);
    await expectTwin();
  });

  it('turns what has expired into cash, for everybody', async () => {
    await chain.mine(Number(expirySec) + DAY_SEC + 60);
    await setPrice(PRICE * 1.05);
    await expectTwin();
    await run(stack.settlementTwap, settlementTwapAbi, 'settleLate', [ETH, Number(expirySec)]);
    await expectTwin();
    const open = async (): Promise<number> =>
      [...(await mirrored()).ledger.accounts.values()].reduce(
        (sum, { positions }) => sum + positions.size,
        0,
      );
    expect(await open()).to.be.greaterThan(0);
    await keep(async () => (await open()) === 0);
    await expectTwin();
  });
});
