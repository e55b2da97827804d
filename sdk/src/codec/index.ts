export { AccountMap } from './accountMap.ts';
export { decodeAccountId, encodeAccountId } from './accountId.ts';
export type { AccountId, AccountParts } from './accountId.ts';
export {
  CostOutOfBoundsError,
  ExpiryNotRepresentableError,
  InvalidAddressError,
  InvalidInstrumentIdError,
  InvalidPositionWordError,
  OutOfBitsError,
  SizeOutOfBoundsError,
  StrikeNotRepresentableError,
  UnderlyingNotRepresentableError,
} from './errors.ts';
export {
  decodeInstrumentId,
  encodeInstrumentId,
  expiryOf,
  kindOf,
  strikeOf,
  underlyingOf,
} from './instrumentId.ts';
export type {
  FutureInstrument,
  Instrument,
  InstrumentId,
  InstrumentKind,
  OptionInstrument,
  PerpInstrument,
} from './instrumentId.ts';
export {
  decodePositionWord,
  encodePositionWord,
  MAX_COST,
  MAX_SIZE,
  readPositionWord,
} from './positionWord.ts';
export type { LinearPosition, OptionPosition, Position, PositionWord } from './positionWord.ts';
export { decodeSpotWord, encodeSpotWord, MAX_SPOT_AMOUNT } from './spotWord.ts';
export type { SpotBalance, SpotWord } from './spotWord.ts';
