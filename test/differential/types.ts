import type { GivenTerm, Portfolio, PostedTerm, RiskProfile } from '@novate/sdk';

/** Underlyings that the stage lists: neighbours, and numbers far apart for the search in a profile's list. */
export const UNDERLYINGS = [1, 2, 3, 4, 5, 6, 7, 8, 100, 2_048, 4_094, 4_095] as const;

/** `IPriceRouter.Status`. */
export const STATUSES = ['ok', 'guarded', 'stale'] as const;
export type Status = (typeof STATUSES)[number];

/** `IRiskEngine.Stance`. */
export const STANCES = ['adverse', 'favourable'] as const;
export type Stance = (typeof STANCES)[number];

/** What a feed says. Not fresh: its time is long past. */
export interface Answer {
  readonly price: bigint;
  readonly fresh: boolean;
}

/** Two feeds, and what the router makes of them (SPEC-P4, P5). */
export interface Quote {
  readonly primary: Answer;
  readonly secondary: Answer;
  readonly price: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly status: Status;
}

/** One expiry of an underlying. */
export interface Expiry {
  readonly expirySec: bigint;
  /** What `explainAt` is given. */
  readonly given: GivenTerm;
  /** What the surfaces' contract says; null for nothing. */
  readonly posted: PostedTerm | null;
  /** 0 where there is none. */
  readonly settlement: bigint;
}

/**
 * @property index The price that `explainAt` is given.
 * @property scale The perp's open-interest scale, in units of 1e-6.
 */
export interface QuotedMarket {
  readonly underlying: number;
  readonly index: bigint;
  readonly premium: bigint;
  readonly scale: bigint;
  readonly quote: Quote;
  readonly expiries: readonly Expiry[];
}

export interface Account {
  /** Position among the case's profiles. */
  readonly profile: number;
  readonly portfolio: Portfolio;
}

/** Some portfolios at the same prices. All that the engine is given, so that it can be replayed. */
export interface Case {
  readonly seed: string;
  readonly number: number;
  /** Unix seconds: the time of the chain, and what `explainAt` is given. */
  readonly timestamp: bigint;
  readonly stance: Stance;
  /** Whether the router's prices are asked as well: it takes longer. */
  readonly routed: boolean;
  readonly profiles: readonly RiskProfile[];
  readonly markets: readonly QuotedMarket[];
  readonly accounts: readonly Account[];
}
