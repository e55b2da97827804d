import { getAddress, isAddress } from 'viem';
import { decodeAccountId, decodeInstrumentId } from '../codec/index.ts';
import { formatWad } from '../units/index.ts';
import type { Explanation } from './explanation.ts';

/** Names for numbers, to make sentences readable. Without them the numbers stand. */
export interface NameContext {
  /** Symbol per underlying's number, such as `{ 1: 'ETH' }`. */
  readonly underlyings?: Readonly<Record<number, string>>;
  /** Symbol per asset's number, such as `{ 0: 'USDC' }`. */
  readonly assets?: Readonly<Record<number, string>>;
}

export interface NamedArgument {
  readonly name: string;
  readonly value: unknown;
}

type Formatter = (value: unknown, names: NameContext, exact: boolean) => string;

const PLACEHOLDER = /\{(\w+):(\w+)\}/g;
const SHOWN_DECIMALS = 6;
const STATUS = ['ok', 'guarded (the sources disagree)', 'stale'];
const FAULT = [
  'usable or absent',
  'stale',
  'not positive',
  'out of its band',
  'reverting',
  'too uncertain',
  'from the future',
  'behind a sequencer that is down or just back',
];
const SCOPES: readonly (readonly [bit: number, verb: string])[] = [
  [1, 'trade'],
  [2, 'withdraw or transfer'],
  [4, 'deposit'],
  [8, 'liquidate'],
];
const ROLES: readonly (readonly [bit: number, noun: string])[] = [
  [1, 'venue'],
  [2, 'liquidator'],
];

/** How an argument is shown, per kind of placeholder. */
export const formatters: Readonly<Record<string, Formatter>> = {
  account: (value) => (typeof value === 'bigint' ? formatAccount(value) : String(value)),
  address: (value) => (typeof value === 'string' && isAddress(value) ? getAddress(value) : String(value)),
  asset: (value, names) => names.assets?.[Number(value)] ?? String(value),
  bool: (value) => (value === true ? 'yes' : 'no'),
  bps: (value) => `${formatWad(BigInt(Number(value)), 2)}%`,
  fault: (value) => FAULT[Number(value)] ?? String(value),
  hex: String,
  instrument: (value, names) => (typeof value === 'bigint' ? formatInstrument(value, names) : String(value)),
  int: String,
  roles: (value) => bitNames(Number(value), ROLES, ' or '),
  scopes: (value) => (Number(value) === 255 ? 'set operators' : bitNames(Number(value), SCOPES, ' and ')),
  status: (value) => STATUS[Number(value)] ?? String(value),
  text: String,
  time: (value) => formatTime(Number(value)),
  underlying: (value, names) => names.underlyings?.[Number(value)] ?? String(value),
  units: (value, _names, exact) => (typeof value === 'bigint' ? formatAmount(value, exact) : String(value)),
  usd: (value, _names, exact) =>
    `${typeof value === 'bigint' ? formatAmount(value, exact) : String(value)} USD`,
};

/** An account as `0xOwner/sub`, the owner checksummed. */
export function formatAccount(account: bigint): string {
  const { owner, subId } = decodeAccountId(account);
  return `${getAddress(owner)}/${subId}`;
}

/**
 * An instrument's name: `ETH-PERP`, `ETH-2026-03-06T08:00Z`, `ETH-2026-03-06T08:00Z-3200-C`. An underlying without a name
 * is `#1`; a number that is no instrument comes back as hex.
 */
export function formatInstrument(id: bigint, names: NameContext = {}): string {
  const instrument = tryDecodeInstrument(id);
  if (instrument === undefined) return `0x${id.toString(16)}`;
  const underlying = names.underlyings?.[instrument.underlying] ?? `#${instrument.underlying}`;
  if (instrument.kind === 'perp') return `${underlying}-PERP`;
  const dated = `${underlying}-${formatTime(Number(instrument.expirySec))}`;
  if (instrument.kind === 'future') return dated;
  return `${dated}-${formatWad(instrument.strike)}-${instrument.kind === 'call' ? 'C' : 'P'}`;
}

/** Fills an explanation's sentence. Amounts are cut to six decimals unless that would hide what tells them apart. */
export function fillSentence(
  { says }: Pick<Explanation, 'says'>,
  args: readonly NamedArgument[],
  names: NameContext,
): string {
  const cut = fill(says, args, names, false);
  const whole = fill(says, args, names, true);
  return hidesDifference(says, args) ? whole : cut;
}

/** Names and kinds of a sentence's placeholders. */
export function placeholdersOf(says: string): readonly { readonly name: string; readonly kind: string }[] {
  return [...says.matchAll(PLACEHOLDER)].map(([, name = '', kind = '']) => ({ name, kind }));
}

function fill(says: string, args: readonly NamedArgument[], names: NameContext, exact: boolean): string {
  return says.replace(PLACEHOLDER, (whole, name: string, kind: string) => {
    const argument = findArgument(args, name);
    const format = formatters[kind];
    return argument === undefined || format === undefined ? whole : format(argument.value, names, exact);
  });
}

function hidesDifference(says: string, args: readonly NamedArgument[]): boolean {
  const shown = new Map<string, bigint>();
  for (const { name, kind } of placeholdersOf(says)) {
    const value = findArgument(args, name)?.value;
    if ((kind !== 'usd' && kind !== 'units') || typeof value !== 'bigint') continue;
    const text = formatAmount(value, false);
    const other = shown.get(text);
    if (other !== undefined && other !== value) return true;
    shown.set(text, value);
  }
  return false;
}

function findArgument(args: readonly NamedArgument[], name: string): NamedArgument | undefined {
  return /^\d+$/.test(name) ? args[Number(name)] : args.find((argument) => argument.name === name);
}

function formatAmount(value: bigint, exact: boolean): string {
  if (exact) return formatWad(value);
  const scale = 10n ** BigInt(18 - SHOWN_DECIMALS);
  const cut = value / scale;
  return cut === 0n ? formatWad(value) : formatWad(cut, SHOWN_DECIMALS);
}

function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const text = date.toISOString();
  return seconds % 60 === 0 ? `${text.slice(0, 16)}Z` : `${text.slice(0, 19)}Z`;
}

function bitNames(bits: number, known: readonly (readonly [number, string])[], joint: string): string {
  const found = known.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return found.length === 0 ? String(bits) : found.join(joint);
}

function tryDecodeInstrument(id: bigint): ReturnType<typeof decodeInstrumentId> | undefined {
  try {
    return decodeInstrumentId(id);
  } catch {
    return undefined;
  }
}
