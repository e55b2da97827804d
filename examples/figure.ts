import { formatWad } from '@novate/sdk';

/** A wad amount for people. */
export const figure = (wad: bigint, digits = 2): string => Number(formatWad(wad)).toFixed(digits);
