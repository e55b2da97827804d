import { InvalidSurfaceError, InvalidSurfaceWordError } from './errors.ts';
import { FIELDS, fits, MAX_TIMESTAMP, TIMESTAMP_SHIFT } from './layout.ts';
import type { Surface } from './types.ts';

/**
 * A surface in one storage slot, most significant bits first (SPEC-V1):
 * a int48 (1e-12) | b uint44 (1e-12) | rho int21 (1e-6) | m int35 (1e-9) | sigma uint35 (1e-9) | basis int33 (1e-9) |
 * timestamp uint32 | 8 unused. Zero is no surface.
 */
export type SurfaceWord = bigint;

/**
 * Packs a surface.
 * @throws InvalidSurfaceError where a field does not fit, or is no multiple of its resolution
 */
export function encodeSurfaceWord(surface: Surface): SurfaceWord {
  const { timestamp } = surface;
  if (!Number.isInteger(timestamp) || timestamp < 0 || timestamp > MAX_TIMESTAMP) {
    throw new InvalidSurfaceError(
      'timestamp',
      `${timestamp} must be a whole number from 0 to ${MAX_TIMESTAMP}`,
    );
  }
  let word = BigInt(timestamp) << TIMESTAMP_SHIFT;
  for (const field of FIELDS) {
    const value = surface[field.name];
    const units = value / field.unit;
    if (units * field.unit !== value) {
      throw new InvalidSurfaceError(
        field.name,
        `${value} is no multiple of ${field.unit}; build the report with buildReport, which rounds it`,
      );
    }
    if (!fits(field, units))
      throw new InvalidSurfaceError(field.name, `${value} does not fit; check its scale`);
    word |= BigInt.asUintN(field.bits, units) << field.shift;
  }
  return word;
}

/**
 * Unpacks a surface.
 * @throws InvalidSurfaceWordError where `encodeSurfaceWord` yields this word for nothing, and for zero
 */
export function decodeSurfaceWord(word: SurfaceWord): Surface {
  if (word <= 0n || word >> 256n !== 0n || BigInt.asUintN(8, word) !== 0n)
    throw new InvalidSurfaceWordError(word);
  const values = FIELDS.map(({ name, bits, signed, shift, unit }) => {
    const units = word >> shift;
    return [name, (signed ? BigInt.asIntN(bits, units) : BigInt.asUintN(bits, units)) * unit] as const;
  });
  const surface = { a: 0n, b: 0n, rho: 0n, m: 0n, sigma: 0n, basis: 0n };
  for (const [name, value] of values) surface[name] = value;
  return { ...surface, timestamp: Number(BigInt.asUintN(32, word >> TIMESTAMP_SHIFT)) };
}
