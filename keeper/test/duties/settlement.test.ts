import { expect } from 'chai';
import { clearinghouseAbi, encodeInstrumentId, ETH, settlementTwapAbi } from '@novate/sdk';
import type { Instrument } from '@novate/sdk';
import { decodeFunctionData } from 'viem';
import { mockAggregatorAbi } from '../../../sdk/src/abi/mocks/mockAggregator.ts';
import type { Person } from '../../../cli/src/seed/traders.ts';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import type { RunningKeeper } from '../helpers/keeperRun.ts';
import { FIRST_PRICE, openStage, startHardhat } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';
import { postSurface } from '../helpers/surfaces.ts';

const WAD = 10n ** 18n;
const HOUR_SEC = 3_600;
const DAY_SEC = 86_400;
const WINDOW_SEC = 1_800;
/** ISettlementTwap.Method. */
const METHOD = { none: 0, observations: 1, rounds: 2, thinObservations: 3, latePrice: 4 };
const STRIKE = 4_050n;

describe('settlement prices where nobody observed enough', function () {
  this.timeout(180_000);
  let node: TestNode;
  let stage: Stage;
  /** By rounds; late, without an observation; late, with one. */
  let [byRounds, late, thin] = [0, 0, 0];

  before(async () => {
    node = await startHardhat();
    stage = await openStage(node.url, { traders: 3 });
    const { timestamp } = await stage.chain.latest();
    byRounds = Math.ceil(timestamp / HOUR_SEC) * HOUR_SEC + DAY_SEC;
    late = byRounds + 4 * HOUR_SEC;
    thin = late + HOUR_SEC;
    await stage.setPrice(FIRST_PRICE);
    for (const [i, expirySec] of [byRounds, late, thin].entries()) {
      await postSurface(stage, BigInt(expirySec));
      const { future, call } = instrumentsOf(expirySec);
      await stage.trade(traderAt(i), future, '1.5', String(FIRST_PRICE));
      await stage.trade(traderAt(i), call, '1', '120');
    }
  });
  after(() => node.stop());

  it('are made of the rounds of the feed, but not before it has moved on', async () => {
    const from = byRounds - WINDOW_SEC;
    await roundAt(from - 3_000, 4_002.5);
    await roundAt(from - 100, 4_011.12345678);
    // it sees the beginning, and then is gone
    await withKeeper(async (keeper) => mineUntil(keeper, 10, async () => (await record(byRounds)).count > 0));
    await roundAt(from + 400, 4_090.87654321);
    await roundAt(from + 1_111, 3_977.7);
    await roundAt(byRounds - 7, 4_120.00000001);
    await stage.chain.mine(byRounds + 20);
    await withKeeper(async (keeper) => {
      // longer than it waits until it looks again
      await mineFor(keeper, 60, 1_300);
      expect((await record(byRounds)).method).to.equal(METHOD.none);
      await stage.setPrice(4_080);
      const after = await latestRound();
      await stage.setPrice(4_060);
      await mineUntil(keeper, 60, async () => (await record(byRounds)).method !== METHOD.none);
      const price = averageOf(await roundsOf(), byRounds);
      await expectSettled(byRounds, METHOD.rounds, price);
      const proof = await proofOf(byRounds);
      // from the one in force as the window began to the first after the expiry
      expect(proof).to.deep.equal([after - 4n, after - 3n, after - 2n, after - 1n, after]);
      await expectCash(keeper, 0, byRounds, price);
      expect(await failuresOf(keeper)).to.equal(0);
    });
  });

  it('are whatever there is once a day is over: the index, or observations that are too few', async () => {
    await roundAt(late - 2_000, 4_040);
    await newPhase(late - 900, 4_044);
    await roundAt(late + 30, 4_048);
    await roundAt(thin - 1_900, 4_055);
    await stage.chain.mine(thin - 1_000);
    await stage.run(stage.stack.settlementTwap, settlementTwapAbi, 'observe', [ETH, thin]);
    await newPhase(thin - 500, 4_077);
    await roundAt(thin + 30, 4_033);
    await withKeeper(async (keeper) => {
      await mineFor(keeper, 300, 3_000);
      await roundAt(late + DAY_SEC - 1_000, 4_021.5);
      await mineFor(keeper, 120, 800);
      expect((await record(late)).method).to.equal(METHOD.none);
      await roundAt(late + DAY_SEC - 60, 4_023.25);
      await mineUntil(keeper, 60, async () => (await record(late)).method !== METHOD.none);
      await expectSettled(late, METHOD.latePrice, 402_325n * 10n ** 16n);
      expect(await settledAt(late)).to.be.at.least(late + DAY_SEC);
      await expectCash(keeper, 1, late, 402_325n * 10n ** 16n);

      expect((await record(thin)).count).to.equal(1);
      await roundAt(thin + DAY_SEC - 700, 4_031);
      await mineFor(keeper, 120, 600);
      expect((await record(thin)).method).to.equal(METHOD.none);
      await mineUntil(keeper, 60, async () => (await record(thin)).method !== METHOD.none);
      await expectSettled(thin, METHOD.thinObservations, 4_055n * WAD);
      expect(await settledAt(thin)).to.be.at.least(thin + DAY_SEC);
      await expectCash(keeper, 2, thin, 4_055n * WAD);
      expect(await failuresOf(keeper)).to.equal(0);
    });
  });

  it('wait for the index where it is stale and nothing was observed', async () => {
    const expirySec = Math.ceil((await now()) / HOUR_SEC) * HOUR_SEC + DAY_SEC;
    await stage.setPrice(FIRST_PRICE);
    await postSurface(stage, BigInt(expirySec));
    await stage.trade(traderAt(0), instrumentsOf(expirySec).future, '1.5', String(FIRST_PRICE));
    await newPhase(expirySec - 500, 4_001);
    await stage.chain.mine(expirySec + DAY_SEC + 10);
    await withKeeper(async (keeper) => {
      await mineFor(keeper, 100, 1_300);
      expect((await record(expirySec)).method).to.equal(METHOD.none);
      await stage.setPrice(4_009);
      await mineUntil(keeper, 60, async () => (await record(expirySec)).method !== METHOD.none);
      await expectSettled(expirySec, METHOD.latePrice, 4_009n * WAD);
      expect(await failuresOf(keeper)).to.equal(0);
    });
  });

  // ---------------------------------------------------------------- acting

  async function withKeeper(act: (keeper: RunningKeeper) => Promise<void>): Promise<void> {
    const keeper = await runTestKeeper({
      rpcUrl: node.url,
      privateKey: stage.keepers[0]?.privateKey,
      addresses: stage.addresses,
      // its account has nothing, so that it can liquidate nobody
      liquidatorSubAccount: '9',
      flagUnhealthy: false,
      observeEverySec: 300,
    });
    try {
      await act(keeper);
    } finally {
      await keeper.stop();
    }
  }

  /** Mines blocks until it is done; each is seen by the keeper. */
  async function mineUntil(
    keeper: RunningKeeper,
    stepSec: number,
    done: () => Promise<boolean>,
  ): Promise<void> {
    for (let i = 0; i < 40; ++i) {
      if (await done()) return;
      await keeper.ticked((await stage.chain.mine((await now()) + stepSec)).number);
    }
    throw new Error('not done in 40 blocks');
  }

  async function mineFor(keeper: RunningKeeper, stepSec: number, durationSec: number): Promise<void> {
    const end = (await now()) + durationSec;
    await mineUntil(keeper, stepSec, async () => (await now()) >= end);
  }

  /** The feed's next round, in a block a second after `timestamp`. */
  async function roundAt(timestamp: number, price: number): Promise<void> {
    await stage.chain.mine(timestamp);
    await stage.setPrice(price);
  }

  /** As where the feed's proxy was given a new aggregator: what was before is of another phase. */
  async function newPhase(timestamp: number, price: number): Promise<void> {
    await stage.chain.mine(timestamp);
    await stage.run(stage.stack.ethFeed, mockAggregatorAbi, 'startPhase', []);
    await stage.setPrice(price);
  }

  // ---------------------------------------------------------------- reading

  const now = async (): Promise<number> => (await stage.chain.latest()).timestamp;

  function traderAt(i: number): Person {
    const trader = stage.traders[i];
    if (trader === undefined) throw new Error('no trader');
    return trader;
  }

  const record = (expirySec: number) =>
    stage.chain.client.readContract({
      address: stage.stack.settlementTwap,
      abi: settlementTwapAbi,
      functionName: 'recordOf',
      args: [ETH, expirySec],
    });

  async function settledEvent(expirySec: number) {
    const [event, ...more] = await stage.chain.client.getContractEvents({
      address: stage.stack.settlementTwap,
      abi: settlementTwapAbi,
      eventName: 'Settled',
      args: { expirySec },
      fromBlock: 0n,
      strict: true,
    });
    if (event === undefined) throw new Error('not settled');
    expect(more).to.have.length(0);
    return event;
  }

  async function settledAt(expirySec: number): Promise<number> {
    const { blockNumber } = await settledEvent(expirySec);
    return Number((await stage.chain.client.getBlock({ blockNumber })).timestamp);
  }

  async function expectSettled(expirySec: number, method: number, price: bigint): Promise<void> {
    expect((await record(expirySec)).method).to.equal(method);
    const { args } = await settledEvent(expirySec);
    expect(args).to.deep.include({ price, method });
  }

  /** Numbers of the rounds that the keeper gave as a proof. */
  async function proofOf(expirySec: number): Promise<readonly bigint[]> {
    const { transactionHash } = await settledEvent(expirySec);
    const { input, from } = await stage.chain.client.getTransaction({ hash: transactionHash });
    expect(from).to.equal(stage.keepers[0]?.key.address.toLowerCase());
    const call = decodeFunctionData({ abi: settlementTwapAbi, data: input });
    if (call.functionName !== 'settleByRounds') throw new Error(call.functionName);
    return call.args[2];
  }

  async function latestRound(): Promise<bigint> {
    const read = { address: stage.stack.ethFeed, abi: mockAggregatorAbi } as const;
    return stage.chain.client.readContract({ ...read, functionName: 'latestRound' });
  }

  /** Every round that the feed ever had, as its events tell. */
  async function roundsOf(): Promise<{ answer: bigint; at: number }[]> {
    const events = await stage.chain.client.getContractEvents({
      address: stage.stack.ethFeed,
      abi: mockAggregatorAbi,
      eventName: 'AnswerUpdated',
      fromBlock: 0n,
      strict: true,
    });
    return events.map(({ args }) => ({ answer: args.current, at: Number(args.updatedAt) }));
  }

  /** Legs of the expiry are cash, to the wei, on both sides; the perp is still there. */
  async function expectCash(
    keeper: RunningKeeper,
    trader: number,
    expirySec: number,
    price: bigint,
  ): Promise<void> {
    const { future, call } = instrumentsOf(expirySec);
    const { account } = traderAt(trader);
    await mineUntil(keeper, 12, async () => (await legsOf(account)) === 1);
    const above = price > STRIKE * WAD ? price - STRIKE * WAD : 0n;
    // 1.5 sold at the first price, and a call; each rounded down
    const change = 6_000n * WAD - (3n * price + 1n) / 2n;
    const settled = await stage.chain.client.getContractEvents({
      address: stage.stack.clearinghouse,
      abi: clearinghouseAbi,
      eventName: 'PositionSettled',
      args: { account },
      fromBlock: 0n,
      strict: true,
    });
    const cashOf = (instrument: Instrument) =>
      settled.find(({ args }) => args.instrument === encodeInstrumentId(instrument))?.args;
    expect(cashOf(future)).to.deep.include({ price, cash: change });
    expect(cashOf(call)).to.deep.include({ price, cash: -above });
    const [block] = settled.map(({ blockNumber }) => blockNumber);
    if (block === undefined) throw new Error('nothing was settled');
    expect((await cashAt(account, block)) - (await cashAt(account, block - 1n))).to.equal(change - above);
  }

  async function legsOf(account: bigint): Promise<number> {
    const read = { address: stage.stack.clearinghouse, abi: clearinghouseAbi } as const;
    const args = [account] as const;
    const found = await stage.chain.client.readContract({ ...read, functionName: 'portfolioOf', args });
    return found.legs.length;
  }

  function cashAt(account: bigint, blockNumber: bigint): Promise<bigint> {
    const read = { address: stage.stack.clearinghouse, abi: clearinghouseAbi, blockNumber } as const;
    return stage.chain.client.readContract({ ...read, functionName: 'cashOf', args: [account] });
  }

  /** Calls that the keeper tried too early, or that would have reverted. */
  const failuresOf = (keeper: RunningKeeper): Promise<number> =>
    keeper.metric('novate_keeper_duty_failures_total{duty="settlePrice"}');
});

function instrumentsOf(expirySec: number): { future: Instrument; call: Instrument } {
  const dated = { underlying: ETH, expirySec: BigInt(expirySec) };
  return { future: { kind: 'future', ...dated }, call: { kind: 'call', ...dated, strike: STRIKE * WAD } };
}

/** Second by second, what the feed said last: wad, rounded down. */
function averageOf(rounds: readonly { answer: bigint; at: number }[], expirySec: number): bigint {
  let sum = 0n;
  for (let second = expirySec - WINDOW_SEC; second < expirySec; ++second) {
    const last = rounds.findLast(({ at }) => at <= second);
    if (last === undefined) throw new Error('no round yet');
    sum += last.answer * 10n ** 10n;
  }
  return sum / BigInt(WINDOW_SEC);
}
