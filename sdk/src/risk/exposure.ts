import { abs, divFloorRaw, lnWad, mulDown, mulFloor, mulUp } from '../units/index.ts';
import { UnknownTermError, UnknownUnderlyingError } from './errors.ts';
import { black76CallAndDelta } from './options/black76.ts';
import { openTerm, payoffOf, rootOf, shockRoot } from './options/term.ts';
import type { OpenTerm, Roots } from './options/term.ts';
import { calculatePerpMark } from './perp/calculatePerpMark.ts';
import type {
  FutureLeg,
  Market,
  OptionLeg,
  PerpLeg,
  Portfolio,
  RiskProfile,
  UnderlyingMarket,
} from './types.ts';

const MILLION = 1_000_000n;

/** One expiry's sums. Mutable, for it is filled leg by leg. Units, wad. */
export interface TermSums {
  readonly term: OpenTerm;
  futures: bigint;
  calls: bigint;
  puts: bigint;
  delta: bigint;
}

/** An option as a call: a put is a call, a short forward and cash. */
export interface CallRecord {
  readonly size: bigint;
  readonly moneyness: bigint;
  readonly strike: bigint;
  readonly forward: bigint;
  readonly roots: Roots;
  readonly callNow: bigint;
}

/** All that one underlying's legs add up to. Mutable, for it is filled leg by leg. */
export interface Exposure {
  readonly underlying: number;
  readonly index: bigint;
  readonly market: UnderlyingMarket;
  /** False while only settled legs belong to it. */
  held: boolean;
  spotValue: bigint;
  perpValue: bigint;
  perpNotional: bigint;
  crowded: bigint;
  netDelta: bigint;
  grossDelta: bigint;
  readonly terms: Map<bigint, TermSums>;
  readonly calls: CallRecord[];
}

/** A portfolio sorted by underlying, in the order of first appearance: spot balances first, then legs. */
export interface Exposures {
  readonly list: readonly Exposure[];
  readonly equity: bigint;
  readonly unrealised: bigint;
}

/** SPEC-M1, M2, M9. @throws UnknownUnderlyingError, UnknownTermError */
export function collectExposures(portfolio: Portfolio, market: Market, profile: RiskProfile): Exposures {
  const list: Exposure[] = [];
  let equity = portfolio.cash;
  let unrealised = 0n;
  for (const balance of portfolio.spot) {
    const exposure = exposureIn(list, balance.underlying, market);
    const value = mulDown(balance.amount, exposure.index); // M1
    exposure.held = true;
    exposure.spotValue += value;
    addDelta(exposure, balance.amount);
    equity += value;
  }
  for (const leg of portfolio.legs) {
    const exposure = exposureIn(list, leg.underlying, market);
    if (leg.kind === 'perp') {
      unrealised += addPerp(exposure, leg) + leg.cost; // M2
      continue;
    }
    const settlement = exposure.market.settlements?.get(leg.expirySec);
    if (settlement !== undefined) {
      const value = mulFloor(leg.size, payoffOf(leg, settlement)); // V8
      if (leg.kind === 'future') unrealised += value + leg.cost;
      else equity += value;
      continue;
    }
    const sums = termIn(exposure, leg, market.timestamp, profile);
    if (leg.kind === 'future') {
      sums.futures += leg.size;
      addTermDelta(exposure, sums, mulFloor(leg.size, sums.term.ratio));
      unrealised += leg.cost;
    } else {
      equity += addOption(exposure, sums, leg);
    }
  }
  for (const { terms } of list) {
    for (const { futures, term } of terms.values()) unrealised += mulFloor(futures, term.forward); // M1
  }
  return { list, equity: equity + unrealised, unrealised };
}

function addPerp(exposure: Exposure, leg: PerpLeg): bigint {
  const { index, market } = exposure;
  const value = mulFloor(leg.size, calculatePerpMark(index, market.premium)); // M1
  const notional = mulUp(abs(leg.size), index); // M6
  exposure.held = true;
  exposure.perpValue += value;
  exposure.perpNotional += notional;
  const crowded = notional * (market.scale ?? 0n);
  exposure.crowded += -divFloorRaw(-crowded, MILLION); // M8
  addDelta(exposure, leg.size);
  return value;
}

function addOption(exposure: Exposure, sums: TermSums, leg: OptionLeg): bigint {
  const { term } = sums;
  const { size, strike } = leg;
  const moneyness = term.lnForward - lnWad(strike);
  const s = rootOf(term, moneyness);
  const { value: callNow, nd1 } = black76CallAndDelta(term.forward, strike, moneyness, s);
  exposure.calls.push({ size, moneyness, strike, forward: term.forward, roots: shockRoot(term, s), callNow });
  const callDelta = mulDown(nd1, term.ratio);
  if (leg.kind === 'call') {
    sums.calls += size;
    addTermDelta(exposure, sums, mulFloor(size, callDelta));
    return mulFloor(size, callNow);
  }
  sums.puts += size;
  addTermDelta(exposure, sums, mulFloor(size, callDelta - term.ratio));
  return mulFloor(size, callNow - term.forward + strike); // V7
}

function addTermDelta(exposure: Exposure, sums: TermSums, delta: bigint): void {
  sums.delta += delta;
  addDelta(exposure, delta);
}

function addDelta(exposure: Exposure, delta: bigint): void {
  exposure.netDelta += delta;
  exposure.grossDelta += abs(delta);
}

function termIn(
  exposure: Exposure,
  leg: FutureLeg | OptionLeg,
  nowSec: bigint,
  profile: RiskProfile,
): TermSums {
  const known = exposure.terms.get(leg.expirySec);
  if (known !== undefined) return known;
  const given = exposure.market.terms?.get(leg.expirySec);
  if (given === undefined && leg.expirySec > nowSec) throw new UnknownTermError(leg);
  const term = openTerm(given ?? null, leg.expirySec, nowSec, exposure.index, profile);
  const sums: TermSums = { term, futures: 0n, calls: 0n, puts: 0n, delta: 0n };
  exposure.held = true;
  exposure.terms.set(leg.expirySec, sums);
  return sums;
}

function exposureIn(list: Exposure[], underlying: number, market: Market): Exposure {
  // a handful at most, in which a scan beats a map
  for (const exposure of list) if (exposure.underlying === underlying) return exposure;
  const prices = market.underlyings.get(underlying);
  if (prices === undefined) throw new UnknownUnderlyingError(underlying);
  const exposure: Exposure = {
    underlying,
    index: prices.index,
    market: prices,
    held: false,
    spotValue: 0n,
    perpValue: 0n,
    perpNotional: 0n,
    crowded: 0n,
    netDelta: 0n,
    grossDelta: 0n,
    terms: new Map(),
    calls: [],
  };
  list.push(exposure);
  return exposure;
}

/** What moves with the index in proportion, without spot: perps, and the forwards in futures and puts (SPEC-M3). */
export function linearValueOf(exposure: Exposure): bigint {
  let value = exposure.perpValue;
  for (const { futures, puts, term } of exposure.terms.values())
    value += mulFloor(futures - puts, term.forward);
  return value;
}
