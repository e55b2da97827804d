import { mulDown } from '../../units/index.ts';
import type { Margin } from '../types.ts';
import { TARGET_HEALTH } from './liquidationTerms.ts';

/** Wei that rounding may leave of the equity of an account closed whole. */
const ROUNDING = 1_000n;

/** Whether a liquidation took more than is needed: E' > 1.2 * MM' + rounding (SPEC-L4). Dust accounts are exempt. */
export function overshoots(after: Pick<Margin, 'equity' | 'maintenanceMargin'>): boolean {
  return after.equity > 0n && after.equity > mulDown(TARGET_HEALTH, after.maintenanceMargin) + ROUNDING;
}
