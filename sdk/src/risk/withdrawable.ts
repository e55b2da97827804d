import { max } from '../units/index.ts';
import type { Margin } from './types.ts';

/**
 * Cash that may leave the account, wad USD: what keeps `E - max(0, unrealised) >= IM` (SPEC-M12). Cash carries no risk,
 * so that margin does not depend on how much of it leaves.
 */
export function withdrawable(margin: Margin): bigint {
  return max(0n, margin.equity - max(0n, margin.unrealised) - margin.initialMargin);
}
