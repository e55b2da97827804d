export { decodeNovateLog } from './decodeNovateLog.ts';
export type { EventAddresses, EventContract, NovateLog } from './decodeNovateLog.ts';
export { MalformedLogError, ReorgTooDeepError } from './errors.ts';
export { applyEvent, createLedgerState, holdersOf } from './ledgerState.ts';
export type {
  AccountState,
  CashIndexState,
  LedgerState,
  PerpMarketState,
  PositionState,
} from './ledgerState.ts';
export type { LogLike } from './log.ts';
export type { BlockRef, StreamedEvent } from './readEventRange.ts';
export { streamEvents } from './streamEvents.ts';
export type { EventUpdate, StreamEventsParameters } from './streamEvents.ts';
export { decodeStateLog, stateEventTopics } from './stateEvents.ts';
export type {
  CashUpdatedEvent,
  CollateralUpdatedEvent,
  DeleveragedEvent,
  FlagUpdatedEvent,
  InterestAccruedEvent,
  PerpUpdatedEvent,
  PositionsUpdatedEvent,
  PositionDeleveragedEvent,
  PositionUpdatedEvent,
  ProfileChangedEvent,
  StateEvent,
} from './stateEvents.ts';
