import type { Margin } from './types.ts';

/** Whether an account may go from one margin to another by a trade: above IM, or with its risk reduced (SPEC-M13). */
export function isTradeAllowed(before: Margin, after: Margin): boolean {
  if (after.equity >= after.initialMargin) return true;
  return (
    after.initialMargin < before.initialMargin &&
    after.equity * before.maintenanceMargin >= before.equity * after.maintenanceMargin
  );
}
