import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { artifacts } from 'hardhat';
import { clearinghouseAbi, ETH, liquidatorAbi, priceRouterAbi, settlementTwapAbi } from '@novate/sdk';
import { encodeDeployData, encodeFunctionData, getContractAddress } from 'viem';
import type { Abi, Address, Hex } from 'viem';
import { hardhat } from 'viem/chains';
import { mockPythOracleAbi } from '../../../sdk/src/abi/mocks/mockPythOracle.ts';
import { examine } from '../../src/commands/doctor.ts';
import { replay } from '../../src/commands/replay.ts';
import { stress } from '../../src/commands/stress.ts';
import { readBookAt } from '../../src/lookback/bookAt.ts';
import { configOf, runTestKeeper } from '../helpers/keeperRun.ts';
import type { RunningKeeper } from '../helpers/keeperRun.ts';
import { SOL } from '../helpers/world.ts';
import { FIRST_PRICE, openStage, startHardhat } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';
import { postSurface } from '../helpers/surfaces.ts';

const WAD = 10n ** 18n;
const HOUR_SEC = 3_600;
const termsAtRest = {
  gasCost: 0n,
  mode: 'protocol',
  minProfit: 0n,
  limit: 10,
  basketChoice: 'pro-rata',
} as const;
const PRICE_ID: Hex = `0x${'5a'.repeat(32)}`;

describe('duties on a real chain', function () {
  this.timeout(120_000);
  let node: TestNode;
  let stage: Stage;
  let expirySec: bigint;
  let keeper: RunningKeeper;
  let pyth: Address | undefined;
  let price = 210;
  let asked = 0;

  /** Speaks as Hermes does. */
  const service = createServer((request, response) => {
    asked++;
    expect(request.url).to.match(/^\/key-123\/v2\/updates\/price\/latest\?ids/);
    const at = pyth;
    if (at === undefined) return void response.writeHead(404).end();
    void Promise.all([update(at, price), stage.chain.latest()]).then(([data, { timestamp }]) => {
      const of = { price: String(price * 1e8), conf: '1', expo: -8, publish_time: timestamp };
      const parsed = [{ id: PRICE_ID.slice(2), price: of }];
      response.end(JSON.stringify({ binary: { encoding: 'hex', data: [data.slice(2)] }, parsed }));
    });
  });

  before(async () => {
    node = await startHardhat();
    stage = await openStage(node.url, { traders: 2 });
    const { timestamp } = await stage.chain.latest();
    expirySec = BigInt(Math.ceil(timestamp / HOUR_SEC) * HOUR_SEC + 24 * HOUR_SEC);
    await stage.setPrice(FIRST_PRICE);
    await postSurface(stage, expirySec);
    const [trader] = stage.traders;
    if (trader === undefined) throw new Error('no trader');
    await stage.trade(trader, { kind: 'future', underlying: ETH, expirySec }, '1', String(FIRST_PRICE));
  });
  before(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const pythUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/key-123`;
    const [own] = stage.keepers;
    keeper = await runTestKeeper({
      rpcUrl: node.url,
      privateKey: own?.privateKey,
      addresses: stage.addresses,
      // its account has nothing, so that it can liquidate nobody
      liquidatorSubAccount: '9',
      clearFlags: true,
      pokeFundingSec: 3_600,
      pythUrl,
      pythPollSec: 1,
      observeEverySec: 300,
    });
  });
  after(async () => {
    await keeper.stop();
    service.closeAllConnections();
    service.close();
    await node.stop();
  });

  /** Mines blocks until it is done; each is seen by the keeper. */
  async function until(stepSec: number, done: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 40; ++i) {
      if (await done()) return;
      const { timestamp } = await stage.chain.latest();
      const { number } = await stage.chain.mine(timestamp + stepSec);
      await keeper.ticked(number);
    }
    throw new Error('not done in 40 blocks');
  }

  it('flags who is liquidatable and cannot be taken, and clears the flag when health is back', async () => {
    const events = (name: 'Flagged' | 'FlagCleared') =>
      stage.chain.client.getContractEvents({
        address: stage.stack.liquidator,
        abi: liquidatorAbi,
        eventName: name,
        fromBlock: 0n,
      });
    const healthyAt = (await stage.chain.latest()).number;
    await stage.setPrice(5_000);
    await until(12, async () => (await events('Flagged')).length === 2);
    for (let i = 0; i < 3; ++i) await keeper.ticked((await stage.chain.mine()).number);
    // once each, though they stay unhealthy
    expect(await events('Flagged')).to.have.length(2);
    await replaysAndExamines(healthyAt);
    await stage.setPrice(FIRST_PRICE);
    await until(1, async () => (await events('FlagCleared')).length === 2);
  });

  it('stores the funding of a market once in a while', async () => {
    const done = () => keeper.metric('novate_keeper_duties_total{duty="funding"}');
    const before = await done();
    const first = (await stage.chain.latest()).timestamp;
    await until(360, async () => (await stage.chain.latest()).timestamp >= first + 3 * 3_600);
    expect((await done()) - before).to.be.within(2, 4);
  });

  it('pushes a Pyth price that moved, once for each price that stands, and pays the fee', async () => {
    const at = await deployPyth();
    await listSol(at);
    pyth = at;
    const standing = async (): Promise<number> => {
      const read = { address: at, abi: mockPythOracleAbi, functionName: 'getPriceUnsafe' } as const;
      const found = await stage.chain.client.readContract({ ...read, args: [PRICE_ID] });
      return Number(found.price) / 1e8;
    };
    const pushes = () => keeper.metric('novate_keeper_duties_total{duty="pyth"}');
    await until(120, async () => (await standing()) === 210);
    const pushed = await pushes();
    for (let i = 0; i < 3; ++i) await keeper.ticked((await stage.chain.mine()).number);
    // it stands, and nothing moves
    expect(await pushes()).to.equal(pushed);
    price = 250;
    await until(12, async () => (await standing()) === 250);
    await keeper.ticked((await stage.chain.mine()).number);
    expect(await pushes()).to.equal(pushed + 1);
    expect(asked).to.be.greaterThan(2);
  });

  it('observes an expiry while its window is open, settles its price after, and turns it into cash', async () => {
    const record = () =>
      stage.chain.client.readContract({
        address: stage.stack.settlementTwap,
        abi: settlementTwapAbi,
        functionName: 'recordOf',
        args: [ETH, Number(expirySec)],
      });
    const OBSERVATIONS = 1;
    await stage.chain.mine(Number(expirySec) - 1_790);
    await stage.setPrice(4_100);
    await until(60, async () => (await stage.chain.latest()).timestamp > Number(expirySec) + 60);
    await until(12, async () => (await record()).method !== 0);
    const { method, count, longestGapSec } = await record();
    expect([method, count]).to.deep.equal([OBSERVATIONS, 6]);
    expect(longestGapSec).to.be.lessThan(420);
    const held = async (): Promise<number> => {
      const [trader] = stage.traders;
      const read = { address: stage.stack.clearinghouse, abi: clearinghouseAbi } as const;
      const args = [trader?.account ?? 0n] as const;
      const portfolio = await stage.chain.client.readContract({ ...read, functionName: 'portfolioOf', args });
      return portfolio.legs.length;
    };
    await until(12, async () => (await held()) === 1);
  });

  /** What the commands say while two accounts wait for somebody with collateral. */
  async function replaysAndExamines(healthyAt: bigint): Promise<void> {
    const [own] = stage.keepers;
    const settings = { rpcUrl: node.url, addresses: stage.addresses };
    const config = await configOf({ ...settings, privateKey: own?.privateKey });
    const now = await replay(config, { block: undefined, account: undefined, onProgress: () => undefined });
    expect(now.verdicts.map(({ verdict }) => verdict)).to.deep.equal(['liquidate', 'liquidate']);
    const [trader] = stage.traders;
    const past = { block: healthyAt, account: trader?.account, onProgress: () => undefined };
    const [then] = (await replay(config, past)).verdicts;
    expect(then?.verdict).to.equal('healthy');
    const rows = stress(
      await readBookAt(config, undefined, () => undefined),
      { ...termsAtRest, own: own?.account ?? 0n },
      [0n, -WAD / 5n],
    );
    expect(rows.map(({ liquidatable }) => liquidatable)).to.deep.equal([2, 0]);

    // the chain's clock is ours
    const nowMs = (await stage.chain.latest()).timestamp * 1_000;
    const checks = await examine(config, nowMs);
    expect(checks.filter(({ ok }) => !ok).map(({ message }) => message)).to.deep.equal([]);
    const names = new Set(checks.map(({ name }) => name));
    for (const name of ['chain', 'logs', 'role', 'gas', 'operator', 'collateral', 'prices', 'store']) {
      expect(names.has(name), name).to.equal(true);
    }
    const poor = await configOf({
      ...settings,
      privateKey: `0x${'77'.repeat(32)}`,
      chainId: 5,
      rpcFallbackUrls: ['http://127.0.0.1:1'],
    });
    const failed = (await examine(poor, nowMs)).filter(({ ok }) => !ok).map(({ name }) => name);
    expect(failed.sort()).to.deep.equal(['chain', 'collateral', 'endpoint', 'gas']);
  }

  async function deployPyth(): Promise<Address> {
    const { abi, bytecode } = await artifacts.readArtifact('MockPythOracle');
    const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode as Hex, args: [60n, 1n] });
    const nonce = await send({ data });
    return getContractAddress({ from: stage.chain.deployer.address, nonce: BigInt(nonce) });
  }

  /** A signed price of now, as the mock takes it. */
  async function update(pyth: Address, price: number): Promise<Hex> {
    const { timestamp } = await stage.chain.latest();
    const [scaled, at] = [BigInt(price) * 10n ** 8n, BigInt(timestamp)];
    return stage.chain.client.readContract({
      address: pyth,
      abi: mockPythOracleAbi,
      functionName: 'createPriceFeedUpdateData',
      args: [PRICE_ID, scaled, 10n ** 6n, -8, scaled, 1n, at, at - 1n],
    });
  }

  /** SOL by Pyth alone. The router wants a price before it lists one, so the first is pushed by hand. */
  async function listSol(pyth: Address): Promise<void> {
    const { stack } = stage;
    const args = [[await update(pyth, 200)]] as const;
    const data = encodeFunctionData({ abi: mockPythOracleAbi, functionName: 'updatePriceFeeds', args });
    await send({ to: pyth, data, value: 1n });
    const source = {
      kind: 2,
      feed: pyth,
      priceId: PRICE_ID,
      maxAgeSec: 86_400,
      minPrice: WAD,
      maxPrice: 10_000n * WAD,
      maxConfidenceBps: 500,
    };
    const none = { ...source, kind: 0 };
    await stage.run(stack.priceRouter, priceRouterAbi, 'setSources', [SOL, source, none, 100]);
  }

  async function send(call: { to?: Address; data: Hex; value?: bigint }): Promise<number> {
    const { deployer, client } = stage.chain;
    const nonce = await client.getTransactionCount({ address: deployer.address });
    const fixed = {
      type: 'eip1559',
      chainId: hardhat.id,
      gas: 8_000_000n,
      maxFeePerGas: 10n ** 11n,
    } as const;
    const raw = await deployer.signTransaction({ ...fixed, nonce, ...call });
    await client.sendRawTransaction({ serializedTransaction: raw });
    await stage.chain.mine();
    // others count nonces on their own
    await stage.recount();
    return nonce;
  }
});
