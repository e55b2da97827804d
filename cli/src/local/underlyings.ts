/** An underlying that the local stack lists, with the token that may be collateral for it. */
export interface Underlying {
  readonly symbol: string;
  /** Its number in the price router. */
  readonly id: number;
  /** The collateral asset's number in the clearinghouse, where there is one. */
  readonly assetId?: number;
}

/** What `deploy/modules/LocalStack.ts` lists. */
export const UNDERLYINGS: readonly Underlying[] = [
  { symbol: 'BTC', id: 1, assetId: 2 },
  { symbol: 'ETH', id: 2, assetId: 1 },
  { symbol: 'SOL', id: 3 },
];

export const CASH_ASSET_ID = 0;
