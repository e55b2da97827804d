import type { Assessment, Margin, MarginState, VolMove } from '../risk/index.ts';
import { UnexpectedValueError } from './errors.ts';

/** How far a price may be relied on; see `IPriceRouter.Status`. */
export type PriceStatus = 'ok' | 'guarded' | 'stale';

/** A margin with the worst status among the prices it rests on. Wad USD. */
export interface MarginAtPrices extends Margin {
  readonly status: PriceStatus;
}

/** A margin that explains itself, in the shape of the risk engine's twin, with the worst price status. */
export interface MarginReport extends Assessment {
  readonly status: PriceStatus;
}

const STATUSES: readonly PriceStatus[] = ['ok', 'guarded', 'stale'];
const STATES: readonly MarginState[] = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];
const VOL_MOVES: readonly VolMove[] = ['none', 'up', 'down'];

interface MarginStruct extends Margin {
  readonly status: number;
}

type ReportStruct = Omit<Assessment, 'worstScenario' | 'state' | keyof Margin> & {
  readonly margin: MarginStruct;
  readonly state: number;
  readonly worstScenario: bigint;
  readonly worstShock: bigint;
  readonly worstVol: number;
};

export function toStatus(value: number): PriceStatus {
  return pick('price status', STATUSES, value);
}

export function toState(value: number): MarginState {
  return pick('margin state', STATES, value);
}

export function toMargin(margin: MarginStruct): MarginAtPrices {
  return { ...margin, status: toStatus(margin.status) };
}

export function toReport(report: ReportStruct): MarginReport {
  const { margin, state, worstScenario, worstShock, worstVol, ...rest } = report;
  return {
    ...toMargin(margin),
    ...rest,
    state: toState(state),
    worstScenario: {
      index: Number(worstScenario),
      shock: worstShock,
      vol: pick('volatility move', VOL_MOVES, worstVol),
    },
  };
}

function pick<Value>(field: string, values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new UnexpectedValueError(field, index);
  return value;
}
