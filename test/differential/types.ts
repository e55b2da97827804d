import type { Portfolio, RiskProfile } from '@novate/sdk';

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

/** @property index The price that `explainAt` is given. */
export interface QuotedMarket {
  readonly underlying: number;
  readonly index: bigint;
  readonly premium: bigint;
  readonly quote: Quote;
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
  readonly stance: Stance;
  /** Whether the router's prices are asked as well: it takes longer. */
  readonly routed: boolean;
  readonly profiles: readonly RiskProfile[];
  readonly markets: readonly QuotedMarket[];
  readonly accounts: readonly Account[];
}
