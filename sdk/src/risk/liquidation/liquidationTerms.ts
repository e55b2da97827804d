import { divDown, min, mulDown, WAD } from '../../units/index.ts';
import type { Margin } from '../types.ts';
import { calculateRamp } from './calculateRamp.ts';

/** The health that a liquidation may at most restore, and the one that a pro-rata basket aims at, wad. */
export const TARGET_HEALTH = (WAD * 6n) / 5n;

export interface LiquidationTerms {
  /** Share of the relief that is paid by now, wad. */
  readonly ramp: bigint;
  /** The same, held at E / MM so that liquidating never lowers the account's health, wad. */
  readonly phi: bigint;
  /** Part of the account whose transfer restores E' = 1.2 * MM', at most all of it, wad. */
  readonly fraction: bigint;
}

/**
 * The terms on which an account may be liquidated now (SPEC-L2, L3, L6).
 * @param margin The account's, with E < MM.
 * @param elapsedSec Since the flag.
 * @param dustMargin Accounts whose MM is below are taken whole, wad USD.
 * @throws NotLiquidatableError
 */
export function liquidationTerms(
  margin: Margin,
  elapsedSec: bigint,
  dustMargin: bigint = 0n,
): LiquidationTerms {
  const { equity, maintenanceMargin } = margin;
  if (equity >= maintenanceMargin) throw new NotLiquidatableError(equity, maintenanceMargin);
  const ramp = calculateRamp(elapsedSec);
  const phi = equity <= 0n ? 0n : min(ramp, divDown(equity, maintenanceMargin));
  const fraction = maintenanceMargin < dustMargin ? WAD : proRataFraction(equity, maintenanceMargin, phi);
  return { ramp, phi, fraction };
}

function proRataFraction(equity: bigint, maintenanceMargin: bigint, phi: bigint): bigint {
  const missing = mulDown(TARGET_HEALTH, maintenanceMargin) - equity;
  const perUnit = mulDown(TARGET_HEALTH - phi, maintenanceMargin);
  return perUnit === 0n || missing >= perUnit ? WAD : divDown(missing, perUnit);
}

/** The account is not below its maintenance margin. */
export class NotLiquidatableError extends Error {
  override readonly name = 'NotLiquidatableError';
  readonly equity: bigint;
  readonly maintenanceMargin: bigint;

  constructor(equity: bigint, maintenanceMargin: bigint) {
    super(`equity ${equity} is not below the maintenance margin ${maintenanceMargin}: nothing to liquidate`);
    this.equity = equity;
    this.maintenanceMargin = maintenanceMargin;
  }
}
