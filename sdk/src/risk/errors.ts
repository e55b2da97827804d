import type { Leg } from './types.ts';

/** The market has neither a surface nor a forward for an expiry that the portfolio holds. */
export class UnknownTermError extends Error {
  override readonly name = 'UnknownTermError';
  readonly leg: Leg;

  constructor(leg: Leg) {
    super(
      `${describe(leg)} cannot be priced: the market has no such expiry; add it to the underlying's expiries`,
    );
    this.leg = leg;
  }
}

/** The market has no price for an underlying that the portfolio holds. */
export class UnknownUnderlyingError extends Error {
  override readonly name = 'UnknownUnderlyingError';
  readonly underlying: number;

  constructor(underlying: number) {
    super(`underlying ${underlying} has no price; add it to the market's underlyings`);
    this.underlying = underlying;
  }
}

/** The trade cannot be: its size is zero or its price is not positive. */
export class InvalidTradeError extends Error {
  override readonly name = 'InvalidTradeError';
  readonly size: bigint;
  readonly price: bigint;

  constructor(size: bigint, price: bigint) {
    super(
      `a trade of size ${size} at price ${price} cannot be; the size must not be zero and the price be positive`,
    );
    this.size = size;
    this.price = price;
  }
}

/** A state was asked for at a time before its own. */
export class TimeBeforeUpdateError extends Error {
  override readonly name = 'TimeBeforeUpdateError';
  readonly updatedAt: bigint;
  readonly nowSec: bigint;

  constructor(updatedAt: bigint, nowSec: bigint) {
    super(`time ${nowSec} is before the state's own, ${updatedAt}; accrual only runs forward`);
    this.updatedAt = updatedAt;
    this.nowSec = nowSec;
  }
}

function describe(leg: Leg): string {
  if (leg.kind === 'perp') return `perp of underlying ${leg.underlying}`;
  if (leg.kind === 'future') return `future of underlying ${leg.underlying} expiring at ${leg.expirySec}`;
  return `${leg.kind} of underlying ${leg.underlying} expiring at ${leg.expirySec} with strike ${leg.strike} (wad)`;
}
