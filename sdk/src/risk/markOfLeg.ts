import { lnWad } from '../units/index.ts';
import type { Instrument } from '../codec/index.ts';
import { UnknownTermError, UnknownUnderlyingError } from './errors.ts';
import { black76Call } from './options/black76.ts';
import { openTerm, payoffOf, rootOf } from './options/term.ts';
import { calculatePerpMark } from './perp/calculatePerpMark.ts';
import { PRESETS } from './profiles/presets.ts';
import type { Leg, Market } from './types.ts';

/**
 * What one unit of an instrument is worth, its cost aside, wad USD: the price at which a liquidation moves it. The twin of
 * `RiskEngine.marksOf` (SPEC-F5, V7, V8).
 * @throws UnknownUnderlyingError, UnknownTermError where the market lacks a price, or an expiry
 */
export function markOfLeg(instrument: Instrument, market: Market): bigint {
  const prices = market.underlyings.get(instrument.underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(instrument.underlying);
  const { index, premium, terms, settlements } = prices;
  if (instrument.kind === 'perp') return calculatePerpMark(index, premium);
  const { expirySec } = instrument;
  const settlement = settlements?.get(expirySec);
  if (settlement !== undefined) return payoffOf(instrument, settlement);
  const given = terms?.get(expirySec);
  if (given === undefined && expirySec > market.timestamp) throw new UnknownTermError(legOf(instrument));
  // shocks depend on the profile, values do not
  const term = openTerm(given ?? null, expirySec, market.timestamp, index, PRESETS.portfolio);
  if (instrument.kind === 'future') return term.forward;
  const moneyness = term.lnForward - lnWad(instrument.strike);
  const call = black76Call(term.forward, instrument.strike, moneyness, rootOf(term, moneyness));
  return instrument.kind === 'call' ? call : call - term.forward + instrument.strike;
}

function legOf(instrument: Exclude<Instrument, { kind: 'perp' }>): Leg {
  return instrument.kind === 'future' ? { ...instrument, size: 0n, cost: 0n } : { ...instrument, size: 0n };
}
