import type { Leg, Market, Portfolio, RiskProfile, Scenario } from '../types.ts';
import type { FloatLeg, FloatMarket, FloatPortfolio, FloatProfile } from './types.ts';

/** The nearest double to a wad number. Division by 1e18 alone would round the integer first, and then again. */
function fromWad(value: bigint): number {
  const whole = value / 10n ** 18n;
  return Number(whole) + Number(value - whole * 10n ** 18n) / 1e18;
}

/** A risk profile in plain numbers. */
export function toFloatProfile(profile: RiskProfile): FloatProfile {
  return {
    name: profile.name,
    rho: fromWad(profile.rho),
    mmFactor: fromWad(profile.mmFactor),
    volUp: fromWad(profile.volUp),
    volDown: fromWad(profile.volDown),
    volUpFloor: fromWad(profile.volUpFloor),
    volPowerShort: fromWad(profile.volPowerShort),
    volPowerLong: fromWad(profile.volPowerLong),
    rollMin: fromWad(profile.rollMin),
    rollRate: fromWad(profile.rollRate),
    shortRate: fromWad(profile.shortRate),
    shortInitial: fromWad(profile.shortInitial),
    perpInitial: fromWad(profile.perpInitial),
    haircut: fromWad(profile.haircut),
    haircutInitial: fromWad(profile.haircutInitial),
    floorNet: fromWad(profile.floorNet),
    floorHedged: fromWad(profile.floorHedged),
    defaultScanRange: fromWad(profile.defaultScanRange),
    scenarios: profile.scenarios.map((scenario: Scenario & { readonly absolute?: boolean }) => ({
      move: fromWad(scenario.move),
      vol: scenario.vol,
      weight: fromWad(scenario.weight),
      absolute: scenario.absolute ?? false,
    })),
    underlyings: profile.underlyings.map((risk) => ({
      underlying: risk.underlying,
      scanRange: fromWad(risk.scanRange),
      haircutSlope: fromWad(risk.haircutSlope),
      haircutCap: fromWad(risk.haircutCap),
    })),
  };
}

/** A portfolio in plain numbers. */
export function toFloatPortfolio({ cash, legs, spot }: Portfolio): FloatPortfolio {
  return {
    cash: fromWad(cash),
    legs: legs.map(toFloatLeg),
    spot: spot.map(({ underlying, amount }) => ({ underlying, amount: fromWad(amount) })),
  };
}

/** Indexes and premiums in plain numbers; what belongs to expiries is the caller's to add. */
export function toFloatMarket({ timestamp, underlyings }: Market): FloatMarket {
  return {
    timestampSec: Number(timestamp),
    underlyings: new Map(
      [...underlyings].map(([underlying, { index, premium }]) => [
        underlying,
        { index: fromWad(index), premium: fromWad(premium) },
      ]),
    ),
  };
}

function toFloatLeg(leg: Leg): FloatLeg {
  const { underlying } = leg;
  const size = fromWad(leg.size);
  if (leg.kind === 'perp') return { kind: leg.kind, underlying, size, cost: fromWad(leg.cost) };
  const expirySec = Number(leg.expirySec);
  if (leg.kind === 'future') return { kind: leg.kind, underlying, expirySec, size, cost: fromWad(leg.cost) };
  return { kind: leg.kind, underlying, expirySec, strike: fromWad(leg.strike), size };
}
