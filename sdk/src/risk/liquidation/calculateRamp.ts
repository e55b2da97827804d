import { min, WAD } from '../../units/index.ts';

/** Where the ramp starts: 5%, which is also what a liquidator always finds as long as the insurance fund has cash. */
export const RAMP_START = WAD / 20n;
const RAMP_END = WAD / 2n;
const RAMP_SEC = 900n;

/** Share of the relief that is paid `elapsedSec` after the flag, wad: 5% rising to 50% within 15 minutes (SPEC-L2). */
export function calculateRamp(elapsedSec: bigint): bigint {
  return RAMP_START + ((RAMP_END - RAMP_START) * min(elapsedSec, RAMP_SEC)) / RAMP_SEC;
}
