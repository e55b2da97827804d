import { parseWad } from '@novate/sdk';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { UsageError } from '../usageError.ts';

/** A positive decimal number, wad. @throws UsageError */
export function positive(option: string, text: string): bigint {
  const value = toWad(text);
  if (value !== undefined && value > 0n) return value;
  throw new UsageError(`${option}: expected a number above zero such as 1.5, found "${text}"`);
}

/** A decimal number that is not zero, wad. @throws UsageError */
export function signedSize(option: string, text: string): bigint {
  const value = toWad(text);
  if (value !== undefined && value !== 0n) return value;
  throw new UsageError(`${option}: expected a size such as 1.5 to buy or -1.5 to sell, found "${text}"`);
}

/** A decimal number of at least zero, wad. @throws UsageError */
export function amount(option: string, text: string): bigint {
  const value = toWad(text);
  if (value !== undefined && value >= 0n) return value;
  throw new UsageError(`${option}: expected a number such as 2.5, found "${text}"`);
}

/** Percent with up to two decimals as basis points. @throws UsageError */
export function percent(option: string, text: string): bigint {
  if (/^\d{1,2}(\.\d{1,2})?$/.test(text)) return parseWad(text) / 10n ** 16n;
  throw new UsageError(`${option}: expected a percentage below 100 such as 1 or 0.25, found "${text}"`);
}

/** "30m", "12h" or "7d" in seconds. @throws UsageError */
export function duration(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? ''];
  if (count !== undefined && seconds !== undefined && Number(count) > 0) return Number(count) * seconds;
  throw new UsageError(`${option}: expected a time such as 30m, 12h or 7d, found "${text}"`);
}

/** The number of an underlying by its symbol, or the number itself. @throws UsageError */
export function underlying(text: string): number {
  const known = UNDERLYINGS.find(({ symbol }) => symbol === text.toUpperCase());
  if (known !== undefined) return known.id;
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 4_095) return Number(text);
  const symbols = UNDERLYINGS.map(({ symbol }) => symbol).join(', ');
  throw new UsageError(`${text}: expected an underlying, one of ${symbols} or its number`);
}

/** What people call an underlying. */
export function nameOf(id: number): string {
  return UNDERLYINGS.find((known) => known.id === id)?.symbol ?? `#${id}`;
}

function toWad(text: string): bigint | undefined {
  try {
    return parseWad(text);
  } catch {
    return undefined;
  }
}
