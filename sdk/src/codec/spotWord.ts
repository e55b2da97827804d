import { OutOfBitsError } from './errors.ts';

/** A collateral balance: asset 8 bits | underlying 16 | amount 128, right-aligned. */
export type SpotWord = bigint;

export interface SpotBalance {
  readonly assetId: number;
  /** The underlying whose index values it. */
  readonly underlying: number;
  /** Wad units, >= 0. */
  readonly amount: bigint;
}

/** Largest collateral balance, wad units. */
export const MAX_SPOT_AMOUNT = (1n << 128n) - 1n;

const MAX_ASSET_ID = 0xff;
const MAX_UNDERLYING = 0xffff;
const MAX_SPOT_WORD = (1n << 152n) - 1n;

/** @throws OutOfBitsError */
export function encodeSpotWord(balance: SpotBalance): SpotWord {
  const asset = toBits('asset', balance.assetId, MAX_ASSET_ID);
  const underlying = toBits('underlying', balance.underlying, MAX_UNDERLYING);
  if (balance.amount < 0n || balance.amount > MAX_SPOT_AMOUNT) {
    throw new OutOfBitsError('amount', balance.amount, MAX_SPOT_AMOUNT);
  }
  return (asset << 144n) | (underlying << 128n) | balance.amount;
}

/** @throws OutOfBitsError */
export function decodeSpotWord(word: SpotWord): SpotBalance {
  if (word < 0n || word > MAX_SPOT_WORD) throw new OutOfBitsError('spot word', word, MAX_SPOT_WORD);
  return {
    assetId: Number(word >> 144n),
    underlying: Number((word >> 128n) & 0xffffn),
    amount: word & MAX_SPOT_AMOUNT,
  };
}

function toBits(field: string, value: number, max: number): bigint {
  if (!Number.isInteger(value))
    throw new RangeError(`${field} ${value} must be a whole number from 0 to ${max}`);
  if (value < 0 || value > max) throw new OutOfBitsError(field, BigInt(value), BigInt(max));
  return BigInt(value);
}
