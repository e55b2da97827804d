import type { Explanation } from '../explanation.ts';

/** Errors of `IVolSurface` and `ISettlementTwap`. */
export const surfaceExplanations = {
  EmptyBatch: {
    says: 'The batch holds no report.',
    remedy: 'Pass at least one report, signed with the rest of its batch.',
  },
  TooFewSignatures: {
    says: 'The batch has {got:int} signatures, and {needed:int} are needed.',
    remedy: 'Collect the signatures of more of the registered signers; the contract lists them in signers().',
  },
  UnknownSigner: {
    says: '{signer:address} is not a registered signer of volatility surfaces.',
    remedy: 'Leave its signature out, or have governance register it with setSigners.',
  },
  DuplicateSigner: {
    says: 'The signer {signer:address} is there twice.',
    remedy: 'Pass each signer once.',
  },
  SignersNotSorted: {
    says: 'The signature of {next:address} comes after that of {previous:address}.',
    remedy: 'Sort the signatures by ascending address of their signers, as sortSignatures does.',
  },
  InvalidSurfaceSignature: {
    says: 'The signature of the batch is not by {signer:address}.',
    remedy: 'Sign with signSurfaces exactly the reports that are posted, for this chain and this contract.',
  },
  SurfaceNotRepresentable: {
    says: 'The surface field {field:text}, {value:units}, does not fit, or is no multiple of {resolution:units}.',
    remedy: 'Build the report with buildReport, which rounds each field to what can be stored.',
  },
  SurfaceOutOfBounds: {
    says: 'The surface has a {field:text} of {value:units}, outside {min:units} to {max:units}.',
    remedy: 'Check the fit and its scale (wad, total variance); the bounds are fixed in the code.',
  },
  ArbitrageInSurface: {
    says: 'The surface allows butterfly arbitrage at log-moneyness {k:units}: g is {g:units} there.',
    remedy: 'Fit the smile again under the condition that g is nowhere negative.',
  },
  ReportNotNewer: {
    says:
      'The report of underlying {underlying:underlying} for {expirySec:time} is of {timestamp:time}, and one of ' +
      '{stored:time} is in force.',
    remedy: 'Post a newer report; this one may have been posted already.',
  },
  TimestampOutOfBounds: {
    says: 'The report is of {timestamp:time}; it must be of {oldest:time} to {newest:time}.',
    remedy: 'Sign a fresh report, with a clock that is right.',
  },
  ExpiryOutOfBounds: {
    says: 'The expiry {expirySec:time} is outside {min:time} to {max:time}.',
    remedy: 'Report on expiries in the future, at most three years and a month away.',
  },
  SignerCountOutOfBounds: {
    says: 'There would be {count:int} signers, outside {min:int} to {max:int}.',
    remedy: 'Register a number of signers inside the limits; they are fixed in the code.',
  },
  ThresholdOutOfBounds: {
    says: 'The threshold {threshold:int} is not between 1 and the number of signers, {count:int}.',
    remedy: 'Choose a lower threshold, or register more signers before one is removed.',
  },
  InvalidSigner: {
    says: '{signer:address} cannot be a signer.',
    remedy: "Pass the signer's own address, not zero.",
  },
  OutsideWindow: {
    says: 'It is {nowSec:time}; the expiry is observed from {windowStart:time} to {expirySec:time}.',
    remedy: 'Observe within the half hour before the expiry; after it settle, or prove rounds.',
  },
  IndexNotOk: {
    says: 'The price of underlying {underlying:underlying} is {status:status}, and cannot be settled at.',
    remedy: 'Try again when the price sources are fresh and agree.',
  },
  NotExpired: {
    says: 'It is {nowSec:time}, and the expiry is at {expirySec:time}.',
    remedy: 'Settle after the expiry.',
  },
  AlreadySettled: {
    says: 'The expiry {expirySec:time} of underlying {underlying:underlying} has settled at {price:usd}.',
    remedy: 'Nothing is left to do; a settlement price never changes.',
  },
  TooFewObservations: {
    says: 'The expiry has {count:int} price observations, and {needed:int} are needed.',
    remedy:
      'Prove the rounds of the Chainlink feed with settleByRounds; a day after the expiry settleLate works.',
  },
  CoverageTooThin: {
    says:
      'The first observation came {firstAfterSec:int} seconds into the window, the last {lastBeforeSec:int} seconds before ' +
      'the expiry, and the longest gap was {longestGapSec:int} seconds; at most 300, 300 and 600 are allowed.',
    remedy:
      'Prove the rounds of the Chainlink feed with settleByRounds; a day after the expiry settleLate works.',
  },
  ObservationsSuffice: {
    says: 'The {count:int} observations cover the window.',
    remedy: 'Call settle, which is open to anyone.',
  },
  NoChainlinkFeed: {
    says: 'Underlying {underlying:underlying} has no Chainlink feed whose rounds could be proven.',
    remedy: 'Call settleLate once a day has passed since the expiry.',
  },
  TooFewRounds: {
    says: 'The proof has {count:int} rounds, and {needed:int} are needed.',
    remedy: "Pass all rounds from the last one before the window's start to the first one after the expiry.",
  },
  RoundMissing: {
    says: 'The feed {feed:address} answers nothing for round {roundId:int}.',
    remedy:
      'Check the number against the history of the feed; where the feed keeps none, settleLate works a day after the expiry.',
  },
  RoundAnswerOutOfBand: {
    says: 'The answer {answer:int} of round {roundId:int} is outside the band of {minPrice:usd} to {maxPrice:usd}.',
    remedy: 'These rounds cannot settle the expiry; call settleLate once a day has passed since it.',
  },
  RoundsNotConsecutive: {
    says: 'Round {next:int} does not follow round {roundId:int}.',
    remedy: "Leave out no round; from one phase to the next go to the next phase's first round.",
  },
  RoundsNotInTime: {
    says: 'Round {roundId:int} is of {updatedAt:time}, before the round it follows, of {previousUpdatedAt:time}.',
    remedy: 'These rounds cannot settle the expiry; call settleLate once a day has passed since it.',
  },
  PhaseBehind: {
    says: 'Round {roundId:int}, of {updatedAt:time}, is of a phase that the next one, begun at {phaseSec:time}, replaced.',
    remedy: "Go on, or start, in the next phase: its first round's number is (phase + 1) << 64 | 1.",
  },
  PhaseAhead: {
    says: 'Round {roundId:int}, of {updatedAt:time}, was left out before the next phase began at {phaseSec:time}.',
    remedy: 'Include the rounds of the phase that are dated before the next phase begins.',
  },
  FirstRoundTooLate: {
    says: "The first round {roundId:int} is of {updatedAt:time}, after the window's start at {windowStart:time}.",
    remedy: "Start with the last round at or before the window's start.",
  },
  LastRoundTooEarly: {
    says: 'The last round {roundId:int} is of {updatedAt:time}, not after the expiry at {expirySec:time}.',
    remedy: 'End with the first round after the expiry; wait for it where the feed has not answered since.',
  },
  TooEarlyForLate: {
    says: 'It is {nowSec:time}; this way of settling opens at {fromSec:time}.',
    remedy: 'Settle by observations or by rounds until then.',
  },
  SettlementPriceOutOfBounds: {
    says: 'The price {price:usd} is outside {min:usd} to {max:usd}.',
    remedy: 'Check the price source of the underlying.',
  },
  InvalidRouter: {
    says: 'There is no contract at {router:address}.',
    remedy: 'Pass the address of the deployed PriceRouter.',
  },
} satisfies Record<string, Explanation>;
