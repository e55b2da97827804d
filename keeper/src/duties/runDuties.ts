import type { BlockHead } from '../chain/types.ts';
import { classifySimulationError, messageOf } from '../execute/classify.ts';
import type { Lane } from '../execute/lane.ts';
import type { SharedWork } from '../execute/sharedWork.ts';
import type { AnyDuty, DutyCall, DutyView, PlannedDuty } from './types.ts';

/** Most transactions of one duty in one tick, so that liquidations find room behind them. */
const SENT_PER_TICK = 8;
/** Blocks until an item is tried again: after it was sent, in case that got lost, and after it would have reverted. */
const REST_AFTER_SENT = 64n;
const REST_AFTER_REVERT = 16n;
const GAS_MARGIN_PERCENT = 20n;
const GAS_MARGIN = 50_000n;

export interface DutyPort {
  /** Simulates: rejects as the call would revert. */
  estimateGas(call: DutyCall, blockNumber: bigint): Promise<bigint>;
}

/** What became of a duty in a tick. */
export interface DutyReport {
  readonly duty: string;
  /** Keys of what was sent, or in a dry run would have been. */
  readonly sent: readonly string[];
  /** Why others were not. */
  readonly failures: readonly string[];
}

export interface DutyOptions {
  readonly maxGas: bigint;
  readonly dryRun: boolean;
}

export interface DutyRunner {
  /** Never rejects: a duty that fails must not keep the others, or the next block, waiting. */
  run(view: DutyView): Promise<readonly DutyReport[]>;
}

interface Done {
  readonly sent: string[];
  readonly failures: string[];
}

/** @param work Shares items by their keys: of all keepers on one store one does each thing of each epoch. */
export function createDutyRunner(
  duties: readonly AnyDuty[],
  port: DutyPort,
  lane: Lane,
  work: SharedWork,
  options: DutyOptions,
): DutyRunner {
  const restUntil = new Map<string, bigint>();

  function rest(keys: readonly string[], head: BlockHead, blocks: bigint): void {
    for (const key of keys) restUntil.set(key, head.number + blocks);
  }

  /** One transaction. Where several things do not go together, each half is tried alone. */
  async function send(
    duty: AnyDuty,
    plan: PlannedDuty,
    keys: readonly string[],
    head: BlockHead,
    done: Done,
  ): Promise<void> {
    try {
      const call = await plan.encode(new Set(keys));
      if (call === undefined) return rest(keys, head, REST_AFTER_REVERT);
      const estimate = await port.estimateGas(call, head.number);
      if (estimate > options.maxGas) throw new GasLimitError(estimate);
      await sendCall(duty, call, estimate, keys, head, done);
    } catch (error) {
      const failure = classifySimulationError(error);
      // no answer is no verdict: the next block asks again
      const isVerdict = failure.kind !== 'rpc' || error instanceof GasLimitError;
      if (keys.length > 1 && isVerdict) {
        const half = Math.ceil(keys.length / 2);
        await send(duty, plan, keys.slice(0, half), head, done);
        return send(duty, plan, keys.slice(half), head, done);
      }
      if (isVerdict) rest(keys, head, REST_AFTER_REVERT);
      done.failures.push(failure.message);
    }
  }

  async function sendCall(
    duty: AnyDuty,
    call: DutyCall,
    estimate: bigint,
    keys: readonly string[],
    head: BlockHead,
    done: Done,
  ): Promise<void> {
    if (!options.dryRun) {
      const padded = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN;
      const gas = padded < options.maxGas ? padded : options.maxGas;
      const result = await lane.send({ ...call, gas }, { kind: 'duty', duty: duty.name, keys }, head);
      if (!result.sent) {
        if (result.failure === 'taken') rest(keys, head, REST_AFTER_SENT);
        done.failures.push(result.message);
        return;
      }
    }
    rest(keys, head, REST_AFTER_SENT);
    done.sent.push(...keys);
  }

  async function runOne(duty: AnyDuty, view: DutyView): Promise<DutyReport> {
    const { head } = view;
    const plan = await duty.plan(view);
    const due = plan.items.filter(({ key }) => (restUntil.get(key) ?? 0n) <= head.number);
    const done: Done = { sent: [], failures: [] };
    if (due.length > 0) {
      const most = due.slice(0, SENT_PER_TICK * plan.together);
      await work.share(
        duty.kind,
        most,
        (item) => item,
        async (mine) => {
          const keys = mine.map(({ key }) => key);
          for (let i = 0; i < keys.length; i += plan.together) {
            await send(duty, plan, keys.slice(i, i + plan.together), head, done);
          }
          const sent = new Set(done.sent);
          return { result: undefined, done: ({ key }) => sent.has(key) };
        },
      );
    }
    return { duty: duty.name, ...done };
  }

  return {
    async run(view) {
      for (const [key, until] of restUntil) if (until <= view.head.number) restUntil.delete(key);
      const reports: DutyReport[] = [];
      for (const duty of duties) {
        try {
          reports.push(await runOne(duty, view));
        } catch (error) {
          reports.push({ duty: duty.name, sent: [], failures: [messageOf(error)] });
        }
      }
      return reports.filter(({ sent, failures }) => sent.length + failures.length > 0);
    },
  };
}

class GasLimitError extends Error {
  override readonly name = 'GasLimitError';

  constructor(gas: bigint) {
    super(`needs ${gas} gas, more than maxGasPerTransaction`);
  }
}
