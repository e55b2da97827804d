/** One in wad: 1e18. Prices, sizes, cash and rates all have this scale. */
export const WAD = 10n ** 18n;

/** Seconds in the year that yearly rates refer to: 365 days. */
export const YEAR_SEC = 31_536_000n;

/** Digits after the decimal point that a wad keeps. */
export const WAD_DECIMALS = 18;
