import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { concat, encodeErrorResult, toHex } from 'viem';
import type { Hex } from 'viem';
import { BTC, clearinghouseAbi, ETH, liquidatorAbi, PRESETS, WAD } from '@novate/sdk';
import type { AccountAssessment, AccountId } from '@novate/sdk';
import { createCapacity } from '../../src/decide/capacity.ts';
import { decide } from '../../src/decide/decide.ts';
import { execute } from '../../src/execute/execute.ts';
import type { ExecuteOptions, Execution } from '../../src/execute/execute.ts';
import { createMemoryJournal, partsOf } from '../../src/execute/journal.ts';
import type { Journal } from '../../src/execute/journal.ts';
import { createLane } from '../../src/execute/lane.ts';
import type { BatchOutcome, LiquidationCall, LiquidationPort } from '../../src/execute/liquidationPort.ts';
import { WorkTakenError } from '../../src/store/errors.ts';
import { fakeNode, nodeError } from '../helpers/fakeNode.ts';
import type { FakeNode } from '../helpers/fakeNode.ts';
import { account, board, inputsOf, KEEPER, market, usd } from '../helpers/world.ts';

const policy = { maxFeePerGas: 1_000n, priorityFee: 10n, bumpPercent: 15 };
const prices = board({ [ETH]: market(3_000), [BTC]: market(90_000) });
const TARGET = '0x3333333333333333333333333333333333333333';

type Answer = Error | { readonly reward?: bigint; readonly gas?: bigint };

interface Batch {
  readonly accounts: readonly AccountId[];
  readonly gas: bigint;
}

interface Script {
  /** What the chain says of each account; a plain success unless given. */
  readonly answers?: Readonly<Record<number, readonly Answer[]>>;
  readonly healthy?: readonly AccountId[];
  /** What a simulation waits for. */
  readonly wait?: (account: AccountId) => Promise<void>;
  readonly notAssessable?: readonly AccountId[];
  /** The node does not answer for several at once. */
  readonly noBatches?: boolean;
}

const revert = (data: `0x${string}`): Error =>
  Object.assign(new Error('execution reverted'), { code: 3, data });
const notLiquidatable = revert(
  encodeErrorResult({ abi: liquidatorAbi, errorName: 'NotLiquidatable', args: [1n, 2n, 1n] }),
);
const overshoot = revert(encodeErrorResult({ abi: liquidatorAbi, errorName: 'Overshoot', args: [2n, 1n] }));
const keeperShort = revert(
  encodeErrorResult({ abi: clearinghouseAbi, errorName: 'BelowInitialMargin', args: [KEEPER, 2n, 3n] }),
);

function portOf(script: Script, calls: LiquidationCall[], batches: Batch[]): LiquidationPort {
  const left = new Map(
    Object.entries(script.answers ?? {}).map(([id, answers]) => [BigInt(id), [...answers]]),
  );
  const margin = { initialMargin: 9n, maintenanceMargin: 5n, unrealised: 0n, status: 'ok' as const };
  const gasOf = new Map<string, bigint>();
  return {
    assess: (accounts) =>
      Promise.resolve(
        accounts.map((id): AccountAssessment => {
          if (script.notAssessable?.includes(id) === true) {
            return { account: id, flaggedAt: 0, ok: false, error: undefined };
          }
          const equity = script.healthy?.includes(id) === true ? 6n : 4n;
          return {
            account: id,
            flaggedAt: 0,
            ok: true,
            margin: { ...margin, equity },
            state: 'liquidatable',
          };
        }),
      ),
    simulate(call) {
      const answer = left.get(call.account)?.shift() ?? {};
      if (answer instanceof Error) return Promise.reject(answer);
      gasOf.set(toHex(call.account), answer.gas ?? 300_000n);
      const penalty = answer.reward ?? usd(50);
      const simulated = { equity: 0n, maintenanceMargin: WAD, penalty, incentive: 0n };
      return (script.wait?.(call.account) ?? Promise.resolve()).then(() => simulated);
    },
    encode(call) {
      calls.push(call);
      return { to: TARGET, data: toHex(call.account) };
    },
    encodeDeleverage: (account) => ({ to: TARGET, data: toHex(account) }),
    estimateGas: ({ data }) => Promise.resolve(gasOf.get(data) ?? 300_000n),
    simulateBatch(parts, gas) {
      if (script.noBatches === true) return Promise.reject(new Error('fetch failed'));
      batches.push({ accounts: parts.map(({ account: id }) => id), gas });
      return Promise.all(
        parts.map(async (call): Promise<BatchOutcome> => {
          try {
            return { done: true, simulated: await this.simulate(call, 0n) };
          } catch (error) {
            return { done: false, reason: (error as { data?: Hex }).data ?? '0x' };
          }
        }),
      );
    },
    encodeBatch(parts) {
      calls.push(...parts);
      return { to: TARGET, data: concat(parts.map(({ account: id }) => toHex(id))) };
    },
    replay: () => Promise.resolve(),
  };
}

/** A journal that knows some accounts to be in the hands of others. */
function claiming(accounts: ReadonlySet<AccountId>): Journal {
  const journal = createMemoryJournal();
  return {
    ...journal,
    put(entry) {
      const taken = partsOf(entry.purpose).filter(({ account: id }) => accounts.has(id));
      if (taken.length > 0) return Promise.reject(new WorkTakenError(taken.map(() => 'taken')));
      return journal.put(entry);
    },
  };
}

describe('execute', () => {
  let node: FakeNode;
  let calls: LiquidationCall[];
  let batches: Batch[];

  beforeEach(() => {
    node = fakeNode(10n ** 9n);
    calls = [];
    batches = [];
  });

  /** Accounts 11, 12, ... with ever less missing, each long ten ETH. */
  async function run(
    count: number,
    script: Script,
    more: Partial<ExecuteOptions> & { ownCash?: number; claimed?: ReadonlySet<AccountId> } = {},
  ): Promise<Execution> {
    const accounts = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        11 + i,
        account({ cash: 100 + 100 * i, perps: { [ETH]: [10, 3_000] } }),
      ]),
    );
    const { ownCash = 1_000_000, claimed = new Set(), ...options } = more;
    const lane = createLane({
      writer: node,
      journal: claiming(claimed),
      policy: { ...policy, maxFeePerGas: 10n ** 12n },
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(true),
    });
    return execute(
      portOf(script, calls, batches),
      lane,
      {
        own: KEEPER,
        slippageBps: 200,
        deadlineSec: 120,
        mode: 'profit',
        minProfit: 0n,
        maxGas: 1_000_000n,
        batchGas: 0n,
        dryRun: false,
        policy,
        ...options,
      },
      {
        head: node.head(),
        candidates: decide(inputsOf(accounts, prices)).candidates,
        capacity: createCapacity({ cash: usd(ownCash), legs: [], spot: [] }, prices, PRESETS.portfolio, 200n),
        gasTokenPrice: usd(3_000),
        versionOf: () => 1,
      },
    );
  }

  const skips = ({ skipped }: Execution): Record<string, number> => Object.fromEntries(skipped);
  const sentTo = ({ executed }: Execution): bigint[] => executed.map(({ candidate }) => candidate.account);

  it('sends all of a block, the worst first, without waiting for any', async () => {
    const execution = await run(3, {});
    expect(sentTo(execution)).to.deep.equal([11n, 12n, 13n]);
    expect(node.taken.map(({ nonce }) => nonce)).to.deep.equal([0, 1, 2]);
    expect(skips(execution)).to.deep.equal({});
  });

  it('bounds reward and cash by the quote, and the time', async () => {
    await run(1, {});
    const call = calls.at(-1);
    expect(call?.minReward).to.equal(usd(49));
    // a perp moves no cash: what is left is the reward, less 2% of it and of the notional
    const notional = Number(((call?.selection.sizes[0] ?? 0n) * 3_000n) / WAD);
    const bound = Number(call?.minReward) / 1e18 - notional * 0.02;
    expect(Math.abs(Number(call?.minCash) / 1e18 - bound) <= 200).to.equal(true);
    expect(BigInt(call?.deadlineSec ?? 0)).to.equal(node.head().timestamp + 120n);
  });

  it('does not keep the worst waiting for the others', async () => {
    const sentBy: number[] = [];
    const slow = async (): Promise<Execution> =>
      run(3, { wait: (id) => sleep(id === 11n ? 0 : 30).then(() => void sentBy.push(node.taken.length)) });
    expect(sentTo(await slow())).to.deep.equal([11n, 12n, 13n]);
    expect(sentBy.slice(1), 'sent before the others were simulated').to.deep.equal([1, 1]);
  });

  it('leaves alone what recovered, or cannot be assessed now', async () => {
    const execution = await run(3, { healthy: [11n], notAssessable: [12n] });
    expect(sentTo(execution)).to.deep.equal([13n]);
    expect(skips(execution)).to.deep.equal({ healthyOnChain: 1, notAssessable: 1 });
  });

  it('takes a rival that was first for what it is', async () => {
    const execution = await run(2, { answers: { 11: [notLiquidatable] } });
    expect(sentTo(execution)).to.deep.equal([12n]);
    expect(skips(execution)).to.deep.equal({ healthyOnChain: 1 });
  });

  it('takes less where the basket would overshoot', async () => {
    const execution = await run(1, { answers: { 11: [overshoot] } });
    const [done] = execution.executed;
    const [whole] = decide(
      inputsOf({ 11: account({ cash: 100, perps: { [ETH]: [10, 3_000] } }) }, prices),
    ).candidates;
    const less = Number(done?.candidate.basket.fraction) / Number(whole?.basket.fraction);
    expect(Math.abs(less - 0.98) < 1e-12, `${less}`).to.equal(true);
    const twice = await run(1, { answers: { 11: [overshoot, overshoot] } });
    expect(skips(twice)).to.deep.equal({ wouldRevert: 1 });
  });

  it('stops and says so when its own margin is used up', async () => {
    const execution = await run(3, { answers: { 12: [keeperShort] } });
    expect(sentTo(execution)).to.deep.equal([11n]);
    expect(skips(execution)).to.deep.equal({ keeperNeedsCollateral: 2 });
  });

  it('takes a part where the whole does not fit its margin, and nothing without collateral', async () => {
    const execution = await run(1, {}, { ownCash: 4_000 });
    const [done] = execution.executed;
    expect(Number(done?.candidate.basket.fraction)).to.be.lessThan(0.6e18);
    expect(skips(await run(1, {}, { ownCash: 0 }))).to.deep.equal({ keeperNeedsCollateral: 1 });
  });

  it('leaves what does not pay for its gas, or takes too much of it', async () => {
    // 300,000 gas at a gwei and ten wei, of a token worth 3000: 0.9 USD
    const execution = await run(3, {
      answers: { 11: [{ reward: usd(0.8) }], 12: [{ reward: usd(1) }], 13: [{ gas: 1_000_001n }] },
    });
    expect(sentTo(execution)).to.deep.equal([12n]);
    expect(skips(execution)).to.deep.equal({ unprofitable: 1, gasLimit: 1 });
  });

  it('sends nothing in a dry run', async () => {
    const execution = await run(2, {}, { dryRun: true });
    expect(execution.executed.map(({ entry }) => entry)).to.deep.equal([undefined, undefined]);
    expect(skips(execution)).to.deep.equal({ dryRun: 2 });
    expect(node.taken).to.have.length(0);
  });

  it('keeps an RPC failure apart from a verdict, and goes on with the rest', async () => {
    const execution = await run(2, { answers: { 11: [new Error('fetch failed')] } });
    expect(sentTo(execution)).to.deep.equal([12n]);
    expect(skips(execution)).to.deep.equal({ rpcError: 1 });
  });

  it('stops sending when there is nothing to pay gas with', async () => {
    node.script.push(nodeError('insufficient funds for gas'));
    const execution = await run(3, {});
    expect(sentTo(execution)).to.deep.equal([]);
    expect(skips(execution)).to.deep.equal({ sendFailed: 3 });
  });

  describe('in batches', () => {
    const together = { maxGas: 10_000_000n, batchGas: 1_400_000n };
    /** Each says 300,000 gas of itself: three fit under the limit with its margin. */
    const alike = (): Script => ({});

    it('puts together what fits, in its order, with gas for each as if it were alone', async () => {
      const execution = await run(4, alike(), together);
      expect(sentTo(execution)).to.deep.equal([11n, 12n, 13n, 14n]);
      expect(batches.map(({ accounts }) => accounts)).to.deep.equal([[11n, 12n, 13n]]);
      expect(batches[0]?.gas).to.equal(1_220_000n);
      expect(node.taken).to.have.length(2);
      const [first, second] = execution.executed;
      expect(first?.entry?.nonce).to.equal(second?.entry?.nonce);
      expect(calls.filter(({ minReward }) => minReward === usd(49))).to.have.length(4);
    });

    it('leaves out what a rival took, and sends the rest', async () => {
      const execution = await run(3, { answers: { 12: [notLiquidatable] } }, together);
      expect(sentTo(execution)).to.deep.equal([11n, 13n]);
      expect(skips(execution)).to.deep.equal({ healthyOnChain: 1 });
      expect(node.taken).to.have.length(1);
    });

    it('takes less, alone, where one would overshoot', async () => {
      const execution = await run(3, { answers: { 12: [overshoot] } }, together);
      expect([...sentTo(execution)].sort()).to.deep.equal([11n, 12n, 13n]);
      expect(node.taken).to.have.length(2);
    });

    it('goes on alone where the node does not answer for all at once', async () => {
      const refuse = { ...alike(), noBatches: true };
      expect(sentTo(await run(3, refuse, together))).to.deep.equal([11n, 12n, 13n]);
      expect(node.taken).to.have.length(3);
    });

    it('finds worth it what pays for its share, but not for a transaction of its own', async () => {
      // alone 300,000 gas cost 0.909 USD; the share of three is 300,000 - 2/3 * 60,000 = 260,000: 0.788 USD
      const answers = { 11: [{ reward: usd(0.8) }], 12: [{ reward: usd(0.8) }], 13: [{ reward: usd(0.8) }] };
      const apart = await run(3, { answers }, { maxGas: 10_000_000n });
      expect(skips(apart)).to.deep.equal({ unprofitable: 3 });
      const execution = await run(3, { answers }, together);
      expect(sentTo(execution)).to.deep.equal([11n, 12n, 13n]);
      // where one does not even pay for that, the share of the others grows beyond what they earn
      const poor = { ...answers, 12: [{ reward: usd(0.7) }] };
      expect(skips(await run(3, { answers: poor }, together))).to.deep.equal({ unprofitable: 3 });
    });

    it('divides a batch of which another keeper has a part in hand', async () => {
      const claimed = new Set<AccountId>([12n]);
      const execution = await run(4, alike(), { ...together, batchGas: 2_000_000n, claimed });
      expect(sentTo(execution)).to.deep.equal([11n, 13n, 14n]);
      expect(skips(execution)).to.deep.equal({ sendFailed: 1 });
    });

    it('keeps apart what would take most of a batch', async () => {
      const execution = await run(3, alike(), { ...together, batchGas: 700_000n });
      expect(sentTo(execution)).to.have.length(3);
      expect(node.taken).to.have.length(3);
    });

    it('says for each why nothing is sent', async () => {
      expect(skips(await run(3, alike(), { ...together, dryRun: true }))).to.deep.equal({ dryRun: 3 });
      node.script.push(nodeError('insufficient funds for gas'));
      expect(skips(await run(4, alike(), together))).to.deep.equal({ sendFailed: 4 });
    });
  });
});
