import { WAD_DECIMALS } from './constants.ts';

/**
 * The exact decimal string of an integer at a scale of `decimals` digits (18: wad): no exponent, no trailing zeros, no
 * negative zero. `parseWad` gives the integer back.
 */
export function formatWad(value: bigint, decimals: number = WAD_DECIMALS): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const split = digits.length - decimals;
  const fraction = digits.slice(split).replace(/0+$/, '');
  const magnitude = fraction === '' ? digits.slice(0, split) : `${digits.slice(0, split)}.${fraction}`;
  return value < 0n ? `-${magnitude}` : magnitude;
}
