import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as defaults from '../../deploy/stack/defaults.ts';
import { formatWad, PRESETS } from '@novate/sdk';
import type { RiskProfile } from '@novate/sdk';
import { BOUNDS } from '../../test/governance/boundsTable.ts';
import type { Bounds } from '../../test/governance/boundsTable.ts';
import { ROOT } from '../process.ts';
import { code, paragraphs, table } from './markdown.ts';

/** What may be set, within which bounds, and what a deployment begins with. */
export function parametersPage(): string {
  return paragraphs(
    '# Parameters',
    'What governance may set. A value outside of its bounds is refused whoever sends it; the bounds of the setters are those of a table ' +
      'that a test holds against the contracts, value by value.',
    '## Risk profiles',
    'Fractions of 1. The contracts refuse what lies outside of the bounds as `InvalidProfile`.',
    profiles(),
    scanRanges(),
    scenarios(),
    '## Setters',
    setters(),
    '## What a deployment begins with',
    'Each may be given another value in `deploy/parameters/NETWORK.json5` under the name in [deploying](../deploy.md).',
    beginnings(),
  );
}

type Rate = {
  [Field in keyof RiskProfile]: RiskProfile[Field] extends bigint ? Field : never;
}[keyof RiskProfile];

function profiles(): string {
  const names = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
  const bounds = profileBounds();
  const meanings = profileMeanings();
  const fields = Object.entries(PRESETS.portfolio).flatMap(([field, value]) =>
    typeof value === 'bigint' ? [field as Rate] : [],
  );
  const rows = fields.map((field) => [
    code(field),
    meanings.get(field) ?? '',
    bounds.get(field) ?? '',
    ...names.map((name) => formatWad(PRESETS[name][field])),
  ]);
  return table(['field', 'meaning', 'bounds', ...names], rows);
}

function scanRanges(): string {
  const rows = Object.entries(PRESETS).map(([name, { underlyings, defaultScanRange }]) => [
    name,
    underlyings.map((one) => `${nameOf(one.underlying)} ${formatWad(one.scanRange)}`).join(', '),
    formatWad(defaultScanRange),
  ]);
  return table(['profile', 'scan ranges', 'others'], rows);
}

function scenarios(): string {
  const rows = Object.entries(PRESETS).map(([name, profile]) => [
    name,
    String(profile.scenarios.length),
    profile.scenarios
      .map(({ move, vol, weight, absolute }) => {
        const share = weight === 10n ** 18n ? '' : ` x ${Number(formatWad(weight)).toFixed(3)}`;
        const of = absolute === true ? ' of the index' : '';
        return `${Number(formatWad(move)).toFixed(2)}${of}${vol === 'none' ? '' : ` ${vol}`}${share}`;
      })
      .join('; '),
  ]);
  return table(['profile', 'scenarios', 'move in scan ranges, volatility, weight'], rows);
}

function nameOf(underlying: number): string {
  return { 1: 'BTC', 2: 'ETH', 3: 'SOL' }[underlying] ?? String(underlying);
}

/** From the checks themselves, such as `_rate("rho", p.rho, 0, BELOW_ONE)`. */
function profileBounds(): Map<string, string> {
  const source = readFileSync(join(ROOT, 'contracts/risk/ProfileBounds.sol'), 'utf8');
  const words: Readonly<Record<string, string>> = { BELOW_ONE: 'below 1', ONE: '1', MIN_SCAN_RANGE: '0.01' };
  const show = (text: string): string => words[text] ?? text.replace(/e18$/, '');
  const checks = source.matchAll(/_(?:rate|within)\("(\w+)", p\.\w+, ([\w.]+), ([\w.]+)\)/g);
  return new Map(
    [...checks].map(([, field = '', min = '', max = '']) => [field, `${show(min)} to ${show(max)}`]),
  );
}

/** The `@param` lines of the struct, some of which name two fields. */
function profileMeanings(): Map<string, string> {
  const source = readFileSync(join(ROOT, 'contracts/types/RiskProfile.sol'), 'utf8');
  const lines = [...source.matchAll(/^\/\/\/ @param (\S+) (.*)$/gm)];
  return new Map(
    lines.flatMap(([, names = '', text = '']) => names.split(',').map((name) => [name, text] as const)),
  );
}

function setters(): string {
  const rows = Object.entries(BOUNDS).flatMap(([contract, functions]) =>
    Object.entries(functions).flatMap(([name, bounds]) => {
      const setter = code(`${contract}.${name}`);
      if (name.startsWith('tighten')) return [[setter, '', 'what it is now, or less; off, and not on']];
      if ('unbounded' in bounds) return [[setter, '', bounds.unbounded]];
      return boundRows(bounds).map(([field, range]) => [setter, code(field), range]);
    }),
  );
  return table(['setter', 'field', 'bounds'], rows);
}

/** One row for each field whose refusal carries its bounds. */
function boundRows({ refused }: Bounds): (readonly [string, string])[] {
  const found = new Map<string, string>();
  for (const { error, after } of refused) {
    // bounds that depend on what was done before are not the parameter's own
    if (after !== undefined) continue;
    const [name, ...values] = errorOf(error);
    const [field, , min, max] = values;
    if (typeof field !== 'string') {
      if (name === 'FeeOutOfBounds') found.set('makerFeeBps, takerFeeBps', `0 to ${String(values[1])}`);
    } else if (typeof min === 'bigint' && typeof max === 'bigint') {
      if (!found.has(field)) found.set(field, `${amount(min)} to ${amount(max)}`);
    } else if (typeof min === 'bigint') {
      found.set(field, `at most ${amount(min)}`);
    }
  }
  return [...found];
}

/** Most refusals name what they carry outright; those that need a deployment carry addresses, which are no bounds. */
function errorOf(error: Bounds['refused'][number]['error']): readonly unknown[] {
  try {
    return error(undefined as never);
  } catch {
    return [];
  }
}

function amount(value: bigint): string {
  if (value === 2n ** 96n - 1n) return '2^96 - 1';
  if (value === 2n ** 128n - 1n) return '2^128 - 1';
  return value >= 10n ** 15n && value % 10n ** 15n === 0n ? `${formatWad(value)}e18` : value.toString();
}

function beginnings(): string {
  const { ASSET_CAPS, DATED, FEES, LIQUIDATOR, PERPS, PRICE_BANDS, RATE_MODEL, REDEMPTION } = defaults;
  const groups: readonly [string, object][] = [
    ['fees', FEES],
    ['liquidations', LIQUIDATOR],
    ['insurance fund', REDEMPTION],
    ['interest on cash', RATE_MODEL],
    ['asset caps', ASSET_CAPS],
    ...Object.entries(PERPS).map(([name, perp]): [string, object] => [`${name} perp`, perp]),
    ...Object.entries(DATED).map(([name, dated]): [string, object] => [`${name} futures and options`, dated]),
    ...Object.entries(PRICE_BANDS).map(([name, band]): [string, object] => [`${name} feed`, band]),
  ];
  const rows = groups.flatMap(([group, values]) =>
    Object.entries(values).map(([field, value]) => [group, code(field), shown(value)]),
  );
  const delay: string[] = ['roles', code('adminDelaySec'), String(defaults.ADMIN_DELAY_SEC)];
  return table(['what', 'field', 'value'], [...rows, delay]);
}

function shown(value: unknown): string {
  return typeof value === 'bigint' ? amount(value) : String(value);
}
