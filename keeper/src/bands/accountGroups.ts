import { NONE } from '../mirror/universe.ts';
import type { TermWindow } from './optionCell.ts';
import type { ShockTable } from './riskTable.ts';

const NOTHING = new Float64Array(0);
/** Of a group that is not loaded. */
const NO_SHOCKS: ShockTable = {
  shocks: NOTHING,
  factors: NOTHING,
  logs: NOTHING,
  weights: NOTHING,
  vols: new Uint8Array(0),
  haircutSlope: 0,
  haircutCap: 0,
};

/** One underlying of the loaded account. Mutable scratch, as are terms. */
export interface UnderlyingGroup {
  place: number;
  shocks: ShockTable;
  /** Value per USD of price of everything that moves in proportion, and what that may be too high by. */
  linear: number;
  linearSlack: number;
  /** Strikes owed to the holder of puts. */
  putStrikes: number;
  net: number;
  gross: number;
  perpAbs: number;
  spot: number;
  shortUnits: number;
  strikeGross: number;
  /** Magnitude of everything held, units. */
  units: number;
  datedUnits: number;
  termFrom: number;
  termTo: number;
}

/** One expiry of the loaded account, over the time window of its bounds. */
export interface TermGroup extends TermWindow {
  futures: number;
  futuresAbs: number;
  calls: number;
  puts: number;
  rate: number;
  optionFrom: number;
  optionTo: number;
}

export function createGroup(): UnderlyingGroup {
  return {
    place: NONE,
    shocks: NO_SHOCKS,
    linear: 0,
    linearSlack: 0,
    putStrikes: 0,
    net: 0,
    gross: 0,
    perpAbs: 0,
    spot: 0,
    shortUnits: 0,
    strikeGross: 0,
    units: 0,
    datedUnits: 0,
    termFrom: 0,
    termTo: 0,
  };
}

export function createTermGroup(): TermGroup {
  return {
    surface: null,
    expired: false,
    ratio: 1,
    lnRatio: 0,
    drift: 0,
    spread: 1,
    sqrtTauEarly: 0,
    sqrtTauLate: 0,
    upEarly: 1,
    upLate: 1,
    downEarly: 1,
    downLate: 1,
    floorEarly: 0,
    floorLate: 0,
    widenLeast: 0,
    widenMost: 0,
    futures: 0,
    futuresAbs: 0,
    calls: 0,
    puts: 0,
    slack: 0,
    rate: 0,
    optionFrom: 0,
    optionTo: 0,
  };
}
