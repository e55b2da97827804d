import {
  CostOutOfBoundsError,
  InvalidPositionWordError,
  OutOfBitsError,
  SizeOutOfBoundsError,
} from './errors.ts';
import { decodeInstrumentId, encodeInstrumentId } from './instrumentId.ts';
import type {
  FutureInstrument,
  Instrument,
  InstrumentId,
  OptionInstrument,
  PerpInstrument,
} from './instrumentId.ts';

/**
 * A whole position in one slot, most significant bits first:
 * kind 4 | underlying 12 | expiry hours 20 | size int96 | payload 104 | epoch 20.
 * The payload is the cost basis of a perp or future (int104), and an option's strike (60 bits).
 */
export type PositionWord = bigint;

/** @property size Units, wad, + long and - short. */
interface PositionBase {
  readonly size: bigint;
  readonly epoch: bigint;
}

export interface LinearPosition extends PositionBase {
  readonly instrument: PerpInstrument | FutureInstrument;
  /** Wad USD, a perp's funding folded in (SPEC-F6). */
  readonly cost: bigint;
}

export interface OptionPosition extends PositionBase {
  readonly instrument: OptionInstrument;
}

export type Position = LinearPosition | OptionPosition;

/** Largest |size|, wad units. */
export const MAX_SIZE = (1n << 95n) - 1n;
/** Largest |cost|, wad USD. */
export const MAX_COST = (1n << 103n) - 1n;

const MAX_EPOCH = (1n << 20n) - 1n;
const STRIKE_MASK = (1n << 60n) - 1n;
const MAX_WORD = (1n << 256n) - 1n;

/**
 * Packs a position.
 * @throws SizeOutOfBoundsError, CostOutOfBoundsError, OutOfBitsError, and those of `encodeInstrumentId`
 */
export function encodePositionWord(position: Position): PositionWord {
  const { size, epoch } = position;
  if (size > MAX_SIZE || size < -MAX_SIZE) throw new SizeOutOfBoundsError(size, MAX_SIZE);
  if (epoch < 0n || epoch > MAX_EPOCH) throw new OutOfBitsError('epoch', epoch, MAX_EPOCH);
  const id = encodeInstrumentId(position.instrument);
  return (
    ((id >> 60n) << 220n) | (BigInt.asUintN(96, size) << 124n) | (payloadOf(position, id) << 20n) | epoch
  );
}

/**
 * Unpacks a position.
 * @throws InvalidPositionWordError where `encodePositionWord` yields this word for nothing
 */
export function decodePositionWord(word: PositionWord): Position {
  if (word < 0n || word > MAX_WORD) throw new InvalidPositionWordError(word);
  const instrument = instrumentIn(word);
  const size = BigInt.asIntN(96, word >> 124n);
  const epoch = word & MAX_EPOCH;
  const position: Position = isOption(instrument)
    ? { instrument, size, epoch }
    : { instrument, size, cost: BigInt.asIntN(104, word >> 20n), epoch };
  if (size < -MAX_SIZE || (isLinear(position) && position.cost < -MAX_COST))
    throw new InvalidPositionWordError(word);
  // 44 bits beside the strike are unused
  if (!isLinear(position) && BigInt.asUintN(104, word >> 20n) >> 60n !== 0n)
    throw new InvalidPositionWordError(word);
  return position;
}

/**
 * What a word says of a position, by numbers alone: for events, of which there are many. An option's cost is 0.
 * Does not check the word; see `decodePositionWord`.
 */
export function readPositionWord(word: PositionWord): {
  readonly instrument: InstrumentId;
  readonly size: bigint;
  readonly cost: bigint;
} {
  const linear = word >> 252n < 3n;
  const head = (word >> 220n) << 60n;
  return {
    instrument: linear ? head : head | ((word >> 20n) & STRIKE_MASK),
    size: BigInt.asIntN(96, word >> 124n),
    cost: linear ? BigInt.asIntN(104, word >> 20n) : 0n,
  };
}

function payloadOf(position: Position, id: bigint): bigint {
  if (!isLinear(position)) return id & STRIKE_MASK;
  const { cost } = position;
  if (cost > MAX_COST || cost < -MAX_COST) throw new CostOutOfBoundsError(cost, MAX_COST);
  return BigInt.asUintN(104, cost);
}

function instrumentIn(word: PositionWord): Instrument {
  const head = (word >> 220n) << 60n;
  // perp = 1 and future = 2: their payload is a cost, not a strike
  return decodeInstrumentId(word >> 252n < 3n ? head : head | ((word >> 20n) & STRIKE_MASK));
}

function isOption(instrument: Instrument): instrument is OptionInstrument {
  return instrument.kind === 'call' || instrument.kind === 'put';
}

function isLinear(position: Position): position is LinearPosition {
  return 'cost' in position;
}
