import { decodeNovateLog, stateEventTopics } from '@novate/sdk';
import { BaseError, HttpRequestError, isAddressEqual, TimeoutError } from 'viem';
import type { Hex, RpcLog } from 'viem';
import type { Deployment } from '../connection/discover.ts';
import type { FromWorker, Rows, ToWorker, Totals, View } from './messages.ts';
import { createLogReader } from './logs.ts';
import type { LogReader } from './logs.ts';
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
  readonly getState: () => ChainState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly setView: (view: View) => void;
  readonly stop: () => void;
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
  const follower = new ChainFollower(deployment);
  void follower.loop();
  return follower;
}

class ChainFollower implements Follower {
  readonly #deployment: Deployment;
  readonly #worker = new Worker(new URL('./ledger.worker.ts', import.meta.url), { type: 'module' });
  readonly #listeners = new Set<() => void>();
  readonly #reader: LogReader;
  #state = START;
  #stopped = false;
  #last: Head | undefined;
  #next: bigint;
  #referenceAt = -Infinity;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#reader = createLogReader(deployment.client);
    this.#next = deployment.fromBlock;
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'totals') this.#change({ totals: data.totals });
      else this.#change({ rows: data.rows });
    };
    this.#worker.onerror = ({ message }) =>
      this.#change({ status: 'lost', problem: `this page failed: ${message}` });
  }

  readonly getState = (): ChainState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly setView = (view: View): void => this.#tell({ type: 'view', view });

  readonly stop = (): void => {
    this.#stopped = true;
    this.#worker.terminate();
  };

  /** Runs until it is stopped; whatever goes wrong is said and tried again. */
  async loop(): Promise<void> {
    const pause = this.#deployment.chainId === LOCAL_CHAIN ? LOCAL_POLL_MS : POLL_MS;
    while (!this.#stopped) {
      let wait = pause;
      try {
        await this.#step();
      } catch (error) {
        this.#change({ status: 'lost', problem: reasonOf(error) });
        wait = RETRY_MS;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #step(): Promise<void> {
    const head: Head = await this.#deployment.client.getBlock();
    if (this.#last?.hash === head.hash) {
      if (this.#state.status !== 'live') this.#change({ status: 'live', problem: undefined });
      return;
    }
    if (this.#last !== undefined && (await this.#isReplaced(this.#last, head))) this.#restart();
    const reference = await this.#readReference();
    await this.#readLogs(head.number);
    const snapshot = await readSnapshot(this.#deployment, reference, head);
    if (this.#stopped) return;
    this.#last = head;
    this.#tell({ type: 'value', valuation: toValuation(snapshot, reference) });
    const sample = toSample(snapshot, this.#state.liquidations);
    this.#change({
      status: 'live',
      problem: undefined,
      progress: undefined,
      snapshot,
      samples: [...this.#state.samples, sample].slice(-KEPT_SAMPLES),
      seenAtMs: Date.now(),
    });
  }

  async #readReference(): Promise<Reference> {
    const known = this.#state.reference;
    if (known !== undefined && performance.now() < this.#referenceAt + REFERENCE_EVERY_MS) return known;
    const reference = await readReference(this.#deployment);
    this.#referenceAt = performance.now();
    this.#change({ reference });
    return reference;
  }

  async #readLogs(to: bigint): Promise<void> {
    const { addresses } = this.#deployment;
    const filter = { address: [addresses.clearinghouse, addresses.liquidator] };
    await this.#reader.read(filter, this.#next, to, (logs, upTo) => {
      this.#take(logs);
      this.#next = upTo + 1n;
      if (this.#state.status === 'starting') this.#change({ progress: { at: Number(upTo), of: Number(to) } });
    });
  }

  #take(logs: readonly RpcLog[]): void {
    const { addresses } = this.#deployment;
    const ledger = logs.filter(
      ({ address, topics: [topic] }) =>
        isAddressEqual(address, addresses.clearinghouse) && topic != null && stateEventTopics.includes(topic),
    );
    this.#tell({ type: 'logs', logs: ledger.map(({ topics, data }) => ({ topics, data })) });
    const fresh = logs.filter(({ address }) => isAddressEqual(address, addresses.liquidator));
    const { liquidations, badDebts } = liquidationsIn(fresh, this.#deployment);
    if (liquidations.length + badDebts.length === 0) return;
    this.#change({
      liquidations: [...liquidations, ...this.#state.liquidations].slice(0, KEPT_EVENTS),
      badDebts: [...badDebts, ...this.#state.badDebts].slice(0, KEPT_EVENTS),
    });
  }

  /** Whether the block that was dealt with last is no longer of the chain. */
  async #isReplaced(known: Head, head: Head): Promise<boolean> {
    if (head.number === known.number + 1n) return head.parentHash !== known.hash;
    if (head.number <= known.number) return true;
    const now = await this.#deployment.client.getBlock({ blockNumber: known.number });
    return now.hash !== known.hash;
  }

  /** Forgets everything that blocks said, for they may be others now. */
  #restart(): void {
    this.#tell({ type: 'reset' });
    this.#last = undefined;
    this.#next = this.#deployment.fromBlock;
    this.#referenceAt = -Infinity;
    this.#change({ liquidations: [], badDebts: [], samples: [], totals: undefined, rows: EMPTY_ROWS });
  }

  #change(part: Partial<ChainState>): void {
    this.#state = { ...this.#state, ...part };
    this.#listeners.forEach((listener) => listener());
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
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
