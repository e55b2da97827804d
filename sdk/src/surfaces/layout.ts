import type { Surface } from './types.ts';

interface Field {
  readonly name: Exclude<keyof Surface, 'timestamp'>;
  readonly bits: number;
  readonly signed: boolean;
  /** Where the field's least bit stands in the word. */
  readonly shift: bigint;
  /** What one unit is in wad. */
  readonly unit: bigint;
}

/** The fields of a surface's word, most significant first (SPEC-V1); the timestamp follows at bit 8. */
export const FIELDS: readonly Field[] = [
  { name: 'a', bits: 48, signed: true, shift: 208n, unit: 10n ** 6n },
  { name: 'b', bits: 44, signed: false, shift: 164n, unit: 10n ** 6n },
  { name: 'rho', bits: 21, signed: true, shift: 143n, unit: 10n ** 12n },
  { name: 'm', bits: 35, signed: true, shift: 108n, unit: 10n ** 9n },
  { name: 'sigma', bits: 35, signed: false, shift: 73n, unit: 10n ** 9n },
  { name: 'basis', bits: 33, signed: true, shift: 40n, unit: 10n ** 9n },
];

export const TIMESTAMP_SHIFT = 8n;
export const MAX_TIMESTAMP = 2 ** 32 - 1;

/** Whether so many units fit the field's bits. */
export function fits({ bits, signed }: Field, units: bigint): boolean {
  return (signed ? BigInt.asIntN(bits, units) : BigInt.asUintN(bits, units)) === units;
}
