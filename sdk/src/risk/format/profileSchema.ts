import { z } from 'zod';
import { formatWad, WAD } from '../../units/index.ts';
import { BTC, ETH, PRESETS } from '../profiles/presets.ts';
import type { PresetName } from '../profiles/presets.ts';
import type { RiskProfile, Scenario, UnderlyingRisk } from '../types.ts';
import { decimal, isUnderlyingName, list, oneOf, record, show, strict } from './fields.ts';
import { InputFormatError, parseInput } from './InputFormatError.ts';

const MAX_SCENARIOS = 64;
const A_NAME = 'a name of 1 to 32 printable ASCII characters';
/** What a profile's rates are stored with on chain: anything finer would give another margin there. */
const RATE_STEP = WAD / 1_000_000n;

// the bounds of contracts/risk/ProfileBounds.sol, so that what passes here can be set on chain
const belowOne = rate('from 0 to below 1', (value) => value >= 0n && value < WAD);
const share = rate('from 0 to 1', (value) => value >= 0n && value <= WAD);
const mmFactor = rate('from 0.5 to 1', (value) => value >= WAD / 2n && value <= WAD);
const volShock = rate('from 0 to 5', (value) => value >= 0n && value <= 5n * WAD);
const scanRange = decimal('from 0.01 to 1', (value) => value >= WAD / 100n && value <= WAD);
const fraction = decimal('from 0 to 1', (value) => value >= 0n && value <= WAD);
const move = decimal('from -40 to 40', (value) => value >= -40n * WAD && value <= 40n * WAD);
const weight = decimal('above 0, at most 1', (value) => value > 0n && value <= WAD);

const profileSchema = strict({
  base: oneOf(...(Object.keys(PRESETS) as PresetName[])).optional(),
  name: z
    .string({ error: (issue) => `expected ${A_NAME}, found ${show(issue.input)}` })
    .regex(/^[\x20-\x7e]{1,32}$/, { error: (issue) => `expected ${A_NAME}, found ${show(issue.input)}` })
    .optional(),
  rho: belowOne.optional(),
  mmFactor: mmFactor.optional(),
  volUp: volShock.optional(),
  volDown: share.optional(),
  volUpFloor: volShock.optional(),
  volPowerShort: share.optional(),
  volPowerLong: share.optional(),
  rollMin: belowOne.optional(),
  rollRate: belowOne.optional(),
  shortRate: belowOne.optional(),
  shortInitial: belowOne.optional(),
  perpInitial: belowOne.optional(),
  haircut: belowOne.optional(),
  haircutInitial: belowOne.optional(),
  floorNet: belowOne.optional(),
  floorHedged: belowOne.optional(),
  defaultScanRange: scanRange.optional(),
  scanRange: perUnderlying(scanRange).optional(),
  haircutSlope: perUnderlying(fraction).optional(),
  haircutCap: perUnderlying(fraction).optional(),
  scenarios: list(
    strict({
      move,
      vol: oneOf('none', 'up', 'down'),
      weight: weight.optional(),
      absolute: z
        .boolean({ error: (issue) => `expected true or false, found ${show(issue.input)}` })
        .optional(),
    }),
    `an array of 1 to ${MAX_SCENARIOS} scenarios`,
    MAX_SCENARIOS,
  ).optional(),
});

type ProfileInput = z.output<typeof profileSchema>;

/** Numbers of the underlyings that presets know, by name. */
export const KNOWN_UNDERLYINGS: ReadonlyMap<string, number> = new Map([
  ['BTC', BTC],
  ['ETH', ETH],
]);

/**
 * A profile out of the `profile` field of a market file: a preset's name, or an object whose fields replace those of the
 * preset named in its `base` ("portfolio" where it has none). Of `scanRange`, `haircutSlope` and `haircutCap`, which are
 * given per underlying, the others stay as in the preset; a scenario's weight is 1 unless given.
 * @param ids Numbers of the market's underlyings by name.
 * @throws InputFormatError
 */
export function parseProfile(input: unknown, ids: ReadonlyMap<string, number>): RiskProfile {
  if (typeof input === 'string' || input === undefined) return presetOf(input);
  const {
    base = 'portfolio',
    scanRange: ranges,
    haircutSlope,
    haircutCap,
    scenarios,
    ...fields
  } = parseInput(profileSchema, input, ['profile']);
  const preset: RiskProfile = PRESETS[base];
  const rates = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<Omit<RiskProfile, 'scenarios' | 'underlyings'>>;
  return {
    ...preset,
    ...rates,
    scenarios: scenarios === undefined ? preset.scenarios : scenarios.map(toScenario),
    underlyings: toUnderlyings({ ...preset, ...rates }, { scanRange: ranges, haircutSlope, haircutCap }, ids),
  };
}

function presetOf(name: string | undefined): RiskProfile {
  const preset = new Map<string, RiskProfile>(Object.entries(PRESETS)).get(name ?? '');
  if (preset !== undefined) return preset;
  const names = Object.keys(PRESETS).map((known) => `"${known}"`);
  throw new InputFormatError('profile', `expected ${names.join(', ')} or an object, found ${show(name)}`);
}

function toScenario(input: {
  move: bigint;
  vol: Scenario['vol'];
  weight?: bigint | undefined;
  absolute?: boolean | undefined;
}): Scenario {
  const { move: moved, vol, weight: counted = WAD, absolute } = input;
  return { move: moved, vol, weight: counted, ...(absolute === true ? { absolute } : {}) };
}

function toUnderlyings(
  profile: RiskProfile,
  input: Pick<ProfileInput, 'scanRange' | 'haircutSlope' | 'haircutCap'>,
  ids: ReadonlyMap<string, number>,
): UnderlyingRisk[] {
  const risks = new Map(profile.underlyings.map((risk) => [risk.underlying, risk]));
  for (const field of ['scanRange', 'haircutSlope', 'haircutCap'] as const) {
    for (const [name, value] of Object.entries(input[field] ?? {})) {
      const underlying = ids.get(name) ?? KNOWN_UNDERLYINGS.get(name);
      if (underlying === undefined) {
        const names = [...new Set([...ids.keys(), ...KNOWN_UNDERLYINGS.keys()])].join(', ');
        throw new InputFormatError(
          `profile.${field}.${name}`,
          `unknown underlying; expected one of ${names}`,
        );
      }
      const before = risks.get(underlying) ?? {
        underlying,
        scanRange: profile.defaultScanRange,
        haircutSlope: 0n,
        haircutCap: WAD,
      };
      risks.set(underlying, { ...before, [field]: value });
    }
  }
  return [...risks.values()].map((risk) => withCap(risk, profile.haircut, input));
}

/** A slope without a cap would leave a preset's zero as the cap. */
function withCap(
  risk: UnderlyingRisk,
  haircut: bigint,
  input: Pick<ProfileInput, 'haircutCap'>,
): UnderlyingRisk {
  if (risk.haircutSlope === 0n) return risk;
  if (input.haircutCap === undefined && risk.haircutCap === 0n) return { ...risk, haircutCap: WAD };
  if (risk.haircutCap < haircut) {
    throw new InputFormatError(
      'profile.haircutCap',
      `expected at least the haircut, ${formatWad(haircut)}, found ${formatWad(risk.haircutCap)}`,
    );
  }
  return risk;
}

function rate(expected: string, accepts: (value: bigint) => boolean): z.ZodType<bigint, unknown> {
  return decimal(
    `${expected} with at most 6 decimals`,
    (value) => accepts(value) && value % RATE_STEP === 0n,
  );
}

function perUnderlying(value: z.ZodType<bigint, unknown>): z.ZodType<Record<string, bigint>> {
  return record(value, 'an underlying such as "ETH"', isUnderlyingName);
}
