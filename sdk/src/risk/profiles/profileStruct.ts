import type { RiskProfile, VolMove } from '../types.ts';

/** `RiskProfile` as contracts take and return it. */
export interface RiskProfileStruct extends Omit<RiskProfile, 'name' | 'scenarios' | 'underlyings'> {
  /** ASCII in a bytes32. */
  readonly name: `0x${string}`;
  readonly scenarios: readonly {
    readonly move: bigint;
    readonly vol: number;
    readonly weight: bigint;
    readonly absolute: boolean;
  }[];
  readonly underlyings: RiskProfile['underlyings'];
}

const VOL_MOVES: readonly VolMove[] = ['none', 'up', 'down'];
const NAME = /^[\x20-\x7e]{1,32}$/;

/** The struct that a contract stores a profile from. The name must be 1 to 32 printable ASCII characters. */
export function profileToStruct(profile: RiskProfile): RiskProfileStruct {
  if (!NAME.test(profile.name)) {
    throw new RangeError(`profile name "${profile.name}" must be 1 to 32 printable ASCII characters`);
  }
  let hex = '';
  for (const character of profile.name) hex += character.charCodeAt(0).toString(16);
  return {
    ...profile,
    name: `0x${hex.padEnd(64, '0')}`,
    scenarios: profile.scenarios.map(({ move, vol, weight, absolute = false }) => ({
      move,
      vol: VOL_MOVES.indexOf(vol),
      weight,
      absolute,
    })),
  };
}

/** The profile that a contract returned. */
export function profileFromStruct(struct: RiskProfileStruct): RiskProfile {
  let name = '';
  for (let i = 2; i + 1 < struct.name.length; i += 2) {
    const code = Number.parseInt(struct.name.slice(i, i + 2), 16);
    if (code === 0) break;
    name += String.fromCharCode(code);
  }
  return {
    ...struct,
    name,
    scenarios: struct.scenarios.map(({ move, vol, weight, absolute }) => {
      const known = VOL_MOVES[vol];
      if (known === undefined) throw new RangeError(`volatility move ${vol} must be 0, 1 or 2`);
      return { move, vol: known, weight, ...(absolute ? { absolute } : {}) };
    }),
  };
}
