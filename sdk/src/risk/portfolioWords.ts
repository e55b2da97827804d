import { decodePositionWord, decodeSpotWord, encodePositionWord, encodeSpotWord } from '../codec/index.ts';
import type { Position, PositionWord, SpotWord } from '../codec/index.ts';
import { UnknownUnderlyingError } from './errors.ts';
import type { Leg, Market, Portfolio } from './types.ts';

/** A portfolio as `contracts/types/Portfolio.sol` passes it. */
export interface PortfolioWords {
  readonly cash: bigint;
  readonly profileId: bigint;
  readonly legs: readonly PositionWord[];
  /** For the i-th perp among `legs` its decayed premium, wad USD per unit. */
  readonly premiums: readonly bigint[];
  readonly spot: readonly SpotWord[];
}

export interface DecodedPortfolio {
  readonly portfolio: Portfolio;
  /** Decayed premium of each underlying with a perp, wad USD per unit: for the market to assess by. */
  readonly premiums: ReadonlyMap<number, bigint>;
  /** Open-interest scale of each underlying with a perp, in units of 1e-6 (SPEC-M8): for the market as well. */
  readonly scales: ReadonlyMap<number, bigint>;
}

/**
 * The portfolio that a contract returned.
 * @throws those of `decodePositionWord` and `decodeSpotWord`
 */
export function portfolioFromWords(words: PortfolioWords): DecodedPortfolio {
  const premiums = new Map<number, bigint>();
  const scales = new Map<number, bigint>();
  let perps = 0;
  const legs = words.legs.map((word) => {
    const position = decodePositionWord(word);
    const leg = toLeg(position);
    if (leg.kind === 'perp') {
      premiums.set(leg.underlying, words.premiums[perps++] ?? 0n);
      scales.set(leg.underlying, position.epoch);
    }
    return leg;
  });
  const spot = words.spot.map((word) => {
    const { underlying, amount } = decodeSpotWord(word);
    return { underlying, amount };
  });
  return { portfolio: { cash: words.cash, legs, spot }, premiums, scales };
}

/**
 * The portfolio as a contract takes it, so that both engines can be asked the same. Spot balances are numbered from
 * asset 1 in their order.
 * @throws UnknownUnderlyingError and those of `encodePositionWord` and `encodeSpotWord`
 */
export function portfolioToWords(portfolio: Portfolio, market: Market, profileId: bigint): PortfolioWords {
  const premiums: bigint[] = [];
  const scaleOf = (underlying: number): bigint => market.underlyings.get(underlying)?.scale ?? 0n;
  for (const leg of portfolio.legs) {
    if (leg.kind !== 'perp') continue;
    const prices = market.underlyings.get(leg.underlying);
    if (prices === undefined) throw new UnknownUnderlyingError(leg.underlying);
    premiums.push(prices.premium);
  }
  return {
    cash: portfolio.cash,
    profileId,
    legs: portfolio.legs.map((leg) => encodePositionWord(toPosition(leg, scaleOf(leg.underlying)))),
    premiums,
    spot: portfolio.spot.map((balance, i) => encodeSpotWord({ ...balance, assetId: i + 1 })),
  };
}

function toLeg(position: Position): Leg {
  const { instrument, size } = position;
  if ('cost' in position) return { ...position.instrument, size, cost: position.cost };
  if (instrument.kind === 'call' || instrument.kind === 'put') return { ...instrument, size };
  throw new TypeError(`a ${instrument.kind} without a cost basis`);
}

/** @param scale In a portfolio the epoch of a perp's word is its market's open-interest scale (SPEC-M8). */
function toPosition(leg: Leg, scale: bigint): Position {
  const { underlying, size } = leg;
  if (leg.kind === 'perp')
    return { instrument: { kind: leg.kind, underlying }, size, cost: leg.cost, epoch: scale };
  if (leg.kind === 'future') {
    const { kind, expirySec } = leg;
    return { instrument: { kind, underlying, expirySec }, size, cost: leg.cost, epoch: 0n };
  }
  const { kind, expirySec, strike } = leg;
  return { instrument: { kind, underlying, expirySec, strike }, size, epoch: 0n };
}
