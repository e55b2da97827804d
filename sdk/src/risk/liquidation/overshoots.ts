import { mulDown, WAD } from '../../units/index.ts';
import type { Margin } from '../types.ts';
import { TARGET_HEALTH } from './liquidationTerms.ts';

/** A wei or two a leg. */
const ROUNDING = 1_000n;

/**
 * Whether a liquidation took more than is needed: E' > 1.2 * MM', beyond what rounding may leave of the equity of an account
 * closed whole (SPEC-L4). Dust accounts are exempt.
 * @param maintenanceBefore MM before the liquidation, wad USD.
 */
export function overshoots(
  after: Pick<Margin, 'equity' | 'maintenanceMargin'>,
  maintenanceBefore: bigint,
): boolean {
  const most = mulDown(TARGET_HEALTH, after.maintenanceMargin) + ROUNDING + maintenanceBefore / WAD;
  return after.equity > 0n && after.equity > most;
}
