import { assessFloat, toFloatProfile } from '@novate/sdk';
import type {
  CashIndex,
  FloatExpiry,
  FloatLeg,
  FloatMarket,
  FloatProfile,
  FloatUnderlying,
  Term,
} from '@novate/sdk';
import { isPriced } from '../mirror/expiries.ts';
import { toFloat } from '../mirror/floatAccount.ts';
import type { FloatAccount } from '../mirror/floatAccount.ts';
import type { PriceBoard, PricedMarket } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import type { Screening } from './screen.ts';

/**
 * Doubt relative to the notional of everything held. The exact engine's Black values are within 5e-10 of the model, twice per
 * scenario; doubles add less than 1e-13.
 */
const RELATIVE_DOUBT = 1e-7;
const ABSOLUTE_DOUBT = 1e-6;
/** This near to the expiry total variance is so small that deltas jump: the exact twin judges. */
const LAST_SEC = 3_600;

export interface DatedScreenInputs {
  readonly board: PriceBoard;
  readonly cash: CashIndex;
  readonly references: References;
}

/** Screens accounts with futures or options by the SDK's floating-point model; where that may be wrong, `maybe`. */
export function createDatedScreen({
  board,
  cash,
  references,
}: DatedScreenInputs): (account: FloatAccount) => Screening {
  const market = toFloatMarket(board);
  const profiles = new Map<number, FloatProfile>();
  for (const [id, profile] of references.profiles) profiles.set(id, toFloatProfile(profile));
  const [supplyIndex, borrowIndex] = [toFloat(cash.supplyIndex), toFloat(cash.borrowIndex)];

  return (account) => {
    const profile = profiles.get(account.profileId);
    if (profile === undefined) return 'profileUnknown';
    const obstacle = obstacleOf(account, board, references);
    if (obstacle !== undefined) return obstacle;
    const spot = account.spot.map(({ assetId, amount }) => ({
      underlying: references.assetUnderlyings.get(assetId) ?? 0,
      amount,
    }));
    const money =
      account.principal * (account.principal < 0 ? borrowIndex : supplyIndex) + account.pendingCash;
    const perps = account.perps.map(({ underlying, size, cost }) => {
      const funding = size * toFloat(board.markets.get(underlying)?.fundingIndex ?? 0n);
      return { kind: 'perp' as const, underlying, size, cost: cost - funding, gross: Math.abs(funding) };
    });
    const legs: FloatLeg[] = [...perps, ...account.dated];
    const { equity, maintenanceMargin } = assessFloat({ cash: money, legs, spot }, market, profile);
    let gross = Math.abs(money) + maintenanceMargin;
    for (const leg of legs) gross += notionalOf(leg, market);
    for (const perp of perps) gross += perp.gross;
    for (const { underlying, amount } of spot) gross += amount * indexOf(market, underlying);
    const doubt = RELATIVE_DOUBT * gross + ABSOLUTE_DOUBT;
    // not the other way round: what is not a number is no proof of health
    return equity - doubt >= maintenanceMargin ? 'healthy' : 'maybe';
  };
}

/** Why the model cannot be asked, if so. */
function obstacleOf(
  { perps, dated, spot }: FloatAccount,
  board: PriceBoard,
  references: References,
): Screening | undefined {
  const now = Number(board.timestamp);
  let verdict: Screening | undefined;
  const meet = (market: PricedMarket, counts: boolean): void => {
    if (counts && market.status === 'stale') verdict = 'priceStale';
    else if (market.low !== market.high) verdict ??= 'maybe';
  };
  for (const { assetId } of spot) {
    const underlying = references.assetUnderlyings.get(assetId);
    if (underlying === undefined) return 'assetUnknown';
    const market = board.markets.get(underlying);
    if (market === undefined) return 'priceUnavailable';
    meet(market, true);
  }
  for (const { underlying } of perps) {
    const market = board.markets.get(underlying);
    if (market === undefined) return 'priceUnavailable';
    meet(market, true);
  }
  for (const { underlying, expirySec } of dated) {
    const market = board.markets.get(underlying);
    if (market === undefined) return 'priceUnavailable';
    // a settled leg does not depend on the index, not even on its status
    const settled = market.settlements?.has(BigInt(expirySec)) === true;
    meet(market, !settled);
    if (settled) continue;
    if (!isPriced(board, { underlying, expirySec: BigInt(expirySec) })) return 'priceUnavailable';
    if (expirySec - now < LAST_SEC) verdict ??= 'maybe';
  }
  return verdict;
}

/** The largest amount that goes into a leg's value or its scenarios, within a small factor. */
function notionalOf(leg: FloatLeg, market: FloatMarket): number {
  const index = indexOf(market, leg.underlying);
  const size = Math.abs(leg.size);
  if (leg.kind === 'perp' || leg.kind === 'future') return 2 * size * index + Math.abs(leg.cost);
  return size * (2 * index + leg.strike);
}

function indexOf(market: FloatMarket, underlying: number): number {
  return market.underlyings.get(underlying)?.index ?? 0;
}

function toFloatMarket({ timestamp, markets }: PriceBoard): FloatMarket {
  const underlyings = new Map<number, FloatUnderlying>();
  for (const [underlying, { price, premium, terms, settlements }] of markets) {
    const expiries = new Map<number, FloatExpiry>();
    for (const [expirySec, term] of terms ?? []) expiries.set(Number(expirySec), toFloatExpiry(term));
    for (const [expirySec, settlement] of settlements ?? []) {
      const known = expiries.get(Number(expirySec));
      expiries.set(Number(expirySec), { ...known, settlementPrice: toFloat(settlement) });
    }
    underlyings.set(underlying, { index: toFloat(price), premium: toFloat(premium), expiries });
  }
  return { timestampSec: Number(timestamp), underlyings };
}

function toFloatExpiry(term: Term | null): FloatExpiry {
  if (term === null || 'forward' in term) return {};
  return {
    basis: toFloat(term.basis),
    signedAtSec: Number(term.timestamp),
    svi: {
      a: toFloat(term.a),
      b: toFloat(term.b),
      rho: toFloat(term.rho),
      m: toFloat(term.m),
      sigma: toFloat(term.sigma),
    },
  };
}
