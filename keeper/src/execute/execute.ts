import { mulDown, WAD } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { BlockHead } from '../chain/types.ts';
import { isEmpty } from '../decide/basket.ts';
import type { Basket } from '../decide/basket.ts';
import { shrinkCandidate } from '../decide/candidate.ts';
import type { Candidate } from '../decide/candidate.ts';
import type { Capacity, Taken } from '../decide/capacity.ts';
import { refusalOf } from '../decide/plan.ts';
import type { PlanTerms } from '../decide/plan.ts';
import { countSkip } from '../decide/skip.ts';
import type { SkipCounts, SkipReason } from '../decide/skip.ts';
import { createBatches } from './batches.ts';
import { classifySimulationError } from './classify.ts';
import { gasCostWei } from './fees.ts';
import type { FeePolicy } from './fees.ts';
import type { InFlight } from './journal.ts';
import type { Lane } from './lane.ts';
import type { LiquidationPort, SimulatedLiquidation } from './liquidationPort.ts';
import { mapConcurrently } from './pool.ts';
import { boundedCall, callOf, deadlineOf, NO_CASH_BOUND, padded } from './prepared.ts';
import type { CallTerms, Planned, Ready } from './prepared.ts';

const ASSESSED_TOGETHER = 64;
const CALLS_AT_ONCE = 8;
/** Smaller baskets to try where the keeper's margin has no room for the whole one. */
const SHARES = [WAD, WAD / 2n, WAD / 4n, WAD / 8n] as const;
const AFTER_OVERSHOOT = (WAD * 98n) / 100n;
/** Deleveraging takes nothing over. */
const NO_BASKET: Basket = { legs: [], spot: [], fraction: 0n };
const NOTHING_TAKEN: Taken = { cash: 0n, nets: false };

export interface ExecuteOptions extends PlanTerms, CallTerms {
  readonly maxGas: bigint;
  /** Most gas of a transaction that liquidates several accounts; 0 where each has its own. */
  readonly batchGas: bigint;
  /** For so many blocks a liquidation goes to the private endpoint only; undefined where there is none. */
  readonly privateBlocks?: bigint | undefined;
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
      return {
        parts: [{ ...planned, simulated }],
        body: { ...body, gas: padded(estimate, options.maxGas) },
      };
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
      return {
        parts: [{ ...planned, simulated }],
        body: { ...body, gas: padded(estimate, options.maxGas) },
      };
    } catch (error) {
      const failure = classifySimulationError(error);
      if (failure.kind === 'overshoot' && !retried) {
        return prepare({ ...planned, candidate: shrinkCandidate(planned.candidate, AFTER_OVERSHOOT) }, true);
      }
      if (failure.kind === 'keeperMargin') outOfMargin = true;
      return skip(account, failure.skip, failure.message);
    }
  }

  function pretend({ parts }: Ready): Executed[] {
    return parts.map(({ candidate, simulated }) => {
      const reward = simulated.penalty + simulated.incentive;
      skip(candidate.account, 'dryRun', `would earn ${reward} (wad USD)`);
      return { candidate, simulated, entry: undefined };
    });
  }

  async function sendOne(ready: Ready): Promise<readonly Executed[]> {
    if (options.dryRun) return pretend(ready);
    const parts = ready.parts.map(({ candidate: { account, basket }, simulated }) => ({
      account,
      basket,
      reward: simulated.penalty + simulated.incentive,
      version: inputs.versionOf(account),
    }));
    const hidden =
      options.privateBlocks === undefined ? {} : { privateUntil: head.number + options.privateBlocks };
    const purpose = {
      kind: 'liquidation',
      parts,
      deadlineSec: deadlineOf(head, options),
      ...hidden,
    } as const;
    const result = await lane.send(ready.body, purpose, head);
    if (result.sent) {
      const { entry } = result;
      return ready.parts.map(({ candidate, simulated }) => ({ candidate, simulated, entry }));
    }
    // somebody else has one of them in hand: not all of them
    if (result.failure === 'taken' && ready.divide !== undefined) {
      const sent: Executed[] = [];
      for (const half of ready.divide()) sent.push(...(await sendOne(half)));
      return sent;
    }
    stopped = result.failure === 'insufficientFunds' || result.failure === 'feeCap';
    const reason = result.failure === 'feeCap' ? 'feeCap' : 'sendFailed';
    for (const { account } of parts) skip(account, reason, result.message);
    return [];
  }
  let stopped = false;

  const batches = createBatches(port, options, inputs, {
    alone: prepare,
    skip,
    onKeeperMargin: () => (outOfMargin = true),
  });
  if (!options.dryRun) lane.getReady();
  const [confirmed, capacity] = await Promise.all([confirm(), inputs.capacity]);
  const planned = confirmed.map((candidate) => fit(candidate, capacity)).filter((plan) => plan !== undefined);
  const preparing = await batches.start(planned);
  const executed: Executed[] = [];
  const skipAll = ({ parts }: Ready, reason: SkipReason, message: string): void => {
    for (const { candidate } of parts) skip(candidate.account, reason, message);
  };
  async function sendNext(each: Ready): Promise<void> {
    // the first is on its way at once; those after it wait for what the others say of the keeper's margin
    if (executed.length > 0) await Promise.all(preparing);
    // the chain knows the keeper's margin better than the twin: what comes next would only revert
    if (outOfMargin && executed.length > 0) skipAll(each, 'keeperNeedsCollateral', NEEDS_COLLATERAL);
    else if (stopped) skipAll(each, 'sendFailed', 'not tried: the one before could not be sent either');
    else executed.push(...(await sendOne(each)));
  }
  for (const next of preparing) {
    for (const each of await next) await sendNext(each);
  }
  return { executed, skipped, details };
}

const NEEDS_COLLATERAL =
  "the keeper's account has no room under its initial margin: deposit more collateral, or reduce its positions";
