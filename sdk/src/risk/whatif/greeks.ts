import { lnWad } from '../../units/index.ts';
import { UnknownTermError, UnknownUnderlyingError } from '../errors.ts';
import { normalCdf, normalPdf } from '../float/normalCdf.ts';
import { openTerm, rootOf } from '../options/term.ts';
import type { OpenTerm } from '../options/term.ts';
import type { FutureLeg, Leg, Market, OptionLeg, Portfolio, RiskProfile } from '../types.ts';

const WAD = 1e18;
const DAYS = 365;

/**
 * Sensitivities of a position, its size included, in plain numbers: for people, not for margins.
 * - delta: units of the underlying
 * - gamma: change of delta per USD of the index
 * - vega: USD per 0.01 of implied volatility
 * - theta: USD per day that passes
 */
export interface Greeks {
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
}

/**
 * Sensitivities of several underlyings together, in USD, where their prices move alike.
 * - delta: what the position is worth of the underlyings: USD per 100% of the indexes
 * - gamma: change of that delta for 1% of the indexes
 * - vega, theta: as in `Greeks`
 */
export type GreeksUsd = Greeks;

export interface PortfolioGreeks {
  /** One for each spot balance, in their order. */
  readonly spot: readonly Greeks[];
  /** One for each leg, in their order. */
  readonly legs: readonly Greeks[];
  /** By underlying, spot balances included. */
  readonly underlyings: ReadonlyMap<number, Greeks>;
  /** All of it. */
  readonly total: GreeksUsd;
}

const NONE: Greeks = { delta: 0, gamma: 0, vega: 0, theta: 0 };

/**
 * Greeks by closed form (Black-76 on the forward of SPEC-V3, at the surface's volatility, sticky by strike). What is
 * settled has none (SPEC-V8).
 * @throws UnknownUnderlyingError, UnknownTermError
 */
export function greeks(portfolio: Portfolio, market: Market, profile: RiskProfile): PortfolioGreeks {
  const underlyings = new Map<number, Greeks>();
  const add = (underlying: number, more: Greeks): void => {
    underlyings.set(underlying, sum(underlyings.get(underlying) ?? NONE, more));
  };
  const spot = portfolio.spot.map(({ amount }) => ({ ...NONE, delta: Number(amount) / WAD }));
  portfolio.spot.forEach(({ underlying }, i) => add(underlying, spot[i] ?? NONE));
  const legs = portfolio.legs.map((leg) => greeksOf(leg, market, profile));
  portfolio.legs.forEach(({ underlying }, i) => add(underlying, legs[i] ?? NONE));
  return { spot, legs, underlyings, total: totalOf(underlyings, market) };
}

function totalOf(underlyings: ReadonlyMap<number, Greeks>, market: Market): GreeksUsd {
  return [...underlyings].reduce((total, [underlying, { delta, gamma, vega, theta }]) => {
    const prices = market.underlyings.get(underlying);
    if (prices === undefined) throw new UnknownUnderlyingError(underlying);
    const index = Number(prices.index) / WAD;
    return sum(total, { delta: delta * index, gamma: (gamma * index * index) / 100, vega, theta });
  }, NONE);
}

function greeksOf(leg: Leg, market: Market, profile: RiskProfile): Greeks {
  const size = Number(leg.size) / WAD;
  if (leg.kind === 'perp') return { ...NONE, delta: size };
  const term = termOf(leg, market, profile);
  if (term === undefined) return NONE;
  const [forward, ratio, sqrtTau] = [term.forward, term.ratio, term.sqrtTau].map((x) => Number(x) / WAD) as [
    number,
    number,
    number,
  ];
  if (leg.kind === 'future') return { ...NONE, delta: size * ratio };
  const moneyness = term.lnForward - lnWad(leg.strike);
  const s = Number(rootOf(term, moneyness)) / WAD;
  const put = leg.kind === 'put' ? 1 : 0;
  if (s === 0) return { ...NONE, delta: size * ratio * (stepOf(term.forward, leg.strike) - put) };
  const d1 = Number(moneyness) / WAD / s + s / 2;
  const density = normalPdf(d1);
  return {
    delta: size * ratio * (normalCdf(d1) - put),
    gamma: (size * ratio * ratio * density) / (forward * s),
    vega: (size * forward * density * sqrtTau) / 100,
    theta: (-size * forward * density * s) / (2 * sqrtTau * sqrtTau * DAYS),
  };
}

/** N(d1) without volatility. */
function stepOf(forward: bigint, strike: bigint): number {
  if (forward === strike) return 0.5;
  return forward > strike ? 1 : 0;
}

/** None once it is settled. */
function termOf(leg: FutureLeg | OptionLeg, market: Market, profile: RiskProfile): OpenTerm | undefined {
  const prices = market.underlyings.get(leg.underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(leg.underlying);
  if (prices.settlements?.has(leg.expirySec) === true) return undefined;
  const term = prices.terms?.get(leg.expirySec);
  if (term === undefined && leg.expirySec > market.timestamp) throw new UnknownTermError(leg);
  return openTerm(term ?? null, leg.expirySec, market.timestamp, prices.index, profile);
}

function sum(a: Greeks, b: Greeks): Greeks {
  return {
    delta: a.delta + b.delta,
    gamma: a.gamma + b.gamma,
    vega: a.vega + b.vega,
    theta: a.theta + b.theta,
  };
}
