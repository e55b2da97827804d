import type { Leg, Portfolio } from '@novate/sdk';
import { netDeltas, toPostedMarket } from './markets.ts';
import type { Random } from './random.ts';
import type { Case, Expiry, Quote, QuotedMarket, Stance, Status } from './types.ts';
import { STATUSES } from './types.ts';

/** How far apart the stage lets two sources be. */
export const MAX_DEVIATION_BPS = 100n;
const BPS = 10_000n;
/** How long a surface is fresh. */
const FRESH_SEC = 3_600n;
const GUARDED = BigInt(STATUSES.indexOf('guarded'));
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
  { stance, timestamp }: Pick<Case, 'stance' | 'timestamp'>,
): (readonly QuotedMarket[])[] {
  const unchosen = markets.map((market) => ({ ...market, index: market.quote.price }));
  const chosen = (portfolio: Portfolio): QuotedMarket[] => {
    const deltas = netDeltas(portfolio, toPostedMarket(unchosen, timestamp));
    return markets.map((market) => ({
      ...market,
      index: endOf(market, deltas.get(market.underlying) ?? 0n, stance),
    }));
  };
  if (stance === 'adverse') return portfolios.map(chosen);
  // the first portfolio chooses for all
  const [first] = portfolios;
  return first === undefined ? [] : new Array<QuotedMarket[]>(portfolios.length).fill(chosen(first));
}

function endOf({ quote }: QuotedMarket, net: bigint, stance: Stance): bigint {
  if (net === 0n) return quote.price;
  return net > 0n === (stance === 'adverse') ? quote.low : quote.high;
}

/**
 * The worst status among the prices of the portfolio's underlyings, those of settled legs among them, as the enumeration's
 * number; at least guarded where a surface is not fresh.
 */
export function markStatus(
  portfolio: Portfolio,
  markets: readonly QuotedMarket[],
  timestamp: bigint,
): bigint {
  const held = [...portfolio.spot, ...portfolio.legs].map(({ underlying }) => underlying);
  const prices = worstPrice(new Set(held), markets);
  const margins = marginStatus(portfolio, markets, timestamp);
  return prices > margins ? prices : margins;
}

/** As `markStatus`, but what is settled has no price (SPEC-V6, V8). */
export function marginStatus(
  { spot, legs }: Portfolio,
  markets: readonly QuotedMarket[],
  timestamp: bigint,
): bigint {
  const held = new Set(spot.map(({ underlying }) => underlying));
  let status = 0n;
  for (const leg of legs) {
    const expiry = expiryOf(leg, markets);
    if (expiry !== undefined && expiry.settlement !== 0n) continue;
    held.add(leg.underlying);
    if (expiry === undefined || expiry.expirySec <= timestamp) continue;
    const { posted } = expiry;
    if (posted === null || timestamp - posted.timestamp > FRESH_SEC) status = GUARDED;
  }
  const prices = worstPrice(held, markets);
  return prices > status ? prices : status;
}

function expiryOf(leg: Leg, markets: readonly QuotedMarket[]): Expiry | undefined {
  if (leg.kind === 'perp') return undefined;
  const market = markets.find(({ underlying }) => underlying === leg.underlying);
  return market?.expiries.find(({ expirySec }) => expirySec === leg.expirySec);
}

function worstPrice(held: ReadonlySet<number>, markets: readonly QuotedMarket[]): bigint {
  const statuses = markets
    .filter(({ underlying }) => held.has(underlying))
    .map(({ quote }) => STATUSES.indexOf(quote.status));
  return BigInt(Math.max(0, ...statuses));
}
