import type { MarginState, VolMove } from '../types.ts';

/**
 * Raw SVI in total variance: `w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))`, `k = ln(K / F)`.
 * J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14 (2014).
 */
export interface SviParameters {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
}

/** What is known of one expiry of an underlying. Without anything the forward is the index and volatility is 100%. */
export interface FloatExpiry {
  /** Yearly: the forward is `index * (1 + basis * tau)`. 0 unless given. */
  readonly basis?: number;
  readonly svi?: SviParameters;
  /** Unix seconds; a surface that is not fresh has wider volatility shocks. Fresh unless given. */
  readonly signedAtSec?: number;
  /** USD per unit, from the expiry on. Until it is known, what has expired is worth its payoff at the index. */
  readonly settlementPrice?: number;
}

export interface FloatUnderlying {
  /** USD per unit, > 0. */
  readonly index: number;
  /** The perp's premium over the index, decayed to now, USD per unit; 0 unless given. */
  readonly premium?: number;
  /** By expiry in Unix seconds. */
  readonly expiries?: ReadonlyMap<number, FloatExpiry>;
}

/** Prices of one moment, by the underlying's number. */
export interface FloatMarket {
  readonly timestampSec: number;
  readonly underlyings: ReadonlyMap<number, FloatUnderlying>;
}

export interface FloatPerp {
  readonly kind: 'perp';
  readonly underlying: number;
  /** Units, + long and - short, as with all sizes. */
  readonly size: number;
  /** `-sum(size traded * price)`, USD, net of the funding owed. */
  readonly cost: number;
}

export interface FloatFuture {
  readonly kind: 'future';
  readonly underlying: number;
  readonly expirySec: number;
  readonly size: number;
  readonly cost: number;
}

export interface FloatOption {
  readonly kind: 'call' | 'put';
  readonly underlying: number;
  readonly expirySec: number;
  readonly strike: number;
  readonly size: number;
  /** A given implied volatility per year, 0.5 = 50%, in place of the expiry's surface. */
  readonly vol?: number;
}

export type FloatLeg = FloatPerp | FloatFuture | FloatOption;

/** A portfolio in plain units: USD and units of the underlying. */
export interface FloatPortfolio {
  readonly cash: number;
  readonly legs: readonly FloatLeg[];
  readonly spot: readonly { readonly underlying: number; readonly amount: number }[];
}

export interface FloatScenario {
  /** In multiples of the scan range; where `absolute`, a fraction of the index itself. */
  readonly move: number;
  readonly vol: VolMove;
  /** Share of the result that counts; where `absolute`, times `min(1, scan range / |move|)`. */
  readonly weight: number;
  readonly absolute?: boolean;
}

export interface FloatUnderlyingRisk {
  readonly underlying: number;
  readonly scanRange: number;
  readonly haircutSlope: number;
  readonly haircutCap: number;
}

/** A risk profile in plain numbers; the meaning of each field is that of `RiskProfile`. */
export interface FloatProfile {
  readonly name: string;
  readonly rho: number;
  readonly mmFactor: number;
  readonly volUp: number;
  readonly volDown: number;
  readonly volUpFloor: number;
  readonly volPowerShort: number;
  readonly volPowerLong: number;
  readonly rollMin: number;
  readonly rollRate: number;
  readonly shortRate: number;
  readonly shortInitial: number;
  readonly perpInitial: number;
  readonly haircut: number;
  readonly haircutInitial: number;
  readonly floorNet: number;
  readonly floorHedged: number;
  readonly defaultScanRange: number;
  readonly scenarios: readonly FloatScenario[];
  readonly underlyings: readonly FloatUnderlyingRisk[];
}

/** One underlying's share. */
export interface FloatShare {
  readonly underlying: number;
  readonly netDelta: number;
  /** R_u: the worst loss of this underlying's legs alone. */
  readonly scan: number;
}

/** A margin with what led to it, USD. */
export interface FloatAssessment {
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** Unrealised profit and loss of perps and futures. */
  readonly unrealised: number;
  readonly state: MarginState;
  /** The scenario with the least sum of results; its shock is that of the portfolio's first underlying. */
  readonly worstScenario: { readonly index: number; readonly shock: number; readonly vol: VolMove };
  readonly risk: number;
  readonly roll: number;
  readonly shortOption: number;
  readonly haircut: number;
  readonly initialExtra: number;
  readonly floor: number;
  readonly scenarioPnl: Float64Array;
  /** In the order of first appearance: spot balances first, then legs. */
  readonly underlyings: readonly FloatShare[];
}
