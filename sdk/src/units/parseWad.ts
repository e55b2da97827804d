import { WAD_DECIMALS } from './constants.ts';
import { InvalidDecimalError, TooPreciseError } from './errors.ts';

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * The exact integer of a decimal string at a scale of `decimals` digits (18: wad).
 *
 * Takes an optional sign, digits and an optional fraction; no exponent, blanks or separators. "-0" is zero.
 * @throws InvalidDecimalError where the text is no such number
 * @throws TooPreciseError where digits other than zero would be lost
 */
export function parseWad(text: string, decimals: number = WAD_DECIMALS): bigint {
  const match = DECIMAL.exec(text);
  if (match === null) throw new InvalidDecimalError(text);
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > decimals && /[1-9]/.test(fraction.slice(decimals)))
    throw new TooPreciseError(text, decimals);
  const magnitude = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return sign === '-' ? -magnitude : magnitude;
}
