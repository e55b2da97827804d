/** Indexes and yearly rates of the cash market. */
export interface CashIndex {
  /** What one unit of principal lent is worth, wad. */
  readonly supplyIndex: bigint;
  /** What one unit of principal borrowed has grown to, wad. */
  readonly borrowIndex: bigint;
  /** Per year, in units of 1e-8. */
  readonly supplyRate: bigint;
  /** Per year, in units of 1e-8. */
  readonly borrowRate: bigint;
  /** Unix seconds. */
  readonly updatedAt: bigint;
}

/** Sums of principals, both >= 0, wad. */
export interface CashTotals {
  readonly supplyPrincipal: bigint;
  readonly borrowPrincipal: bigint;
}

/** The rate model, wad per year. */
export interface RateModel {
  /** Borrow rate at zero utilisation. */
  readonly base: bigint;
  /** What the rate rises by up to the kink. */
  readonly slopeLow: bigint;
  /** What the rate rises by from the kink to full utilisation. */
  readonly slopeHigh: bigint;
  /** Utilisation, (0, 1). */
  readonly kink: bigint;
  /** Share of the interest that stays in the pool, [0, 1). */
  readonly reserve: bigint;
}

/** Rates per year that a market is stored with have this resolution: 1e-8 in wad. */
export const RATE_UNIT = 10n ** 10n;
