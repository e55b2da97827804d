import { mulDown } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { BlockHead } from '../chain/types.ts';
import { refusalOf } from '../decide/plan.ts';
import type { PlanTerms } from '../decide/plan.ts';
import { createAttempts } from '../execute/attempts.ts';
import { classifySimulationError, messageOf } from '../execute/classify.ts';
import { gasCostWei } from '../execute/fees.ts';
import type { FeePolicy } from '../execute/fees.ts';
import type { Lane } from '../execute/lane.ts';
import type { Purpose } from '../execute/journal.ts';
import type { SharedWork } from '../execute/sharedWork.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import { endOf, openSize, tipOf } from './checkOrder.ts';
import type { OrderFacts } from './checkOrder.ts';
import type { KeptOrder, OrderStore } from './orderStore.ts';
import type { TriggerCall, TriggerPort } from './triggerPort.ts';

export const TRIGGER_DUTY = 'trigger';
const GAS_MARGIN_PERCENT = 20n;
const GAS_MARGIN = 50_000n;
/** Parts of an order to try, as the vault may have room for a part only. */
const PARTS = [1n, 2n, 4n, 8n] as const;
/** Orders that are over without having been triggered are looked for once in so many blocks. */
const SWEEP_BLOCKS = 64n;

/** As of a liquidation, with the tip for its reward. */
export interface ExecutorOptions extends PlanTerms {
  /** The account that tips go to. */
  readonly own: AccountId;
  readonly maxGas: bigint;
  readonly dryRun: boolean;
  readonly policy: FeePolicy;
  /** Most orders looked at in one block. */
  readonly most: number;
}

/** What was done about an order in a block. @property failure Why nothing was sent, if so. */
export interface TriggerReport {
  readonly order: KeptOrder;
  readonly failure: string | undefined;
}

export interface TriggerInputs {
  readonly head: BlockHead;
  readonly board: PriceBoard;
  /** USD per unit of the gas token, wad; undefined where it is not known. */
  readonly gasTokenPrice: bigint | undefined;
}

/** Executes the trigger orders whose price has come. */
export interface TriggerExecutor {
  run(inputs: TriggerInputs): Promise<readonly TriggerReport[]>;
  /** A transaction that this executor sent reverted. */
  reverted(purpose: Purpose, headNumber: bigint): void;
}

interface Due {
  readonly kept: KeptOrder;
  readonly facts: OrderFacts;
  readonly key: string;
}

/** Orders of one nonce share a fill: whichever of them fills it, it is done once from each state of the fill. */
export function keyOf({ signed: { triggerOrder } }: KeptOrder, filled: bigint): string {
  const { account, nonce } = triggerOrder.order;
  return `order/0x${account.toString(16)}/${nonce}/${filled}`;
}

export function createTriggerExecutor(
  store: OrderStore,
  port: TriggerPort,
  lane: Lane,
  work: SharedWork,
  options: ExecutorOptions,
): TriggerExecutor {
  const attempts = createAttempts();
  const idOf = ({ signed: { triggerOrder } }: KeptOrder): bigint =>
    (triggerOrder.order.account << 64n) | triggerOrder.order.nonce;

  /** Those that can be executed now, one of each nonce; what is over is marked so. */
  async function findDue({ head, board }: TriggerInputs): Promise<readonly Due[]> {
    const prices = [...board.markets].flatMap(([underlying, { price, status }]) =>
      status === 'ok' ? [{ underlying, price }] : [],
    );
    const resting = attempts.resting(head.number, () => 0);
    const inFlight = new Set(lane.inFlight().flatMap(({ purpose }) => keysIn(purpose)));
    const due = new Map<string, Due>();
    for (const kept of await store.due(prices, options.most)) {
      if (resting.has(idOf(kept))) continue;
      const { order } = kept.signed.triggerOrder;
      const facts = await port.readFacts(kept.signed, head);
      const end = endOf(order, facts);
      if (end !== undefined) {
        await store.end(order.account, order.nonce, end, head.number);
        continue;
      }
      const key = keyOf(kept, facts.filled);
      if (!inFlight.has(key) && !due.has(key)) due.set(key, { kept, facts, key });
    }
    return [...due.values()];
  }

  /** The largest part that would go through. Rejects with the whole order's failure. */
  async function fit({ kept, facts }: Due, head: BlockHead): Promise<{ call: TriggerCall; filled: bigint }> {
    const open = openSize(kept.signed.triggerOrder.order, facts);
    let failure: unknown;
    for (const part of PARTS) {
      const call = { signed: kept.signed, maxSize: open / part, executor: options.own };
      if (call.maxSize === 0n) break;
      try {
        return { call, filled: await port.simulate(call, head.number) };
      } catch (error) {
        failure ??= error;
        // no answer is no verdict, and a smaller part would not get one either
        if (classifySimulationError(error).kind === 'rpc') break;
      }
    }
    throw failure;
  }

  /** @returns why nothing was sent, if so */
  async function execute(due: Due, { head, gasTokenPrice }: TriggerInputs): Promise<string | undefined> {
    const { call, filled } = await fit(due, head);
    const body = port.encode(call);
    const estimate = await port.estimateGas(body, head.number);
    if (estimate > options.maxGas) return `needs ${estimate} gas`;
    const cost = gasTokenPrice && mulDown(gasCostWei(estimate, head, options.policy), gasTokenPrice);
    const tip = tipOf(due.kept.signed.triggerOrder, filled);
    const refusal = refusalOf(tip, cost, options);
    if (refusal !== undefined) return `${refusal}: tip ${tip}, gas cost ${cost} (wad USD)`;
    if (options.dryRun) return 'dry run';
    const padded = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN;
    const gas = padded < options.maxGas ? padded : options.maxGas;
    const purpose = { kind: 'duty', duty: TRIGGER_DUTY, keys: [due.key] } as const;
    const result = await lane.send({ ...body, gas }, purpose, head);
    return result.sent ? undefined : result.message;
  }

  async function report(due: Due, inputs: TriggerInputs): Promise<TriggerReport> {
    let failure: string | undefined;
    try {
      failure = await execute(due, inputs);
    } catch (error) {
      failure = messageOf(error);
    }
    if (failure !== undefined) attempts.failed(idOf(due.kept), inputs.head.number);
    return { order: due.kept, failure };
  }

  return {
    async run(inputs) {
      const { head } = inputs;
      if (head.number % SWEEP_BLOCKS === 0n) await store.expire(head.timestamp, head.number);
      const due = await findDue(inputs);
      if (due.length === 0) return [];
      const describe = ({ key }: Due) => ({ key, urgency: 0 });
      return work.share('order', due, describe, async (mine) => {
        const reports: TriggerReport[] = [];
        for (const one of mine) reports.push(await report(one, inputs));
        const sent = new Set(mine.filter((_, i) => reports[i]?.failure === undefined));
        return { result: reports, done: (one) => sent.has(one) };
      });
    },
    reverted(purpose, headNumber) {
      for (const key of keysIn(purpose)) attempts.failed(idOfKey(key), headNumber);
    },
  };
}

/** Keys of trigger orders that a transaction is for. */
export function keysIn(purpose: Purpose): readonly string[] {
  return purpose.kind === 'duty' && purpose.duty === TRIGGER_DUTY ? purpose.keys : [];
}

function idOfKey(key: string): bigint {
  const [, account = '0', nonce = '0'] = key.split('/');
  return (BigInt(account) << 64n) | BigInt(nonce);
}
