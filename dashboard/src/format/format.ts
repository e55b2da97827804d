import { decodeAccountId, decodeInstrumentId, formatWad } from '@novate/sdk';
import { getAddress } from 'viem';
import type { AccountId, Instrument } from '@novate/sdk';

const WAD = 10n ** 18n;
/** Shown where there is no number. */
export const NONE = '–';

/** The nearest double to a wad. */
export function toNumber(wad: bigint): number {
  return Number(wad / WAD) + Number(wad % WAD) / 1e18;
}

/** The wad of a double, to nine digits after the point. */
export function toWad(value: number): bigint {
  return BigInt(Math.round(value * 1e9)) * 10n ** 9n;
}

const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const tiny = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const short = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});
const unitsFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });

/** A true minus sign, as wide as the digits. */
function withMinus(text: string): string {
  return text.replace('-', '−');
}

/** "$1,234.56"; whole dollars from 100,000 on. */
export function usd(value: number | bigint | undefined): string {
  if (value === undefined) return NONE;
  const amount = typeof value === 'bigint' ? toNumber(value) : value;
  if (!Number.isFinite(amount)) return NONE;
  const size = Math.abs(amount);
  const text = size >= 100_000 ? whole.format(size) : cents.format(size);
  return `${amount < 0 && /[1-9]/.test(text) ? '−' : ''}$${text}`;
}

/** A price per unit: always with cents, with more digits where it is small. */
export function price(value: number | bigint | undefined): string {
  if (value === undefined) return NONE;
  const amount = typeof value === 'bigint' ? toNumber(value) : value;
  if (!Number.isFinite(amount)) return NONE;
  return `$${(amount !== 0 && Math.abs(amount) < 1 ? small : cents).format(amount)}`;
}

/** "$1.23M", for places where a full number has no room. */
export function usdShort(value: number | bigint): string {
  const amount = typeof value === 'bigint' ? toNumber(value) : value;
  const size = Math.abs(amount);
  const text = size < 999.5 ? whole.format(size) : short.format(size);
  return `${amount < 0 && text !== '0' ? '−' : ''}$${text}`;
}

/** "+$1.00" or "−$1.00". */
export function usdSigned(value: number | bigint): string {
  const text = usd(value);
  return text.startsWith('−') || /^\$0(\.00)?$/.test(text) ? text : `+${text}`;
}

/** Units to four digits, with the unit. */
export function units(value: number | bigint, unit = ''): string {
  const amount = typeof value === 'bigint' ? toNumber(value) : value;
  return withMinus(`${unitsFormat.format(amount)}${unit === '' ? '' : ` ${unit}`}`);
}

/** An amount of the chain's own coin, to three digits however small. */
export function coin(value: number): string {
  return `${tiny.format(value)} ETH`;
}

export function count(value: number | bigint): string {
  return whole.format(value);
}

export function percent(fraction: number, digits = 1, signed = false): string {
  if (!Number.isFinite(fraction)) return NONE;
  const text = `${(Math.abs(fraction) * 100).toFixed(digits)}%`;
  const zero = !/[1-9]/.test(text);
  if (fraction < 0 && !zero) return `−${text}`;
  return signed && !zero ? `+${text}` : text;
}

/** Equity over maintenance margin: "1.24×", "no risk" where nothing needs margin. */
export function health(equity: number, maintenanceMargin: number): string {
  if (maintenanceMargin <= 0) return equity < 0 ? 'in debt' : 'no risk';
  const ratio = equity / maintenanceMargin;
  return ratio >= 100 ? '>99×' : withMinus(`${(Math.floor(ratio * 100) / 100).toFixed(2)}×`);
}

/** "42 s", "3 min", "2 h", "5 d". */
export function duration(seconds: number): string {
  const sec = Math.max(0, Math.round(seconds));
  if (sec < 120) return `${sec} s`;
  if (sec < 7_200) return `${Math.round(sec / 60)} min`;
  return sec < 172_800 ? `${Math.round(sec / 3_600)} h` : `${Math.round(sec / 86_400)} d`;
}

export function shortHex(hex: string): string {
  return hex.length <= 14 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`;
}

/** "0x1234…abcd", with "/7" for a sub-account other than 0. */
export function shortAccount(account: AccountId): string {
  const { owner, subId } = decodeAccountId(account);
  return `${shortHex(getAddress(owner))}${subId === 0n ? '' : `/${subId.toString()}`}`;
}

/** "0x…/0" in full. */
export function fullAccount(account: AccountId): string {
  const { owner, subId } = decodeAccountId(account);
  return `${getAddress(owner)}/${subId.toString()}`;
}

/** "ETH perp", "ETH 26 Dec 2026 future", "ETH 26 Dec 2026 4000 call". */
export function instrumentName(instrument: Instrument, symbolOf: (underlying: number) => string): string {
  const symbol = symbolOf(instrument.underlying);
  if (instrument.kind === 'perp') return `${symbol} perp`;
  const date = new Date(Number(instrument.expirySec) * 1000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  if (instrument.kind === 'future') return `${symbol} ${date} future`;
  return `${symbol} ${date} ${formatWad(instrument.strike)} ${instrument.kind}`;
}

export function instrumentIdName(id: bigint, symbolOf: (underlying: number) => string): string {
  try {
    return instrumentName(decodeInstrumentId(id), symbolOf);
  } catch {
    return `instrument ${id.toString()}`;
  }
}

export function time(unixSec: number): string {
  return `${new Date(unixSec * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
