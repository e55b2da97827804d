import { encodeExpiryKey } from '@novate/sdk';
import type { DutyView } from './types.ts';

/** An expiry that accounts hold. */
export interface HeldExpiry {
  readonly underlying: number;
  readonly expirySec: bigint;
  /** As the contracts number it. */
  readonly id: bigint;
  readonly isSettled: boolean;
  /** Whether the index may be recorded or settled at. */
  readonly isPriceOk: boolean;
}

/** Every expiry that somebody holds a leg of. */
export function heldExpiries({ mirror, board }: DutyView): HeldExpiry[] {
  const { terms, underlyings } = mirror.book.universe;
  return terms.flatMap(({ underlying: place, expirySec, holders }) => {
    const underlying = underlyings[place];
    if (holders === 0 || underlying === undefined) return [];
    const expiry = BigInt(expirySec);
    const market = board.markets.get(underlying);
    return [
      {
        underlying,
        expirySec: expiry,
        id: encodeExpiryKey(underlying, expiry),
        isSettled: market?.settlements?.has(expiry) === true,
        isPriceOk: market?.status === 'ok',
      },
    ];
  });
}
