import { divDown, mulDivDown, mulDown, mulUp, WAD } from '../../units/index.ts';
import { RATE_UNIT } from './types.ts';
import type { CashIndex, CashTotals, RateModel } from './types.ts';

/**
 * The index with the rates that hold from now on, given what is lent and borrowed (SPEC-C3). Without borrowers nothing
 * accrues.
 */
export function calculateRates(index: CashIndex, totals: CashTotals, model: RateModel): CashIndex {
  if (totals.borrowPrincipal === 0n) return { ...index, supplyRate: 0n, borrowRate: 0n };
  const supplied = mulUp(totals.supplyPrincipal, index.supplyIndex);
  const borrowed = mulDown(totals.borrowPrincipal, index.borrowIndex);
  const utilisation = supplied <= borrowed ? WAD : divDown(borrowed, supplied);
  const rate =
    utilisation <= model.kink
      ? model.base + mulDivDown(utilisation, model.slopeLow, model.kink)
      : model.base + model.slopeLow + mulDivDown(utilisation - model.kink, model.slopeHigh, WAD - model.kink);
  const borrowRate = rate / RATE_UNIT;
  // from the rounded borrow rate, so that lenders never earn more than borrowers pay
  const supplyRate = mulDown(borrowRate, mulDown(utilisation, WAD - model.reserve));
  return { ...index, supplyRate, borrowRate };
}
