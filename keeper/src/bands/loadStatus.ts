/** Why an account cannot be valued; LOADED where it can. */
export const LOADED = 0;
export const NOTHING_TO_TAKE = 1;
export const UNSUPPORTED = 2;
export const PROFILE_UNKNOWN = 3;
export const ASSET_UNKNOWN = 4;
export const PRICE_UNAVAILABLE = 5;
export const PRICE_STALE = 6;
export type LoadStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6;
