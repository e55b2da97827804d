import type { FloatMarket, FloatProfile, MarginState } from '@novate/sdk';
import type { Hex } from 'viem';

/** A log as the node sends it, as far as the ledger needs it. */
export interface RawLog {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** What values every account at one block. */
export interface Valuation {
  readonly market: FloatMarket;
  /** What one unit long has paid in funding, USD, by underlying. */
  readonly fundingIndex: ReadonlyMap<number, number>;
  readonly supplyIndex: number;
  readonly borrowIndex: number;
  /** The underlying of each asset; 0 is cash. */
  readonly assetUnderlyings: readonly number[];
  readonly profiles: readonly (readonly [id: number, profile: FloatProfile])[];
  readonly block: number;
}

export type SortKey = 'health' | 'equity' | 'margin' | 'notional';

export interface View {
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly states: readonly MarginState[];
  /** Part of an owner's address; empty for all. */
  readonly search: string;
  /** Accounts without equity and positions too. */
  readonly empty: boolean;
}

export type ToWorker =
  | { readonly type: 'reset' }
  | { readonly type: 'logs'; readonly logs: readonly RawLog[] }
  | { readonly type: 'value'; readonly valuation: Valuation }
  | { readonly type: 'view'; readonly view: View };

export const STATES: readonly MarginState[] = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];

/** All accounts at one block, added up. USD. */
export interface Totals {
  readonly block: number;
  readonly accounts: number;
  /** By state, in the order of STATES; accounts that need no margin are healthy. */
  readonly byState: readonly number[];
  /** What accounts with positive equity own together. */
  readonly claims: number;
  /** What accounts with negative equity owe together, > 0. */
  readonly shortfall: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  readonly cash: number;
  /** Accounts that could not be valued. */
  readonly failed: number;
  readonly milliseconds: number;
}

/** Rows of the view, sorted; column by column, so that a hundred thousand pass between threads at no cost. */
export interface Rows {
  readonly block: number;
  readonly length: number;
  /** Account numbers, four 64-bit words each, most significant first. */
  readonly ids: BigUint64Array;
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  readonly notional: Float64Array;
  /** Index into STATES. */
  readonly state: Uint8Array;
  /** Legs in the low byte, spot balances above. */
  readonly holdings: Uint16Array;
}

export type FromWorker =
  { readonly type: 'totals'; readonly totals: Totals } | { readonly type: 'rows'; readonly rows: Rows };

export const EMPTY_ROWS: Rows = {
  block: 0,
  length: 0,
  ids: new BigUint64Array(0),
  equity: new Float64Array(0),
  initialMargin: new Float64Array(0),
  maintenanceMargin: new Float64Array(0),
  notional: new Float64Array(0),
  state: new Uint8Array(0),
  holdings: new Uint16Array(0),
};

export function idAt({ ids }: Rows, row: number): bigint {
  let id = 0n;
  for (let word = 0; word < 4; word++) id = (id << 64n) | (ids[row * 4 + word] ?? 0n);
  return id;
}
