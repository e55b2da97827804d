import {
  ExpiryNotRepresentableError,
  InvalidInstrumentIdError,
  StrikeNotRepresentableError,
  UnderlyingNotRepresentableError,
} from './errors.ts';

/** kind 4 | underlying 12 | expiry hours 20 | strike mantissa 54 | strike exponent 6, most significant bits first. */
export type InstrumentId = bigint;

export type InstrumentKind = 'perp' | 'future' | 'call' | 'put';

export interface PerpInstrument {
  readonly kind: 'perp';
  readonly underlying: number;
}

export interface FutureInstrument {
  readonly kind: 'future';
  readonly underlying: number;
  /** Unix seconds, a whole hour. */
  readonly expirySec: bigint;
}

export interface OptionInstrument {
  readonly kind: 'call' | 'put';
  readonly underlying: number;
  /** Unix seconds, a whole hour. */
  readonly expirySec: bigint;
  /** Wad USD, at most 16 significant digits. */
  readonly strike: bigint;
}

export type Instrument = PerpInstrument | FutureInstrument | OptionInstrument;

const KIND_CODES: Readonly<Record<InstrumentKind, bigint>> = { perp: 1n, future: 2n, call: 3n, put: 4n };
const KINDS: readonly (InstrumentKind | undefined)[] = [undefined, 'perp', 'future', 'call', 'put'];

const MAX_UNDERLYING = 0xfff;
const MAX_EXPIRY_HOURS = (1n << 20n) - 1n;
const MAX_STRIKE_MANTISSA = (1n << 54n) - 1n;
const MAX_STRIKE_EXPONENT = 63n;
const HOUR_SEC = 3600n;

/**
 * The number that defines an instrument. A strike has one encoding only: its mantissa is not divisible by ten.
 * @throws UnderlyingNotRepresentableError, ExpiryNotRepresentableError, StrikeNotRepresentableError
 */
export function encodeInstrumentId(instrument: Instrument): InstrumentId {
  const head = encodeHead(instrument);
  if (instrument.kind === 'perp' || instrument.kind === 'future') return head;
  if (instrument.strike <= 0n) throw new StrikeNotRepresentableError(instrument.strike);
  let mantissa = instrument.strike;
  let exponent = 0n;
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent += 1n;
  }
  if (mantissa > MAX_STRIKE_MANTISSA || exponent > MAX_STRIKE_EXPONENT) {
    throw new StrikeNotRepresentableError(instrument.strike);
  }
  return head | (mantissa << 6n) | exponent;
}

/**
 * What an instrument's number says.
 * @throws InvalidInstrumentIdError where `encodeInstrumentId` yields this number for nothing
 */
export function decodeInstrumentId(id: InstrumentId): Instrument {
  const kind = id < 0n ? undefined : kindOf(id);
  if (kind === undefined) throw new InvalidInstrumentIdError(id);
  const underlying = underlyingOf(id);
  const expirySec = expiryOf(id);
  let instrument: Instrument;
  if (kind === 'perp') instrument = { kind, underlying };
  else if (kind === 'future') instrument = { kind, underlying, expirySec };
  else instrument = { kind, underlying, expirySec, strike: strikeOf(id) };
  if (!isEncodingOf(id, instrument)) throw new InvalidInstrumentIdError(id);
  return instrument;
}

/** Kind of an instrument's number, undefined where it is none. */
export function kindOf(id: InstrumentId): InstrumentKind | undefined {
  return KINDS[Number(id >> 92n)];
}

/** The number under which the price router lists the underlying. */
export function underlyingOf(id: InstrumentId): number {
  return Number((id >> 80n) & 0xfffn);
}

/** Expiry in Unix seconds; 0 for a perp. */
export function expiryOf(id: InstrumentId): bigint {
  return ((id >> 60n) & MAX_EXPIRY_HOURS) * HOUR_SEC;
}

/** Strike in wad USD; 0 for perps and futures. */
export function strikeOf(id: InstrumentId): bigint {
  return ((id >> 6n) & MAX_STRIKE_MANTISSA) * 10n ** (id & MAX_STRIKE_EXPONENT);
}

function encodeHead(instrument: Instrument): bigint {
  const { kind, underlying } = instrument;
  if (!Number.isInteger(underlying) || underlying < 1 || underlying > MAX_UNDERLYING) {
    throw new UnderlyingNotRepresentableError(underlying);
  }
  const expiryHours = instrument.kind === 'perp' ? 0n : toExpiryHours(instrument.expirySec);
  return (KIND_CODES[kind] << 92n) | (BigInt(underlying) << 80n) | (expiryHours << 60n);
}

function toExpiryHours(expirySec: bigint): bigint {
  if (expirySec <= 0n || expirySec % HOUR_SEC !== 0n || expirySec / HOUR_SEC > MAX_EXPIRY_HOURS) {
    throw new ExpiryNotRepresentableError(expirySec);
  }
  return expirySec / HOUR_SEC;
}

// a number with, say, a strike of mantissa 320 would be a second name of the same contract
function isEncodingOf(id: InstrumentId, instrument: Instrument): boolean {
  try {
    return encodeInstrumentId(instrument) === id;
  } catch {
    return false;
  }
}
