import type { Instrument } from '../codec/index.ts';

/** How a scenario moves implied volatility. */
export type VolMove = 'none' | 'up' | 'down';

/** One scenario of a risk profile. */
export interface Scenario {
  /** x_j, in multiples of the underlying's scan range, wad; where `absolute`, as a fraction of the index itself. */
  readonly move: bigint;
  readonly vol: VolMove;
  /** Share of the scenario's profit and loss that counts, wad, (0, 1]; where `absolute`, times `min(1, r_u / |x_j|)`. */
  readonly weight: bigint;
  readonly absolute?: boolean;
}

/** What an underlying's charges are where they differ from the profile's default. */
export interface UnderlyingRisk {
  readonly underlying: number;
  /** r_u, the scan range as a fraction of the index, wad. */
  readonly scanRange: bigint;
  /** What the spot haircut grows by per USD held, wad per wad USD; 0 is off. */
  readonly haircutSlope: bigint;
  /** The most the spot haircut grows to, wad; ignored while the slope is 0. */
  readonly haircutCap: bigint;
}

/** A margin mode as data. Rates are wad fractions; the meaning of each field is that of `contracts/types/RiskProfile.sol`. */
export interface RiskProfile {
  readonly name: string;
  readonly rho: bigint;
  readonly mmFactor: bigint;
  readonly volUp: bigint;
  readonly volDown: bigint;
  readonly volUpFloor: bigint;
  readonly volPowerShort: bigint;
  readonly volPowerLong: bigint;
  readonly rollMin: bigint;
  readonly rollRate: bigint;
  readonly shortRate: bigint;
  readonly shortInitial: bigint;
  readonly perpInitial: bigint;
  readonly haircut: bigint;
  readonly haircutInitial: bigint;
  readonly floorNet: bigint;
  readonly floorHedged: bigint;
  readonly defaultScanRange: bigint;
  readonly scenarios: readonly Scenario[];
  readonly underlyings: readonly UnderlyingRisk[];
}

/** What an underlying trades at. */
export interface UnderlyingMarket {
  /** S, wad USD per unit, > 0. */
  readonly index: bigint;
  /** The perp's traded premium over the index, decayed to now, wad USD per unit. Counts for at most 0.5% of the index. */
  readonly premium: bigint;
  /** How much open interest raises the perp's initial margin, in units of 1e-6 (SPEC-M8); none unless given. */
  readonly scale?: bigint;
  /** By expiry in Unix seconds; null where no surface was ever posted. */
  readonly terms?: ReadonlyMap<bigint, Term | null>;
  /** Settlement prices by expiry, wad USD. */
  readonly settlements?: ReadonlyMap<bigint, bigint>;
}

/** A raw SVI smile in total variance, wad. */
export interface Svi {
  readonly a: bigint;
  readonly b: bigint;
  readonly rho: bigint;
  readonly m: bigint;
  readonly sigma: bigint;
}

/** One expiry: a posted surface with the forward's basis, or a smile with the forward itself, which counts as fresh. */
export type Term = PostedTerm | GivenTerm;

export interface PostedTerm extends Svi {
  /** Yearly carry of the forward, wad. */
  readonly basis: bigint;
  /** Unix seconds that it was signed for. */
  readonly timestamp: bigint;
}

export interface GivenTerm extends Svi {
  /** Wad USD. */
  readonly forward: bigint;
}

/** Prices of one moment, by the underlying's number. */
export interface Market {
  /** Unix seconds. */
  readonly timestamp: bigint;
  readonly underlyings: ReadonlyMap<number, UnderlyingMarket>;
}

/** A position: its instrument with a signed size, and for perps and futures the cost basis. */
export type Leg = PerpLeg | FutureLeg | OptionLeg;

export type PerpLeg = Extract<Instrument, { kind: 'perp' }> & LinearAmounts;
export type FutureLeg = Extract<Instrument, { kind: 'future' }> & LinearAmounts;
export type OptionLeg = Extract<Instrument, { kind: 'call' | 'put' }> & {
  /** Units, wad, + long and - short. */
  readonly size: bigint;
};

interface LinearAmounts {
  /** Units, wad, + long and - short. */
  readonly size: bigint;
  /** `-sum(size traded * price)`, wad USD; a perp's net of the funding owed until now (see `netCost`). */
  readonly cost: bigint;
}

/** A collateral balance other than cash. */
export interface Spot {
  readonly underlying: number;
  /** Wad units, >= 0. */
  readonly amount: bigint;
}

/** An account as the risk engine sees it, with interest and funding brought up to date. */
export interface Portfolio {
  /** Present value of the cash balance, wad USD; negative when the account borrows. */
  readonly cash: bigint;
  readonly legs: readonly Leg[];
  readonly spot: readonly Spot[];
}

/** Where an account stands: E >= IM, MM <= E < IM, 0 <= E < MM, E < 0 (SPEC-M11). */
export type MarginState = 'healthy' | 'atRisk' | 'liquidatable' | 'insolvent';

/** What an account is worth and how much equity it needs. All wad USD. */
export interface Margin {
  readonly equity: bigint;
  readonly initialMargin: bigint;
  readonly maintenanceMargin: bigint;
  /** Unrealised profit and loss of perps and futures, funding included. */
  readonly unrealised: bigint;
}

/** The scenario that minimises the sum over underlyings of profit and loss; the first one among equals. */
export interface WorstScenario {
  readonly index: number;
  /** Its price shock for the portfolio's first underlying, as a fraction of the index, wad; 0 without underlyings. */
  readonly shock: bigint;
  readonly vol: VolMove;
}

/** The charges of a margin, wad USD. */
export interface Charges {
  readonly roll: bigint;
  readonly shortOption: bigint;
  readonly haircut: bigint;
  /** What the initial margin has on top. */
  readonly initialExtra: bigint;
  readonly floor: bigint;
}

/** One underlying's share of a margin. */
export interface UnderlyingReport extends Charges {
  readonly underlying: number;
  readonly index: bigint;
  /** Units, wad. */
  readonly netDelta: bigint;
  /** R_u: the worst loss of this underlying's legs alone. */
  readonly scan: bigint;
}

/** A margin with everything that led to it. The charges are sums over `underlyings`. */
export interface Assessment extends Margin, Charges {
  readonly state: MarginState;
  readonly worstScenario: WorstScenario;
  /** The scenario risk after the cross-asset offset. */
  readonly risk: bigint;
  /** For each scenario the profit and loss summed over underlyings. */
  readonly scenarioPnl: readonly bigint[];
  /** In the order of first appearance in the portfolio: spot balances first, then legs. */
  readonly underlyings: readonly UnderlyingReport[];
}
