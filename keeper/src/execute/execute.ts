import { mulDivUp, mulDown, WAD } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { BlockHead, TransactionBody } from '../chain/types.ts';
import { grossValue, isEmpty, toSelection } from '../decide/basket.ts';
import type { Basket } from '../decide/basket.ts';
import { shrinkCandidate } from '../decide/candidate.ts';
import type { Candidate } from '../decide/candidate.ts';
import type { Capacity, Taken } from '../decide/capacity.ts';
import { refusalOf } from '../decide/plan.ts';
import type { PlanTerms } from '../decide/plan.ts';
import { countSkip } from '../decide/skip.ts';
import type { SkipCounts, SkipReason } from '../decide/skip.ts';
import { classifySimulationError } from './classify.ts';
import { gasCostWei } from './fees.ts';
import type { FeePolicy } from './fees.ts';
import type { InFlight } from './journal.ts';
import type { Lane } from './lane.ts';
import type { LiquidationCall, LiquidationPort, SimulatedLiquidation } from './liquidationPort.ts';
import { mapConcurrently, startConcurrently } from './pool.ts';

const ASSESSED_TOGETHER = 64;
const CALLS_AT_ONCE = 8;
const BPS = 10_000n;
const DEADLINE_SEC = 120n;
/** Above the estimate, which is for the state at the head: the first of two liquidations in a block makes more slots. */
const GAS_MARGIN_PERCENT = 30n;
const GAS_MARGIN = 50_000n;
const NO_CASH_BOUND = -(2n ** 255n);
/** Smaller baskets to try where the keeper's margin has no room for the whole one. */
const SHARES = [WAD, WAD / 2n, WAD / 4n, WAD / 8n] as const;
const AFTER_OVERSHOOT = (WAD * 98n) / 100n;
/** Deleveraging takes nothing over. */
const NO_BASKET: Basket = { legs: [], spot: [], fraction: 0n };
const NOTHING_TAKEN: Taken = { cash: 0n, nets: false };

export interface ExecuteOptions extends PlanTerms {
  readonly own: AccountId;
  readonly slippageBps: number;
  readonly maxGas: bigint;
  readonly dryRun: boolean;
  readonly policy: FeePolicy;
}

export interface ExecuteInputs {
  readonly head: BlockHead;
  /** The worst first. */
  readonly candidates: readonly Candidate[];
  /** May still be on its way: it is needed once candidates are confirmed. */
  readonly capacity: Capacity | Promise<Capacity>;
  /** USD per unit of the gas token, wad; undefined where it is not known. */
  readonly gasTokenPrice: bigint | undefined;
  readonly versionOf: (account: AccountId) => number;
}

/** A liquidation that was simulated and, unless it is a dry run, sent. */
export interface Executed {
  readonly candidate: Candidate;
  readonly simulated: SimulatedLiquidation;
  /** Absent in a dry run. */
  readonly entry: InFlight | undefined;
}

export interface Skipped {
  readonly account: AccountId;
  readonly reason: SkipReason;
  readonly message: string;
}

export interface Execution {
  readonly executed: readonly Executed[];
  readonly skipped: SkipCounts;
  /** Those worth a line in the log. */
  readonly details: readonly Skipped[];
}

interface Planned {
  readonly candidate: Candidate;
  readonly taken: Taken;
}

interface Ready extends Planned {
  readonly body: TransactionBody;
  readonly simulated: SimulatedLiquidation;
}

/** Confirms candidates on chain, simulates and sends them in their order, without waiting for blocks. */
export async function execute(
  port: LiquidationPort,
  lane: Lane,
  options: ExecuteOptions,
  inputs: ExecuteInputs,
): Promise<Execution> {
  const skipped: SkipCounts = new Map();
  const details: Skipped[] = [];
  const skip = (account: AccountId, reason: SkipReason, message: string): undefined => {
    countSkip(skipped, reason);
    details.push({ account, reason, message });
    return undefined;
  };
  const { head } = inputs;
  let outOfMargin = false;

  async function confirm(): Promise<Candidate[]> {
    const chunks: Candidate[][] = [];
    for (let i = 0; i < inputs.candidates.length; i += ASSESSED_TOGETHER) {
      chunks.push(inputs.candidates.slice(i, i + ASSESSED_TOGETHER));
    }
    const confirmed = await mapConcurrently(chunks, CALLS_AT_ONCE, async (chunk) => {
      const assessed = await port.assess(
        chunk.map(({ account }) => account),
        head.number,
      );
      return chunk.filter((candidate, i) => isConfirmed(candidate, assessed[i]));
    });
    return confirmed.flat();
  }

  function isConfirmed(
    { account }: Candidate,
    assessed: Awaited<ReturnType<LiquidationPort['assess']>>[number] | undefined,
  ): boolean {
    if (assessed?.account !== account) {
      skip(account, 'notAssessable', 'the lens did not answer for this account');
      return false;
    }
    if (!assessed.ok) {
      skip(account, 'notAssessable', assessed.error?.sentence ?? 'the lens ran out of gas');
      return false;
    }
    const { equity, maintenanceMargin } = assessed.margin;
    if (equity < maintenanceMargin) return true;
    skip(account, 'healthyOnChain', `equity ${equity}, maintenance margin ${maintenanceMargin}`);
    return false;
  }

  /** The largest share of the basket that the keeper's margin has room for. */
  function fit(candidate: Candidate, capacity: Capacity): Planned | undefined {
    if (candidate.deleverage) {
      return { candidate: { ...candidate, basket: NO_BASKET, reward: 0n }, taken: NOTHING_TAKEN };
    }
    for (const share of SHARES) {
      const smaller = share === WAD ? candidate : shrinkCandidate(candidate, share);
      if (isEmpty(smaller.basket)) break;
      const taken = capacity.take(smaller.basket, smaller.market, smaller.reward);
      if (taken !== undefined) return { candidate: smaller, taken };
    }
    return skip(candidate.account, 'keeperNeedsCollateral', NEEDS_COLLATERAL);
  }

  /** Takes nothing over and earns nothing: whatever gas it costs, an insolvent account must not grow worse. */
  async function prepareDeleverage(planned: Planned): Promise<Ready | undefined> {
    const { account, equity, maintenanceMargin } = planned.candidate;
    try {
      const body = port.encodeDeleverage(account);
      const estimate = await port.estimateGas(body, head.number);
      if (estimate > options.maxGas) return skip(account, 'gasLimit', `needs ${estimate} gas`);
      const simulated = { equity, maintenanceMargin, penalty: 0n, incentive: 0n };
      return { ...planned, body: { ...body, gas: padded(estimate, options.maxGas) }, simulated };
    } catch (error) {
      const failure = classifySimulationError(error);
      return skip(account, failure.skip, failure.message);
    }
  }

  async function prepare(planned: Planned, retried = false): Promise<Ready | undefined> {
    if (planned.candidate.deleverage) return prepareDeleverage(planned);
    const { account } = planned.candidate;
    try {
      const unbounded = callOf(planned, options, head, 0n, NO_CASH_BOUND);
      // the bounds that follow from the simulation cost no gas but for the bytes that they are written in
      const simulating = port.simulate(unbounded, head.number);
      const estimating = port.estimateGas(port.encode(unbounded), head.number);
      // where the call reverts, the simulation says why
      estimating.catch(() => undefined);
      const simulated = await simulating;
      const reward = simulated.penalty + simulated.incentive;
      const call = boundedCall(planned, options, head, reward);
      const body = port.encode(call);
      const estimate = await estimating;
      if (estimate > options.maxGas) return skip(account, 'gasLimit', `needs ${estimate} gas`);
      const { gasTokenPrice: price } = inputs;
      const cost = price && mulDown(gasCostWei(estimate, head, options.policy), price);
      const refusal = refusalOf(reward, cost, options);
      if (refusal !== undefined) {
        return skip(account, refusal, `reward ${reward}, gas cost ${cost ?? 'unknown'} (wad USD)`);
      }
      return { ...planned, body: { ...body, gas: padded(estimate, options.maxGas) }, simulated };
    } catch (error) {
      const failure = classifySimulationError(error);
      if (failure.kind === 'overshoot' && !retried) {
        return prepare({ ...planned, candidate: shrinkCandidate(planned.candidate, AFTER_OVERSHOOT) }, true);
      }
      if (failure.kind === 'keeperMargin') outOfMargin = true;
      return skip(account, failure.skip, failure.message);
    }
  }

  async function sendOne({ candidate, body, simulated }: Ready): Promise<Executed | undefined> {
    const { account, basket } = candidate;
    if (options.dryRun) {
      skip(account, 'dryRun', `would earn ${simulated.penalty + simulated.incentive} (wad USD)`);
      return { candidate, simulated, entry: undefined };
    }
    const reward = simulated.penalty + simulated.incentive;
    const version = inputs.versionOf(account);
    const deadlineSec = deadlineOf(head);
    const purpose = { kind: 'liquidation', account, basket, reward, version, deadlineSec } as const;
    const result = await lane.send(body, purpose, head);
    if (result.sent) return { candidate, simulated, entry: result.entry };
    stopped = result.failure === 'insufficientFunds' || result.failure === 'feeCap';
    return skip(account, result.failure === 'feeCap' ? 'feeCap' : 'sendFailed', result.message);
  }
  let stopped = false;

  if (!options.dryRun) lane.getReady();
  const [confirmed, capacity] = await Promise.all([confirm(), inputs.capacity]);
  const planned = confirmed.map((candidate) => fit(candidate, capacity)).filter((plan) => plan !== undefined);
  const preparing = startConcurrently(planned, CALLS_AT_ONCE, (plan) => prepare(plan));
  const executed: Executed[] = [];
  for (const next of preparing) {
    const each = await next;
    if (each === undefined) continue;
    // the first is on its way at once; those after it wait for what the others say of the keeper's margin
    if (executed.length > 0) await Promise.all(preparing);
    // the chain knows the keeper's margin better than the twin: what comes next would only revert
    if (outOfMargin && executed.length > 0) {
      skip(each.candidate.account, 'keeperNeedsCollateral', NEEDS_COLLATERAL);
      continue;
    }
    if (stopped) {
      skip(each.candidate.account, 'sendFailed', 'not tried: the one before could not be sent either');
      continue;
    }
    const done = await sendOne(each);
    if (done !== undefined) executed.push(done);
  }
  return { executed, skipped, details };
}

const NEEDS_COLLATERAL =
  "the keeper's account has no room under its initial margin: deposit more collateral, or reduce its positions";

function padded(estimate: bigint, most: bigint): bigint {
  const gas = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN;
  return gas < most ? gas : most;
}

const deadlineOf = (head: BlockHead): number => Number(head.timestamp + DEADLINE_SEC);

function callOf(
  { candidate }: Planned,
  { own }: ExecuteOptions,
  head: BlockHead,
  minReward: bigint,
  minCash: bigint,
): LiquidationCall {
  return {
    account: candidate.account,
    liquidator: own,
    selection: toSelection(candidate.basket),
    minReward,
    minCash,
    deadlineSec: deadlineOf(head),
  };
}

/**
 * Everything changes hands at mark, so that what is bounded is how far marks and terms may move until the block. Where the
 * keeper's own positions are closed, cash moves by what they made before, which says nothing about the price now.
 */
function boundedCall(
  planned: Planned,
  options: ExecuteOptions,
  head: BlockHead,
  reward: bigint,
): LiquidationCall {
  const slippage = BigInt(options.slippageBps);
  const { basket, market } = planned.candidate;
  const { cash, nets } = planned.taken;
  const minReward = reward - mulDivUp(reward, slippage, BPS);
  const minCash = nets ? NO_CASH_BOUND : cash - mulDivUp(grossValue(basket, market) + reward, slippage, BPS);
  return callOf(planned, options, head, minReward, minCash);
}
