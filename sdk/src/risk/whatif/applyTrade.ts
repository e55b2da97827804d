import { mulDown } from '../../units/index.ts';
import { InvalidTradeError } from '../errors.ts';
import { tradePosition } from '../perp/tradePosition.ts';
import type { FutureLeg, Leg, OptionLeg, PerpLeg, Portfolio } from '../types.ts';

/** What is traded: the underlying's perp unless a `contract` is given. */
export interface Traded {
  readonly underlying: number;
  /** The future or option that is traded. */
  readonly contract?:
    | { readonly kind: 'future'; readonly expirySec: bigint }
    | { readonly kind: 'call' | 'put'; readonly expirySec: bigint; readonly strike: bigint };
}

/** A trade to try out. */
export interface TrialTrade extends Traded {
  /** Units bought, wad; negative sells. */
  readonly size: bigint;
  /** Wad USD per unit, > 0. */
  readonly price: bigint;
  /** Paid from cash, wad USD. */
  readonly fee?: bigint;
}

/**
 * The portfolio after a trade. A `Portfolio`'s costs are net of funding, and so is what the trade realises: the ledger's
 * figures differ from these by their rounding of funding and interest, a few wei. An option's premium is cash.
 * @throws InvalidTradeError
 */
export function applyTrade(portfolio: Portfolio, trade: TrialTrade): Portfolio {
  const { size: delta, price, fee = 0n } = trade;
  if (delta === 0n || price <= 0n) throw new InvalidTradeError(delta, price);
  const held = portfolio.legs.find((leg) => isTraded(leg, trade));
  const { leg, realised } = traded(held, trade);
  const next: readonly Leg[] = leg.size === 0n ? [] : [leg];
  const legs =
    held === undefined
      ? [...portfolio.legs, ...next]
      : portfolio.legs.flatMap<Leg>((one) => (one === held ? next : [one]));
  return { cash: portfolio.cash + realised - fee, legs, spot: portfolio.spot };
}

/** Whether a leg is a position in what is traded. */
export function isTraded(leg: Leg, { underlying, contract }: Traded): boolean {
  if (leg.underlying !== underlying) return false;
  if (contract === undefined || leg.kind === 'perp') return contract === undefined && leg.kind === 'perp';
  if (leg.kind !== contract.kind || leg.expirySec !== contract.expirySec) return false;
  return leg.kind === 'future' || ('strike' in contract && leg.strike === contract.strike);
}

function traded(held: Leg | undefined, trade: TrialTrade): { leg: Leg; realised: bigint } {
  const { underlying, contract, size: delta, price } = trade;
  if (contract !== undefined && contract.kind !== 'future') {
    const notional = mulDown(delta < 0n ? -delta : delta, price);
    const leg: OptionLeg = { ...contract, underlying, size: (held?.size ?? 0n) + delta };
    return { leg, realised: delta > 0n ? -notional : notional };
  }
  const before = held as PerpLeg | FutureLeg | undefined;
  const { size, cost, realised } = tradePosition(before ?? { size: 0n, cost: 0n }, delta, price, 0n);
  const leg: Leg =
    contract === undefined
      ? { kind: 'perp', underlying, size, cost }
      : { ...contract, underlying, size, cost };
  return { leg, realised };
}
