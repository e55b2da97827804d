import { min, mulDivDown, mulDivUp, WAD, YEAR_SEC } from '../../units/index.ts';
import { TimeBeforeUpdateError } from '../errors.ts';
import { RATE_UNIT } from './types.ts';
import type { CashIndex } from './types.ts';

const PERIOD = YEAR_SEC * (WAD / RATE_UNIT);
/** An index stops growing here (a million-fold) rather than freeze every account. */
const MAX_INDEX = (1n << 80n) - 1n;

/**
 * Cash indexes at a later time: simple interest over the elapsed time, floored for lenders, ceiled for borrowers (SPEC-C3).
 * @throws TimeBeforeUpdateError
 */
export function accrueCash(index: CashIndex, nowSec: bigint): CashIndex {
  const elapsed = nowSec - index.updatedAt;
  if (elapsed < 0n) throw new TimeBeforeUpdateError(index.updatedAt, nowSec);
  const { supplyIndex, borrowIndex, supplyRate, borrowRate } = index;
  return {
    ...index,
    supplyIndex: min(supplyIndex + mulDivDown(supplyIndex, supplyRate * elapsed, PERIOD), MAX_INDEX),
    borrowIndex: min(borrowIndex + mulDivUp(borrowIndex, borrowRate * elapsed, PERIOD), MAX_INDEX),
    updatedAt: nowSec,
  };
}
