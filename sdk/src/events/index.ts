export { decodeNovateLog } from './decodeNovateLog.ts';
export type { EventAddresses, EventContract, NovateLog } from './decodeNovateLog.ts';
export { MalformedLogError } from './errors.ts';
export { applyEvent, createLedgerState, holdersOf } from './ledgerState.ts';
export type {
  AccountState,
  CashIndexState,
  LedgerState,
  PerpMarketState,
  PositionState,
} from './ledgerState.ts';
export type { LogLike } from './log.ts';
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
