import { max, min, mulDown } from '@novate/sdk';
import { refusalOf } from '../decide/plan.ts';
import type { PlanTerms } from '../decide/plan.ts';
import { isOption } from '../decide/basket.ts';
import type { SkipReason } from '../decide/skip.ts';
import { failureInBatch } from './classify.ts';
import type { ExecuteInputs } from './execute.ts';
import { gasCostWei } from './fees.ts';
import type { FeePolicy } from './fees.ts';
import type { LiquidationCall, LiquidationPort } from './liquidationPort.ts';
import { mapConcurrently, startConcurrently } from './pool.ts';
import { boundedCall, callOf, NO_CASH_BOUND, padded, unpadded } from './prepared.ts';
import type { CallTerms, Planned, Ready, ReadyPart } from './prepared.ts';

const CALLS_AT_ONCE = 8;
/** Accounts of one shape that are tried for an estimate of the gas. */
const TRIES_PER_SHAPE = 3;
/**
 * What each liquidation after the first saves in a batch: the transaction itself, and contracts, prices and the keeper's own
 * account, which have been touched already. Measured at 66,000; the rest is for doubt.
 */
export const SHARED_GAS = 60_000n;

export interface BatchOptions extends PlanTerms, CallTerms {
  readonly maxGas: bigint;
  readonly batchGas: bigint;
  readonly policy: FeePolicy;
}

export interface BatchTools {
  /** Prepares a transaction for one account, exactly. */
  readonly alone: (planned: Planned) => Promise<Ready | undefined>;
  readonly skip: (account: bigint, reason: SkipReason, message: string) => undefined;
  readonly onKeeperMargin: () => void;
}

/** Puts liquidations together into transactions. */
export interface Batches {
  /**
   * In the order of what is planned, as far as its order survives being put together.
   * @returns each as soon as it is ready.
   */
  start(planned: readonly Planned[]): Promise<readonly Promise<readonly Ready[]>[]>;
}

/** @property gas What the liquidation would take in a transaction of its own. */
interface Sized extends Planned {
  readonly gas: bigint;
}

type SizedPart = Sized & ReadyPart;

const isSized = (planned: Planned): planned is Sized => 'gas' in planned;
const sum = (parts: readonly { readonly gas: bigint }[]): bigint =>
  parts.reduce((total, { gas }) => total + gas, 0n);

export function createBatches(
  port: LiquidationPort,
  options: BatchOptions,
  { head, gasTokenPrice: price }: Pick<ExecuteInputs, 'head' | 'gasTokenPrice'>,
  { alone, skip, onKeeperMargin }: BatchTools,
): Batches {
  // no node takes what no block holds; some chains do not say how much that is
  const blockGas = head.gasLimit === 0n ? options.maxGas : head.gasLimit;
  const budget = min(options.batchGas, min(options.maxGas, blockGas));
  const unbounded = (planned: Planned): LiquidationCall => callOf(planned, options, head, 0n, NO_CASH_BOUND);

  /** Liquidations of like accounts take about the same: one of each shape is estimated. */
  async function estimate(planned: readonly Planned[]): Promise<readonly Planned[]> {
    const shapes = new Map<string, Planned[]>();
    for (const each of planned) {
      const shape = shapeOf(each);
      shapes.set(shape, [...(shapes.get(shape) ?? []), each]);
    }
    const found = await mapConcurrently([...shapes], CALLS_AT_ONCE, async ([shape, alike]) => {
      for (const each of alike.slice(0, TRIES_PER_SHAPE)) {
        const gas = await port.estimateGas(port.encode(unbounded(each)), head.number).catch(() => undefined);
        if (gas !== undefined) return [shape, gas] as const;
      }
      return [shape, undefined] as const;
    });
    const gasOf = new Map(found);
    return planned.map((each) => {
      const gas = gasOf.get(shapeOf(each));
      return gas === undefined ? each : { ...each, gas };
    });
  }

  /** As many as the budget has room for, in their order; what takes half of it or more stays alone. */
  function pack(planned: readonly Planned[]): (readonly Planned[])[] {
    const room = unpadded(budget);
    const groups: (readonly Planned[])[] = [];
    let open: Sized[] = [];
    for (const each of planned) {
      if (!isSized(each) || 2n * each.gas > room) {
        groups.push([each]);
        continue;
      }
      if (sum(open) + each.gas > room) open = [];
      if (open.length === 0) groups.push(open);
      open.push(each);
    }
    return groups;
  }

  /** Asks the chain about all of a group at once. What only its own transaction can tell about goes alone. */
  async function prepareGroup(group: readonly Sized[]): Promise<readonly Ready[]> {
    const calls = group.map((each) => ({
      ...boundedCall(each, options, head, each.candidate.reward),
      minReward: 0n,
    }));
    const outcomes = await port
      .simulateBatch(calls, padded(sum(group), options.maxGas), head.number)
      .catch(() => undefined);
    if (outcomes === undefined) return prepareAlone(group);
    const good: SizedPart[] = [];
    const again: Sized[] = [];
    group.forEach((each, i) => {
      const outcome = outcomes[i];
      if (outcome?.done === true) good.push({ ...each, simulated: outcome.simulated });
      else if (!isRefused(each, outcome?.reason ?? '0x')) again.push(each);
    });
    const worth = worthwhile(good);
    const batch = worth.length === 1 ? await prepareAlone(worth) : worth.length === 0 ? [] : [batchOf(worth)];
    return [...batch, ...(await prepareAlone(again))];
  }

  /** Whether the chain's word about a part is final for this block; it is counted then. */
  function isRefused({ candidate: { account } }: Sized, reason: `0x${string}`): boolean {
    // no word of why: it may have run out of gas
    if (reason === '0x') return false;
    const failure = failureInBatch(reason);
    if (failure.kind === 'overshoot') return false;
    if (failure.kind === 'keeperMargin') onKeeperMargin();
    skip(account, failure.skip, failure.message);
    return true;
  }

  /** Those that pay for their share of the batch's gas, which grows as others leave. */
  function worthwhile(parts: readonly SizedPart[]): readonly SizedPart[] {
    const total = sharedGas(parts);
    const alone = max(sum(parts), 1n);
    const left = parts.filter(({ candidate, gas, simulated: { penalty, incentive } }) => {
      const share = (total * gas) / alone;
      const cost = price && mulDown(gasCostWei(share, head, options.policy), price);
      const refusal = refusalOf(penalty + incentive, cost, options);
      if (refusal === undefined) return true;
      const message = `reward ${penalty + incentive}, share of the gas cost ${cost ?? 'unknown'} (wad USD)`;
      skip(candidate.account, refusal, message);
      return false;
    });
    return left.length === parts.length ? left : worthwhile(left);
  }

  function batchOf(parts: readonly SizedPart[]): Ready {
    const calls = parts.map((part) => {
      const { penalty, incentive } = part.simulated;
      return boundedCall(part, options, head, penalty + incentive);
    });
    const half = Math.ceil(parts.length / 2);
    const divide = (): Ready[] => [batchOf(parts.slice(0, half)), batchOf(parts.slice(half))];
    return {
      parts,
      body: { ...port.encodeBatch(calls), gas: padded(sum(parts), options.maxGas) },
      ...(parts.length > 1 ? { divide } : {}),
    };
  }

  async function prepareAlone(planned: readonly Planned[]): Promise<readonly Ready[]> {
    const ready = await mapConcurrently(planned, CALLS_AT_ONCE, (each) => alone(each));
    return ready.filter((each) => each !== undefined);
  }

  return {
    async start(planned) {
      const together = planned.filter(({ candidate }) => !candidate.deleverage);
      if (budget === 0n || together.length < 2) {
        return startConcurrently(planned, CALLS_AT_ONCE, (each) => prepareAlone([each]));
      }
      const sized = new Map((await estimate(together)).map((each) => [each.candidate.account, each]));
      const groups = pack(planned.map((each) => sized.get(each.candidate.account) ?? each));
      return startConcurrently(groups, CALLS_AT_ONCE, (group) => {
        const several = group.filter(isSized);
        return several.length > 1 ? prepareGroup(several) : prepareAlone(group);
      });
    },
  };
}

/** Gas of a batch, from what its parts would take alone. */
export function sharedGas(parts: readonly { readonly gas: bigint }[]): bigint {
  return max(sum(parts) - SHARED_GAS * BigInt(Math.max(parts.length - 1, 0)), 0n);
}

/** What each of a batch's liquidations would have taken alone. */
export function aloneGasOf(gasUsed: bigint, count: number): bigint {
  const n = BigInt(count);
  return (gasUsed + SHARED_GAS * (n - 1n)) / n;
}

/** Everything that the gas of a liquidation mostly depends on. */
function shapeOf({ candidate: { holdings, basket, emptied }, taken }: Planned): string {
  const options = holdings.legs.filter(isOption).length;
  const expiries = new Set(holdings.legs.map((leg) => ('expirySec' in leg ? leg.expirySec : 0n))).size;
  const counts = [holdings.legs.length, options, expiries, holdings.spot.length];
  return [...counts, basket.legs.length, basket.spot.length, emptied, taken.nets].join('/');
}
