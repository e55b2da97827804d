import type { RiskProfile, Scenario, UnderlyingRisk, VolMove } from '@novate/sdk';
import type { Random } from './random.ts';
import { UNDERLYINGS } from './types.ts';

const WAD = 10n ** 18n;
const PPM = 10n ** 12n;
const MAX_MOVE = 40n * WAD;
const MAX_VOL_UP = 5n * WAD;
const MIN_SCAN_RANGE = WAD / 100n;
const VOLS: readonly VolMove[] = ['none', 'up', 'down'];

/** A profile within `ProfileBounds`, at its edges more often than chance would have it. */
export function randomProfile(random: Random, name: string): RiskProfile {
  const rate = (low: bigint, high: bigint): bigint =>
    random.chance(25) ? random.pick([low, high]) : random.between(low / PPM, high / PPM) * PPM;
  const belowOne = (): bigint => rate(0n, WAD - PPM);
  const haircut = random.chance(50) ? rate(0n, WAD / 10n) : belowOne();
  return {
    name,
    rho: belowOne(),
    mmFactor: rate(WAD / 2n, WAD),
    volUp: rate(0n, MAX_VOL_UP),
    volDown: rate(0n, WAD),
    volUpFloor: rate(0n, MAX_VOL_UP),
    volPowerShort: rate(0n, WAD),
    volPowerLong: rate(0n, WAD),
    rollMin: belowOne(),
    rollRate: belowOne(),
    shortRate: belowOne(),
    shortInitial: belowOne(),
    perpInitial: belowOne(),
    haircut,
    haircutInitial: belowOne(),
    floorNet: belowOne(),
    floorHedged: belowOne(),
    defaultScanRange: randomScanRange(random),
    scenarios: randomScenarios(random),
    underlyings: randomUnderlyings(random, haircut),
  };
}

function randomScanRange(random: Random): bigint {
  return random.chance(20) ? random.pick([MIN_SCAN_RANGE, WAD]) : random.between(MIN_SCAN_RANGE, WAD);
}

function randomScenarios(random: Random): Scenario[] {
  const count = random.pick([1, 2, 5, 16, 33, 64]);
  // what is absolute takes the engine off its short way
  const absolutes = random.pick([0, 0, 10, 50]);
  const scenarios: Scenario[] = [];
  for (let i = 0; i < count; ++i) {
    const earlier = scenarios[random.below(i + 1)];
    scenarios.push({
      move: clampMove(randomMove(random, earlier?.move ?? WAD)),
      vol: random.pick(VOLS),
      weight: earlier !== undefined && random.chance(40) ? earlier.weight : randomWeight(random),
      ...(random.chance(absolutes) ? { absolute: true } : {}),
    });
  }
  return scenarios;
}

/** Often one that another scenario outdoes by 4/3 or just not: there the engine decides which scenarios to look at. */
function randomMove(random: Random, earlier: bigint): bigint {
  switch (random.below(7)) {
    case 0:
      return 0n;
    case 1:
      return earlier;
    case 2:
      return -earlier;
    case 3:
      return (earlier * 3n) / 4n + random.between(-1n, 1n);
    case 4:
      return (earlier * 4n) / 3n + random.between(-1n, 1n);
    case 5:
      return random.sign(random.magnitude(1, 63));
    default:
      return random.between(-MAX_MOVE, MAX_MOVE);
  }
}

function clampMove(move: bigint): bigint {
  if (move > MAX_MOVE) return MAX_MOVE;
  return move < -MAX_MOVE ? -MAX_MOVE : move;
}

function randomWeight(random: Random): bigint {
  if (random.chance(60)) return WAD;
  return random.chance(50) ? random.between(1n, WAD) : random.magnitude(1, 59);
}

function randomUnderlyings(random: Random, haircut: bigint): UnderlyingRisk[] {
  const listed = random.shuffle(UNDERLYINGS).slice(0, random.below(UNDERLYINGS.length + 1));
  const others = random.chance(20) ? [1_000, 1_001, 3_000] : [];
  return random.shuffle([...listed, ...others]).map((underlying) => {
    const haircutSlope = random.chance(40) ? 0n : random.magnitude(1, 59);
    const haircutCap = random.between(haircutSlope === 0n ? 0n : haircut, WAD);
    return { underlying, scanRange: randomScanRange(random), haircutSlope, haircutCap };
  });
}
