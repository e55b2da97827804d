import type { Portfolio } from '@novate/sdk';
import type { Random } from './random.ts';
import type { Quote, QuotedMarket, Stance, Status } from './types.ts';
import { STATUSES } from './types.ts';

/** How far apart the stage lets two sources be. */
export const MAX_DEVIATION_BPS = 100n;
const BPS = 10_000n;
const MAX_PRICE = (1n << 127n) - 1n;

/** What two feeds might say of an underlying at about `price`, and what the router then says (SPEC-P4, P5). */
export function randomQuote(random: Random, price: bigint): Quote {
  const slack = (price * MAX_DEVIATION_BPS) / BPS;
  const near = positive(price + random.sign(random.chance(50) ? slack : random.between(0n, slack)));
  const fresh = (value: bigint) => ({ price: value, fresh: true });
  switch (random.below(8)) {
    case 0:
      return guarded(price, positive(price + random.sign(slack + random.between(1n, 2n))), slack);
    case 1:
      return guarded(price, positive(price + random.sign(slack + random.between(1n, price))), slack);
    case 2:
      return { primary: fresh(0n), secondary: fresh(near), ...single(near, 'guarded') };
    case 3:
      return { primary: fresh(price), secondary: fresh(0n), ...single(price, 'guarded') };
    case 4: {
      const old = (value: bigint) => ({ price: value, fresh: false });
      return { primary: old(price), secondary: old(near), ...single(price, 'stale') };
    }
    default:
      return { primary: fresh(price), secondary: fresh(near), ...single(price, 'ok') };
  }
}

function guarded(price: bigint, other: bigint, slack: bigint): Quote {
  const distance = price > other ? price - other : other - price;
  const answers = { primary: { price, fresh: true }, secondary: { price: other, fresh: true } };
  if (distance <= slack) return { ...answers, ...single(price, 'ok') };
  const [low, high] = price < other ? [price, other] : [other, price];
  return { ...answers, price, low, high, status: 'guarded' };
}

function single(price: bigint, status: Status): Pick<Quote, 'price' | 'low' | 'high' | 'status'> {
  return { price, low: price, high: price, status };
}

function positive(price: bigint): bigint {
  if (price > MAX_PRICE) return MAX_PRICE;
  return price > 0n ? price : 1n;
}

/** For each portfolio of one call the markets that it is judged at (SPEC-P6): a quote's end, by the sign of its net delta. */
export function marketsFor(
  portfolios: readonly Portfolio[],
  markets: readonly QuotedMarket[],
  stance: Stance,
): (readonly QuotedMarket[])[] {
  const chosen = (portfolio: Portfolio): QuotedMarket[] =>
    markets.map((market) => ({
      ...market,
      index: endOf(market, netDelta(portfolio, market.underlying), stance),
    }));
  if (stance === 'adverse') return portfolios.map(chosen);
  // the first portfolio chooses for all
  const [first] = portfolios;
  return first === undefined ? [] : new Array<QuotedMarket[]>(portfolios.length).fill(chosen(first));
}

function netDelta({ spot, legs }: Portfolio, underlying: number): bigint {
  let net = 0n;
  for (const balance of spot) if (balance.underlying === underlying) net += balance.amount;
  for (const leg of legs) if (leg.underlying === underlying) net += leg.size;
  return net;
}

function endOf({ quote }: QuotedMarket, net: bigint, stance: Stance): bigint {
  if (net === 0n) return quote.price;
  return net > 0n === (stance === 'adverse') ? quote.low : quote.high;
}

/** The worst status among the underlyings that the portfolio holds, as the enumeration's number. */
export function worstStatus({ spot, legs }: Portfolio, markets: readonly QuotedMarket[]): bigint {
  const held = new Set([...spot, ...legs].map(({ underlying }) => underlying));
  const statuses = markets
    .filter(({ underlying }) => held.has(underlying))
    .map(({ quote }) => STATUSES.indexOf(quote.status));
  return BigInt(Math.max(0, ...statuses));
}
