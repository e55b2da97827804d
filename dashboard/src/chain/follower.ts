import { decodeNovateLog, stateEventTopics } from '@novate/sdk';
import { BaseError, HttpRequestError, isAddressEqual, TimeoutError } from 'viem';
import type { Hex, RpcLog } from 'viem';
import type { Deployment } from '../connection/discover.ts';
import type { FromWorker, Rows, ToWorker, Totals, View } from './messages.ts';
import { createLogReader } from './logs.ts';
import { EMPTY_ROWS } from './messages.ts';
import { readReference, readSnapshot, toValuation } from './snapshot.ts';
import type { Reference, Snapshot } from './snapshot.ts';

/** A liquidation as the chain recorded it. Wad USD. */
export interface LiquidationEntry {
  readonly key: string;
  readonly block: number;
  readonly transaction: Hex;
  readonly account: bigint;
  readonly liquidator: bigint;
  readonly equityBefore: bigint;
  readonly maintenanceBefore: bigint;
  readonly penalty: bigint;
  readonly incentive: bigint;
}

export interface BadDebtEntry {
  readonly key: string;
  readonly block: number;
  readonly account: bigint;
  readonly covered: bigint;
  readonly remaining: bigint;
}

/** Figures of one block, for charts. */
export interface Sample {
  readonly block: number;
  readonly timestamp: number;
  /** USD, by underlying. */
  readonly prices: Readonly<Record<number, number>>;
  readonly insurance: number;
  readonly liquidations: number;
}

export interface ChainState {
  /** `lost`: the node stopped answering; everything else is what it last said. */
  readonly status: 'starting' | 'live' | 'lost';
  /** What the node says instead of an answer; undefined where it says nothing at all. */
  readonly problem: string | undefined;
  /** Blocks whose events have been read, while starting. */
  readonly progress: { readonly at: number; readonly of: number } | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly reference: Reference | undefined;
  readonly totals: Totals | undefined;
  readonly rows: Rows;
  /** Newest first. */
  readonly liquidations: readonly LiquidationEntry[];
  readonly badDebts: readonly BadDebtEntry[];
  readonly samples: readonly Sample[];
  /** Milliseconds of this machine's clock at which the newest block came. */
  readonly seenAtMs: number;
}

export interface Follower {
  getState(): ChainState;
  subscribe(listener: () => void): () => void;
  setView(view: View): void;
  stop(): void;
}

const START: ChainState = {
  status: 'starting',
  problem: undefined,
  progress: undefined,
  snapshot: undefined,
  reference: undefined,
  totals: undefined,
  rows: EMPTY_ROWS,
  liquidations: [],
  badDebts: [],
  samples: [],
  seenAtMs: 0,
};
const LOCAL_CHAIN = 31_337;
const LOCAL_POLL_MS = 250;
const POLL_MS = 2_000;
const RETRY_MS = 1_000;
const REFERENCE_EVERY_MS = 60_000;
const KEPT_EVENTS = 5_000;
const KEPT_SAMPLES = 600;

interface Head {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: bigint;
}

/** Follows the head of the chain: events into the worker's ledger, figures into the state, one change per block. */
export function followChain(deployment: Deployment): Follower {
  const { client, addresses, chainId, fromBlock } = deployment;
  const worker = new Worker(new URL('./ledger.worker.ts', import.meta.url), { type: 'module' });
  const listeners = new Set<() => void>();
  let state = START;
  let stopped = false;
  let last: Head | undefined;
  let next = fromBlock;
  const reader = createLogReader(client);
  let referenceAt = -Infinity;

  const change = (part: Partial<ChainState>): void => {
    state = { ...state, ...part };
    listeners.forEach((listener) => listener());
  };
  const tell = (message: ToWorker): void => worker.postMessage(message);
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.type === 'totals') change({ totals: data.totals });
    else change({ rows: data.rows });
  };

  worker.onerror = ({ message }) => change({ status: 'lost', problem: `this page failed: ${message}` });

  async function readLogs(to: bigint): Promise<void> {
    const filter = { address: [addresses.clearinghouse, addresses.liquidator] };
    await reader.read(filter, next, to, (logs, upTo) => {
      take(logs);
      next = upTo + 1n;
      if (state.status === 'starting') change({ progress: { at: Number(upTo), of: Number(to) } });
    });
  }

  function take(logs: readonly RpcLog[]): void {
    const ledger = logs.filter(
      ({ address, topics: [topic] }) =>
        isAddressEqual(address, addresses.clearinghouse) && topic != null && stateEventTopics.includes(topic),
    );
    tell({ type: 'logs', logs: ledger.map(({ topics, data }) => ({ topics, data })) });
    const fresh = logs.filter(({ address }) => isAddressEqual(address, addresses.liquidator));
    const { liquidations, badDebts } = liquidationsIn(fresh, deployment);
    if (liquidations.length + badDebts.length === 0) return;
    change({
      liquidations: [...liquidations, ...state.liquidations].slice(0, KEPT_EVENTS),
      badDebts: [...badDebts, ...state.badDebts].slice(0, KEPT_EVENTS),
    });
  }

  function restart(): void {
    tell({ type: 'reset' });
    [last, next, referenceAt] = [undefined, fromBlock, -Infinity];
    change({ liquidations: [], badDebts: [], samples: [], totals: undefined, rows: EMPTY_ROWS });
  }

  async function step(): Promise<void> {
    const block = await client.getBlock();
    const head: Head = block;
    if (last !== undefined && last.hash === head.hash) {
      if (state.status !== 'live') change({ status: 'live', problem: undefined });
      return;
    }
    if (last !== undefined && (await isReplaced(last, head))) restart();
    if (performance.now() > referenceAt + REFERENCE_EVERY_MS) {
      change({ reference: await readReference(deployment) });
      referenceAt = performance.now();
    }
    await readLogs(head.number);
    const reference = state.reference;
    if (reference === undefined || stopped) return;
    const snapshot = await readSnapshot(deployment, reference, head);
    last = head;
    tell({ type: 'value', valuation: toValuation(snapshot, reference) });
    change({
      status: 'live',
      problem: undefined,
      progress: undefined,
      snapshot,
      samples: [...state.samples, toSample(snapshot, state.liquidations)].slice(-KEPT_SAMPLES),
      seenAtMs: Date.now(),
    });
  }

  /** Whether the block that was dealt with last is no longer of the chain. */
  async function isReplaced(known: Head, head: Head): Promise<boolean> {
    if (head.number === known.number + 1n) return head.parentHash !== known.hash;
    if (head.number <= known.number) return true;
    const now = await client.getBlock({ blockNumber: known.number });
    return now.hash !== known.hash;
  }

  async function loop(): Promise<void> {
    const pause = chainId === LOCAL_CHAIN ? LOCAL_POLL_MS : POLL_MS;
    while (!stopped) {
      let wait = pause;
      try {
        await step();
      } catch (error) {
        change({ status: 'lost', problem: reasonOf(error) });
        wait = RETRY_MS;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  void loop();

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setView: (view) => tell({ type: 'view', view }),
    stop() {
      stopped = true;
      worker.terminate();
    },
  };
}

/** Undefined where nobody answered. */
function reasonOf(error: unknown): string | undefined {
  const silent = (one: unknown): boolean =>
    (one instanceof HttpRequestError && one.status === undefined) || one instanceof TimeoutError;
  if (error instanceof BaseError && error.walk(silent) !== null) return undefined;
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}

function toSample(
  { block, timestamp, markets, insurance }: Snapshot,
  liquidations: readonly LiquidationEntry[],
): Sample {
  const prices = markets.flatMap(({ underlying, price }) =>
    price === undefined ? [] : [[underlying, Number(price.price) / 1e18]],
  );
  return {
    block,
    timestamp,
    prices: Object.fromEntries(prices) as Record<number, number>,
    insurance: Number(insurance) / 1e18,
    liquidations: liquidations.length,
  };
}

/** Newest first. */
function liquidationsIn(
  logs: readonly RpcLog[],
  { addresses }: Deployment,
): { liquidations: LiquidationEntry[]; badDebts: BadDebtEntry[] } {
  const liquidations: LiquidationEntry[] = [];
  const badDebts: BadDebtEntry[] = [];
  for (const log of logs) {
    const event = decodeNovateLog(log, { liquidator: addresses.liquidator });
    const key = `${log.blockHash ?? ''}-${log.logIndex ?? ''}`;
    const block = Number(log.blockNumber ?? 0);
    if (event?.eventName === 'Liquidated' && event.contract === 'liquidator') {
      const { caller: _, equityAfter: _after, maintenanceAfter: _margin, ...args } = event.args;
      liquidations.unshift({ key, block, transaction: log.transactionHash ?? '0x', ...args });
    } else if (event?.eventName === 'BadDebt') {
      badDebts.unshift({ key, block, ...event.args });
    }
  }
  return { liquidations, badDebts };
}
