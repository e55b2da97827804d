import { UnknownUnderlyingError } from '../errors.ts';
import { black76CallFloat } from './black76.ts';
import { normalCdf } from './normalCdf.ts';
import type {
  FloatFuture,
  FloatMarket,
  FloatOption,
  FloatPerp,
  FloatProfile,
  FloatUnderlying,
} from './types.ts';
import { shockedDown, shockedUp, surfaceS, volShocks, yearsTo } from './volatility.ts';
import type { VolShocks } from './volatility.ts';

/** Doubles that the scan needs of one option. */
export const STRIDE = 8;
export const [SIZE, FORWARD, STRIKE, LOG_MONEYNESS, S, S_UP, S_DOWN, CALL] = [0, 1, 2, 3, 4, 5, 6, 7];

const PREMIUM_BOUND = 0.005;
const LOWEST_CARRY = -0.9;

/** One expiry's sums. Mutable, as a book is: both are filled leg by leg. */
export interface ExpirySums {
  readonly expirySec: number;
  readonly tau: number;
  readonly forward: number;
  readonly shocks: VolShocks;
  delta: number;
  netCalls: number;
  netPuts: number;
}

/** What one underlying's legs add up to. */
export interface Book {
  readonly underlying: number;
  readonly prices: FloatUnderlying;
  readonly mark: number;
  spotAmount: number;
  perpAbs: number;
  /** Value of all that moves in proportion to the price: spot, perps, futures, and the forwards within puts. */
  linear: number;
  /** Value of everything, costs aside. */
  value: number;
  netDelta: number;
  grossDelta: number;
  readonly expiries: ExpirySums[];
  options: Float64Array;
  optionCount: number;
}

/** The underlying's book, made where it is not there yet. */
export function bookIn(books: Book[], underlying: number, market: FloatMarket): Book {
  // a handful at most, in which a scan beats a map
  for (const book of books) if (book.underlying === underlying) return book;
  const prices = market.underlyings.get(underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(underlying);
  const bound = PREMIUM_BOUND * prices.index;
  const book: Book = {
    underlying,
    prices,
    mark: prices.index + Math.min(bound, Math.max(-bound, prices.premium ?? 0)),
    spotAmount: 0,
    perpAbs: 0,
    linear: 0,
    value: 0,
    netDelta: 0,
    grossDelta: 0,
    expiries: [],
    options: NOTHING,
    optionCount: 0,
  };
  books.push(book);
  return book;
}

const NOTHING = new Float64Array(0);

/** Spot, a perp or a future: value and delta in proportion to the price. */
export function addLinear(book: Book, value: number, delta: number): void {
  book.linear += value;
  book.value += value;
  addDelta(book, delta);
}

/** Adds a perp and returns its value without cost. */
export function addPerp(book: Book, { size }: FloatPerp): number {
  book.perpAbs += Math.abs(size);
  addLinear(book, size * book.mark, size);
  return size * book.mark;
}

/** Adds a future and returns its value without cost. */
export function addFuture(book: Book, leg: FloatFuture, market: FloatMarket, profile: FloatProfile): number {
  const settlement = settlementOf(book, leg.expirySec, market);
  if (settlement !== undefined) {
    book.value += leg.size * settlement;
    return leg.size * settlement;
  }
  const expiry = expiryIn(book, leg.expirySec, market, profile);
  const delta = (leg.size * expiry.forward) / book.prices.index;
  expiry.delta += delta;
  addLinear(book, leg.size * expiry.forward, delta);
  return leg.size * expiry.forward;
}

export function addOption(book: Book, leg: FloatOption, market: FloatMarket, profile: FloatProfile): void {
  const { size, strike } = leg;
  const isCall = leg.kind === 'call';
  const settlement = settlementOf(book, leg.expirySec, market);
  if (settlement !== undefined) {
    book.value += size * Math.max(0, isCall ? settlement - strike : strike - settlement);
    return;
  }
  const expiry = expiryIn(book, leg.expirySec, market, profile);
  const { forward, shocks } = expiry;
  const logMoneyness = Math.log(forward / strike);
  const given = leg.vol === undefined ? undefined : leg.vol * shocks.sqrtTau;
  const known = book.prices.expiries?.get(leg.expirySec);
  const s = given ?? surfaceS(known, logMoneyness, shocks.sqrtTau);
  const call = black76CallFloat(forward, strike, s, logMoneyness);
  const rules = given === undefined ? shocks : { ...shocks, staleness: 0 };
  pushOption(book, [
    size,
    forward,
    strike,
    logMoneyness,
    s,
    shockedUp(s, rules),
    shockedDown(s, rules),
    call,
  ]);

  if (isCall) expiry.netCalls += size;
  else expiry.netPuts += size;
  if (!isCall) book.linear -= size * forward;
  book.value += size * (isCall ? call : Math.max(0, call - forward + strike));
  const n1 = s > 0 ? normalCdf(logMoneyness / s + 0.5 * s) : Number(forward > strike);
  const delta = (size * (isCall ? n1 : n1 - 1) * forward) / book.prices.index;
  expiry.delta += delta;
  addDelta(book, delta);
}

function addDelta(book: Book, delta: number): void {
  book.netDelta += delta;
  book.grossDelta += Math.abs(delta);
}

function pushOption(book: Book, row: readonly number[]): void {
  const at = book.optionCount * STRIDE;
  if (at === book.options.length) {
    const grown = new Float64Array(Math.max(4 * STRIDE, 2 * at));
    grown.set(book.options);
    book.options = grown;
  }
  book.options.set(row, at);
  book.optionCount++;
}

function settlementOf(book: Book, expirySec: number, { timestampSec }: FloatMarket): number | undefined {
  return timestampSec < expirySec ? undefined : book.prices.expiries?.get(expirySec)?.settlementPrice;
}

function expiryIn(book: Book, expirySec: number, market: FloatMarket, profile: FloatProfile): ExpirySums {
  for (const expiry of book.expiries) if (expiry.expirySec === expirySec) return expiry;
  const known = book.prices.expiries?.get(expirySec);
  const tau = yearsTo(expirySec, market.timestampSec);
  const expiry: ExpirySums = {
    expirySec,
    tau,
    forward: book.prices.index * (1 + Math.max((known?.basis ?? 0) * tau, LOWEST_CARRY)),
    shocks: volShocks(expirySec, market.timestampSec, known, profile),
    delta: 0,
    netCalls: 0,
    netPuts: 0,
  };
  book.expiries.push(expiry);
  return expiry;
}
