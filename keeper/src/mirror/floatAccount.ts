import { decodeInstrumentId, InvalidInstrumentIdError, kindOf, underlyingOf } from '@novate/sdk';
import type { AccountState, FloatFuture, FloatOption, InstrumentId, PositionState } from '@novate/sdk';

/** An account in floating point: what screening needs, converted once per change instead of once per price. */
export interface FloatAccount {
  /** Signed cash principal, USD. */
  readonly principal: number;
  /** What its deleveraged positions are still going to receive, USD. */
  readonly pendingCash: number;
  readonly profileId: number;
  readonly perps: readonly FloatPerp[];
  readonly dated: readonly FloatDated[];
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

/** A future or an option, as `assessFloat` takes it. */
export type FloatDated = FloatFuture | FloatOption;

export interface FloatSpot {
  readonly assetId: number;
  /** Units. */
  readonly amount: number;
}

const WAD = 1e18;

export const toFloat = (wad: bigint): number => Number(wad) / WAD;

export function toFloatAccount(state: AccountState): FloatAccount {
  const perps: FloatPerp[] = [];
  const dated: FloatDated[] = [];
  let unsupported = false;
  for (const [instrument, position] of state.positions) {
    if (kindOf(instrument) === 'perp') {
      const { size, cost } = position;
      perps.push({ underlying: underlyingOf(instrument), size: toFloat(size), cost: toFloat(cost) });
      continue;
    }
    const leg = toDated(instrument, position);
    if (leg === undefined) unsupported = true;
    else dated.push(leg);
  }
  const spot = [...state.collateral].map(([assetId, amount]) => ({ assetId, amount: toFloat(amount) }));
  const { profileId } = state;
  const pendingCash = toFloat(state.pendingCash);
  return { principal: toFloat(state.principal), pendingCash, profileId, perps, dated, spot, unsupported };
}

function toDated(id: InstrumentId, { size: units, cost }: PositionState): FloatDated | undefined {
  try {
    const instrument = decodeInstrumentId(id);
    if (instrument.kind === 'perp') return undefined;
    const { underlying } = instrument;
    const [expirySec, size] = [Number(instrument.expirySec), toFloat(units)];
    if (instrument.kind === 'future')
      return { kind: 'future', underlying, expirySec, size, cost: toFloat(cost) };
    return { kind: instrument.kind, underlying, expirySec, strike: toFloat(instrument.strike), size };
  } catch (error) {
    if (error instanceof InvalidInstrumentIdError) return undefined;
    throw error;
  }
}
