/** Why an account that may need liquidating is left alone in a tick. */
export const SKIP_REASONS = [
  // decided off chain
  'priceUnavailable',
  'priceStale',
  'unsupportedInstrument',
  'profileUnknown',
  'assetUnknown',
  'nothingToTake',
  'ownAccount',
  'inFlight',
  'coolingDown',
  'unprofitable',
  'gasPriceUnknown',
  'beyondTickLimit',
  'blocksFull',
  // found out on chain
  'healthyOnChain',
  'notAssessable',
  'keeperNeedsCollateral',
  'gasLimit',
  'feeCap',
  'wouldRevert',
  'rpcError',
  'sendFailed',
  'dryRun',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** How many accounts were skipped for each reason. */
export type SkipCounts = Map<SkipReason, number>;

export function countSkip(counts: SkipCounts, reason: SkipReason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
