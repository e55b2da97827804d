import { black76CallFloat, sviTotalVariance, yearsTo } from '@novate/sdk';
import type { FloatMarket, FloatOption, FloatPortfolio } from '@novate/sdk';
import { responseScale, volFactor } from './volResponse.ts';
import { WINDOW_SEC } from './windows.ts';

/** An option a day on, as far as it does not depend on the window. Puts are calls, and forwards in `linear`. */
interface AgedOption {
  readonly size: number;
  readonly strike: number;
  /** Forward a day on while the index stands still, and its logarithm over the strike. */
  readonly forward: number;
  readonly logMoneyness: number;
  /** Volatility times the root of the time that is left, before volatility moves. */
  readonly s: number;
  readonly scale: number;
}

/** One underlying's part of a portfolio, ready to be valued in many windows. */
export interface AgedBook {
  readonly underlying: number;
  /** Value now. */
  readonly value: number;
  /** Value a day on that goes in proportion to the index, and what does not move. */
  readonly linear: number;
  readonly fixed: number;
  readonly options: readonly AgedOption[];
}

/** Splits a portfolio by underlying and ages it by the length of a window. Volatility stays with the strike. */
export function ageBooks(portfolio: FloatPortfolio, market: FloatMarket): AgedBook[] {
  const ids = new Set([...portfolio.spot, ...portfolio.legs].map(({ underlying }) => underlying));
  return [...ids].map((underlying) => ageBook(underlying, portfolio, market));
}

function ageBook(underlying: number, { spot, legs }: FloatPortfolio, market: FloatMarket): AgedBook {
  const index = market.underlyings.get(underlying)?.index ?? NaN;
  let spotAndPerps = 0;
  let [forwards, fixed, optionsNow] = [0, 0, 0];
  const options: AgedOption[] = [];
  for (const one of spot) if (one.underlying === underlying) spotAndPerps += one.amount * index;
  for (const leg of legs) {
    if (leg.underlying !== underlying) continue;
    if (leg.kind === 'future') throw new Error('portfolios of the backtest hold no futures');
    if (leg.kind === 'perp') {
      spotAndPerps += leg.size * index;
      continue;
    }
    const { now, aged } = ageOption(leg, market);
    optionsNow += now;
    options.push(aged);
    if (leg.kind === 'put') {
      forwards -= leg.size * aged.forward;
      fixed += leg.size * leg.strike;
    }
  }
  const value = spotAndPerps + optionsNow;
  return { underlying, value, linear: spotAndPerps + forwards, fixed, options };
}

function ageOption(leg: FloatOption, market: FloatMarket): { now: number; aged: AgedOption } {
  const prices = market.underlyings.get(leg.underlying);
  const expiry = prices?.expiries?.get(leg.expirySec);
  if (prices === undefined || expiry?.svi === undefined) throw new Error('an option needs a surface');
  const { size, strike } = leg;
  const basis = expiry.basis ?? 0;
  const tau = yearsTo(leg.expirySec, market.timestampSec);
  const left = yearsTo(leg.expirySec, market.timestampSec + WINDOW_SEC);
  const forward = prices.index * (1 + basis * tau);
  const later = prices.index * (1 + basis * left);
  const s = Math.sqrt(sviTotalVariance(expiry.svi, Math.log(strike / forward)));
  const call = black76CallFloat(forward, strike, s);
  return {
    now: size * (leg.kind === 'call' ? call : call - forward + strike),
    aged: {
      size,
      strike,
      forward: later,
      logMoneyness: Math.log(later / strike),
      s: s * Math.sqrt(left / tau),
      scale: responseScale(tau),
    },
  };
}

/** Value after a window in which the price moved by `move` and volatility at 30 days by `volChange`, less the value now. */
export function pnlOf(book: AgedBook, move: number, volChange: number): number {
  const { linear, fixed, options } = book;
  const logMove = Math.log1p(move);
  let value = fixed + linear * (1 + move);
  for (const { size, strike, forward, logMoneyness, s, scale } of options) {
    const shocked = s * volFactor(volChange, scale);
    value += size * black76CallFloat(forward * (1 + move), strike, shocked, logMoneyness + logMove);
  }
  return value - book.value;
}
