import type { AccountId } from '@novate/sdk';
import type { BlockHead } from '../chain/types.ts';
import type { ExpiredAccount } from '../decide/expired.ts';
import { classifySimulationError } from './classify.ts';
import type { Lane } from './lane.ts';
import type { SettlementPort } from './settlementPort.ts';

/** Most accounts in one call. */
export const SETTLED_TOGETHER = 50;
/** Blocks after which an account that still holds the expiry is tried again: a reorganisation, or a lost transaction. */
const TRIED_FOR = 256n;
const GAS_MARGIN_PERCENT = 20n;
const GAS_MARGIN = 50_000n;

export interface SettleOptions {
  readonly maxGas: bigint;
  readonly dryRun: boolean;
}

export interface Settlement {
  /** Accounts of the batch that was sent, or in a dry run would have been. */
  readonly accounts: readonly AccountId[];
  /** Why nothing was sent, if so. */
  readonly failure: string | undefined;
}

/** Turns what has expired into cash, batch by batch, whenever nothing else is on its way. */
export interface SettlementDuty {
  /** Those that were not tried lately. */
  due(expired: readonly ExpiredAccount[], head: BlockHead): readonly ExpiredAccount[];
  /** At most one batch. Undefined where there is nothing to do, or the lane is busy. */
  run(expired: readonly ExpiredAccount[], head: BlockHead): Promise<Settlement | undefined>;
}

export function createSettlementDuty(
  port: SettlementPort,
  lane: Lane,
  options: SettleOptions,
): SettlementDuty {
  /** By account and expiry: the block from which it may be tried again. */
  const tried = new Map<string, bigint>();

  function isFresh({ account, expiries }: ExpiredAccount, head: BlockHead): boolean {
    return expiries.some((key) => (tried.get(nameOf(account, key)) ?? 0n) <= head.number);
  }

  function remember(batch: readonly ExpiredAccount[], head: BlockHead): void {
    for (const [name, until] of tried) if (until <= head.number) tried.delete(name);
    for (const { account, expiries } of batch) {
      for (const key of expiries) tried.set(nameOf(account, key), head.number + TRIED_FOR);
    }
  }

  async function send(batch: readonly ExpiredAccount[], head: BlockHead): Promise<Settlement> {
    const accounts = batch.map(({ account }) => account);
    const body = port.encode(accounts);
    const estimate = await port.estimateGas(body, head.number);
    if (estimate > options.maxGas) {
      if (batch.length > 1) return send(batch.slice(0, Math.ceil(batch.length / 2)), head);
      remember(batch, head);
      return { accounts, failure: `needs ${estimate} gas` };
    }
    remember(batch, head);
    if (options.dryRun) return { accounts, failure: 'dry run' };
    const padded = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN;
    const gas = padded < options.maxGas ? padded : options.maxGas;
    const result = await lane.send({ ...body, gas }, { kind: 'settlement', accounts }, head);
    return { accounts, failure: result.sent ? undefined : result.message };
  }

  const due = (expired: readonly ExpiredAccount[], head: BlockHead): ExpiredAccount[] =>
    expired.filter((entry) => isFresh(entry, head));

  return {
    due,
    async run(expired, head) {
      if (lane.inFlight().length > 0) return undefined;
      const batch = due(expired, head).slice(0, SETTLED_TOGETHER);
      if (batch.length === 0) return undefined;
      try {
        return await send(batch, head);
      } catch (error) {
        const failure = classifySimulationError(error);
        // no answer is no verdict: the next block asks again
        if (failure.kind !== 'rpc') remember(batch, head);
        return { accounts: batch.map(({ account }) => account), failure: failure.message };
      }
    },
  };
}

function nameOf(account: AccountId, key: bigint): string {
  return `${account}/${key}`;
}
