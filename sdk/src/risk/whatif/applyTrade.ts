import { InvalidTradeError } from '../errors.ts';
import { tradePosition } from '../perp/tradePosition.ts';
import type { Leg, PerpLeg, Portfolio } from '../types.ts';

/** A perp trade to try out. */
export interface TrialTrade {
  readonly underlying: number;
  /** Units bought, wad; negative sells. */
  readonly size: bigint;
  /** Wad USD per unit, > 0. */
  readonly price: bigint;
  /** Paid from cash, wad USD. */
  readonly fee?: bigint;
}

/**
 * The portfolio after a perp trade. A `Portfolio`'s costs are net of funding, and so is what the trade realises: the
 * ledger's figures differ from these by their rounding of funding and interest, a few wei.
 * @throws InvalidTradeError
 */
export function applyTrade(portfolio: Portfolio, trade: TrialTrade): Portfolio {
  const { underlying, size: delta, price, fee = 0n } = trade;
  if (delta === 0n || price <= 0n) throw new InvalidTradeError(delta, price);
  const isTraded = (leg: Leg): leg is PerpLeg => leg.kind === 'perp' && leg.underlying === underlying;
  const held = portfolio.legs.find(isTraded);
  const { size, cost, realised } = tradePosition(held ?? { size: 0n, cost: 0n }, delta, price, 0n);

  const next: readonly PerpLeg[] = size === 0n ? [] : [{ kind: 'perp', underlying, size, cost }];
  const legs =
    held === undefined
      ? [...portfolio.legs, ...next]
      : portfolio.legs.flatMap<Leg>((leg) => (leg === held ? next : [leg]));
  return { cash: portfolio.cash + realised - fee, legs, spot: portfolio.spot };
}
