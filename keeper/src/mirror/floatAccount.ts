import { kindOf, underlyingOf } from '@novate/sdk';
import type { AccountState } from '@novate/sdk';

/** An account in floating point: what screening needs, converted once per change instead of once per price. */
export interface FloatAccount {
  /** Signed cash principal, USD. */
  readonly principal: number;
  readonly profileId: number;
  readonly perps: readonly FloatPerp[];
  readonly spot: readonly FloatSpot[];
  /** Holds something that this release cannot price. */
  readonly unsupported: boolean;
}

export interface FloatPerp {
  readonly underlying: number;
  /** Units, signed. */
  readonly size: number;
  /** Stored cost basis, USD. */
  readonly cost: number;
}

export interface FloatSpot {
  readonly assetId: number;
  /** Units. */
  readonly amount: number;
}

const WAD = 1e18;

export const toFloat = (wad: bigint): number => Number(wad) / WAD;

export function toFloatAccount(state: AccountState): FloatAccount {
  const perps: FloatPerp[] = [];
  let unsupported = false;
  for (const [instrument, { size, cost }] of state.positions) {
    if (kindOf(instrument) !== 'perp') {
      unsupported = true;
      continue;
    }
    perps.push({ underlying: underlyingOf(instrument), size: toFloat(size), cost: toFloat(cost) });
  }
  const spot = [...state.collateral].map(([assetId, amount]) => ({ assetId, amount: toFloat(amount) }));
  return { principal: toFloat(state.principal), profileId: state.profileId, perps, spot, unsupported };
}
