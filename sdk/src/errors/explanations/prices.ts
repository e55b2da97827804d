import type { Explanation } from '../explanation.ts';

/** Errors of `IPriceRouter`. */
export const priceExplanations = {
  UnknownUnderlying: {
    says: 'Underlying {underlying:underlying} is not listed with the price router.',
    remedy: 'Pick an underlying from getMarkets, or have governance list it with setSources.',
  },
  PriceUnavailable: {
    says:
      'No source has a usable price for underlying {underlying:underlying}: the primary is {primary:fault}, ' +
      'the secondary {secondary:fault}.',
    remedy:
      'Push a price update where the source takes one, or wait for the feed; positions in it are frozen until then.',
  },
  InvalidSource: {
    says: 'The price source for underlying {underlying:underlying} was refused: {reason:text}.',
    remedy: 'Correct the named setting of the source.',
  },
  DeviationOutOfBounds: {
    says: 'The deviation bound {maxDeviationBps:bps} is outside {min:bps} to {max:bps}.',
    remedy: 'Choose a bound inside the limits; they are fixed in the code.',
  },
  PythFeeTooLow: {
    says: 'The price update costs {required:int} wei, and {sent:int} wei were sent.',
    remedy:
      'Send at least the fee that getUpdateFee of the Pyth contract returns; what is too much comes back.',
  },
  RefundFailed: {
    says: 'The surplus of {amount:int} wei could not be returned to {payer:address}.',
    remedy: 'Send exactly the fee, or call from an address that accepts ether.',
  },
  InvalidSequencer: {
    says: 'The sequencer feed {feed:address} has no code, or its grace period of {graceSec:int} seconds is too long.',
    remedy:
      'Pass the uptime feed of this chain, or zero on a chain without a sequencer, and a grace period of at most a day.',
  },
  FeedGasTooLow: {
    says: 'A price feed was left {available:int} gas, less than the {required:int} that it may need.',
    remedy: 'Send the transaction with more gas; what prepare estimates is enough.',
  },
  SourceNotRepresentable: {
    says: 'The source setting {value:int} is above the largest that can be stored, {max:int}.',
    remedy: 'Choose a smaller value, or one with fewer significant digits.',
  },
} satisfies Record<string, Explanation>;
