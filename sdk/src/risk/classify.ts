import type { MarginState } from './types.ts';

/** Where an account with this equity stands (SPEC-M11). */
export function classify(equity: bigint, initialMargin: bigint, maintenanceMargin: bigint): MarginState {
  if (equity < 0n) return 'insolvent';
  if (equity < maintenanceMargin) return 'liquidatable';
  return equity < initialMargin ? 'atRisk' : 'healthy';
}
