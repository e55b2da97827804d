// What a margin follows from, in floating point by the formulas of SPEC-V and SPEC-M, as lines that a person can check. Throws
// where it and the exact integers differ by more than rounding.
import { normalCdf, WAD } from '../../../sdk/src/index.ts';
import type {
  Assessment,
  Leg,
  Market,
  Portfolio,
  RiskProfile,
  Scenario,
  UnderlyingMarket,
  UnderlyingReport,
} from '../../../sdk/src/index.ts';

export interface Derivation {
  readonly about: string;
  readonly portfolio: Portfolio;
  readonly market: Market;
  readonly profile: RiskProfile;
  readonly got: Assessment;
}

interface FloatTerm {
  readonly expirySec: bigint;
  readonly settlement: number | undefined;
  readonly tau: number;
  readonly forward: number;
  readonly age: number;
  readonly up: number;
  readonly down: number;
  readonly least: number;
  readonly rootAt: (strike: number) => number;
}

type Dated = Exclude<Leg, { readonly kind: 'perp' }>;
type Option = Extract<Leg, { readonly kind: 'call' | 'put' }>;

const NAMES = ['', 'BTC', 'ETH'];
const YEAR = 31_536_000;
const DAY = 86_400;
const TOLERANCE = 1e-7;

const wad = (value: bigint): number => Number(value) / Number(WAD);
const show = (value: number): string => {
  const rounded = Number(value.toFixed(6));
  return String(rounded === 0 ? 0 : rounded);
};
const isOption = (leg: Leg): leg is Option => leg.kind === 'call' || leg.kind === 'put';
const isDated = (leg: Leg): leg is Dated => leg.kind !== 'perp';

export function derive(input: Derivation): string[] {
  const { about, portfolio, profile, got } = input;
  const lines = [about, `cash = ${show(wad(portfolio.cash))}`];
  let equity = wad(portfolio.cash);
  for (const report of got.underlyings) equity += deriveUnderlying(input, report, lines);
  agree('equity', equity, got.equity);
  lines.push(
    `E = ${show(equity)}: cash and all values with their costs; unrealised = ${show(wad(got.unrealised))}`,
  );
  deriveMargin(profile, got, lines);
  return lines;
}

// ------------------------------------------------------------------------------------------------ margin

function deriveMargin(profile: RiskProfile, got: Assessment, lines: string[]): void {
  const rho = wad(profile.rho);
  const total = got.scenarioPnl.map(wad)[got.worstScenario.index] ?? 0;
  const scans = got.underlyings.reduce((sum, { scan }) => sum + wad(scan), 0);
  const risk = rho * Math.max(0, -total) + (1 - rho) * scans;
  const charges = wad(got.roll) + wad(got.shortOption) + wad(got.haircut);
  const floor = wad(got.floor);
  const factor = wad(profile.mmFactor);
  const maintenance = Math.max(factor * risk + charges, factor * floor);
  const initial = Math.max(risk + charges + wad(got.initialExtra), floor);
  agree('risk', risk, got.risk);
  agree('maintenance margin', maintenance, got.maintenanceMargin);
  agree('initial margin', initial, got.initialMargin);
  lines.push(
    `worst in sum is scenario ${got.worstScenario.index}, total ${show(total)}; Risk = ${show(rho)} * ${show(Math.max(0, -total))} + ${show(1 - rho)} * ${show(scans)} = ${show(risk)}`,
    `MM = max(${show(factor)} * ${show(risk)} + ${show(charges)}, ${show(factor)} * ${show(floor)}) = ${show(maintenance)}`,
    `IM = max(${show(risk)} + ${show(charges)} + ${show(wad(got.initialExtra))}, ${show(floor)}) = ${show(initial)}`,
    `state: ${got.state}`,
  );
}

// ------------------------------------------------------------------------------------------------ one underlying

/** @returns What the underlying's legs and balances are worth, with their costs. */
function deriveUnderlying(input: Derivation, report: UnderlyingReport, lines: string[]): number {
  const { portfolio, market, profile } = input;
  const { underlying } = report;
  const prices = market.underlyings.get(underlying);
  if (prices === undefined) throw new RangeError(`no market of ${underlying}`);
  const name = NAMES[underlying] ?? String(underlying);
  const index = wad(prices.index);
  const legs = portfolio.legs.filter((leg) => leg.underlying === underlying);
  const spot = portfolio.spot
    .filter((balance) => balance.underlying === underlying)
    .reduce((sum, { amount }) => sum + wad(amount) * index, 0);
  if (spot !== 0) lines.push(`${name} spot value = ${show(spot)}`);
  const terms = termsOf(legs, prices, market, profile);
  for (const term of terms.values()) lines.push(describeTerm(name, term));
  let value = spot;
  let linear = spot;
  for (const leg of legs) {
    const worth = valueOf(leg, prices, terms);
    value += worth.value + worth.cost;
    linear += worth.linear;
    lines.push(`${name} ${worth.text}`);
  }
  const open = legs.filter((leg) => !isDated(leg) || termFor(leg, terms).settlement === undefined);
  if (open.length > 0 || spot !== 0) deriveScan(input, report, { name, linear, open, terms }, lines);
  deriveCharges(name, report, { index, spot, open, terms, profile, scale: wadScale(prices) }, lines);
  return value;
}

const wadScale = ({ scale = 0n }: UnderlyingMarket): number => Number(scale) / 1e6;

function termsOf(
  legs: readonly Leg[],
  prices: UnderlyingMarket,
  market: Market,
  profile: RiskProfile,
): Map<bigint, FloatTerm> {
  const terms = new Map<bigint, FloatTerm>();
  for (const leg of legs) {
    if (isDated(leg)) terms.set(leg.expirySec, openTerm(leg.expirySec, prices, market, profile));
  }
  return terms;
}

function openTerm(
  expirySec: bigint,
  prices: UnderlyingMarket,
  { timestamp }: Market,
  profile: RiskProfile,
): FloatTerm {
  const left = Math.max(0, Number(expirySec - timestamp));
  const tau = left / YEAR;
  const index = wad(prices.index);
  const term = prices.terms?.get(expirySec) ?? null;
  const settlement = prices.settlements?.get(expirySec);
  const posted = term !== null && 'basis' in term ? term : undefined;
  const forward = index * (1 + wad(posted?.basis ?? 0n) * tau);
  const age =
    posted === undefined ? 1 : Math.min(1, Math.max(0, Number(timestamp - posted.timestamp) - 3_600) / DAY);
  const power = left < 30 * DAY ? profile.volPowerShort : profile.volPowerLong;
  const scale = ((30 * DAY) / Math.max(left, DAY)) ** wad(power);
  const rootAt = (strike: number): number => {
    if (posted === undefined || tau === 0) return Math.sqrt(tau);
    const d = Math.log(strike / forward) - wad(posted.m);
    const wing = Math.sqrt(d * d + wad(posted.sigma) ** 2);
    return Math.sqrt(wad(posted.a) + wad(posted.b) * (wad(posted.rho) * d + wing));
  };
  return {
    expirySec,
    settlement: settlement === undefined ? undefined : wad(settlement),
    tau,
    forward,
    age,
    up: 1 + wad(profile.volUp) * scale,
    down: Math.max(0, 1 - wad(profile.volDown) * scale),
    least: wad(profile.volUpFloor) * Math.sqrt(tau),
    rootAt,
  };
}

function termFor(leg: Dated, terms: ReadonlyMap<bigint, FloatTerm>): FloatTerm {
  const term = terms.get(leg.expirySec);
  if (term === undefined) throw new RangeError(`no term at ${leg.expirySec}`);
  return term;
}

function describeTerm(
  name: string,
  { expirySec, settlement, tau, forward, age, up, down, least }: FloatTerm,
): string {
  const where = `${name} at ${expirySec}`;
  if (settlement !== undefined) return `${where}: settled at ${show(settlement)}`;
  if (tau === 0) return `${where}: expired, F = S = ${show(forward)}, s = 0`;
  const shocks = `s up = max(s * ${show(up)}, ${show(least)}), s down = s * ${show(down)}`;
  const aged =
    age === 0
      ? ''
      : `; g = ${show(age)}: s up goes that part of the way to ${show(2 * Math.sqrt(tau))}, s down to 0`;
  return `${where}: tau = ${show(tau)}, F = ${show(forward)}, ${shocks}${aged}`;
}

// ------------------------------------------------------------------------------------------------ values

function call(forward: number, strike: number, s: number): { value: number; d1: number; n1: number } {
  if (s === 0) {
    const n1 = forward === strike ? 0.5 : Number(forward > strike);
    return { value: Math.max(0, forward - strike), d1: Infinity, n1 };
  }
  const d1 = Math.log(forward / strike) / s + s / 2;
  const n1 = normalCdf(d1);
  return { value: forward * n1 - strike * normalCdf(d1 - s), d1, n1 };
}

interface Worth {
  readonly value: number;
  readonly cost: number;
  /** What moves with the index in proportion. */
  readonly linear: number;
  readonly text: string;
}

function valueOf(leg: Leg, prices: UnderlyingMarket, terms: ReadonlyMap<bigint, FloatTerm>): Worth {
  const size = wad(leg.size);
  const cost = 'cost' in leg ? wad(leg.cost) : 0;
  const priced = (unit: number, linear: number, how: string): Worth => {
    const withCost = 'cost' in leg ? `; with its cost of ${show(cost)}: ${show(size * unit + cost)}` : '';
    return {
      value: size * unit,
      cost,
      linear,
      text: `${how}: ${show(size)} * ${show(unit)} = ${show(size * unit)}${withCost}`,
    };
  };
  if (!isDated(leg)) {
    const mark = wad(prices.index + prices.premium);
    return priced(mark, size * mark, 'perp at its mark');
  }
  const { settlement, forward, rootAt } = termFor(leg, terms);
  if (settlement !== undefined) return priced(payoff(leg, settlement), 0, `${leg.kind} settled`);
  if (!isOption(leg)) return priced(forward, size * forward, 'future');
  const strike = wad(leg.strike);
  const s = rootAt(strike);
  const { value, d1, n1 } = call(forward, strike, s);
  const how = s === 0 ? 'intrinsic' : `s = ${show(s)}, d1 = ${show(d1)}, N(d1) = ${show(n1)}`;
  if (leg.kind === 'call') return priced(value, 0, `call ${show(strike)}, ${how}`);
  return priced(value - forward + strike, -size * forward, `put ${show(strike)}, ${how}, call - F + K`);
}

function payoff(leg: Dated, price: number): number {
  if (!isOption(leg)) return price;
  const over = price - wad(leg.strike);
  return Math.max(0, leg.kind === 'call' ? over : -over);
}

// ------------------------------------------------------------------------------------------------ scan

interface Exposed {
  readonly name: string;
  readonly linear: number;
  readonly open: readonly Leg[];
  readonly terms: ReadonlyMap<bigint, FloatTerm>;
}

function deriveScan(
  { profile }: Derivation,
  { underlying, scan }: UnderlyingReport,
  exposed: Exposed,
  lines: string[],
): void {
  const special = profile.underlyings.find((one) => one.underlying === underlying);
  const range = wad(special?.scanRange ?? profile.defaultScanRange);
  const results = profile.scenarios.map((scenario) => scenarioOf(scenario, range, exposed));
  const least = results.reduce((best, { pnl }, j) => (pnl < (results[best]?.pnl ?? 0) - 1e-9 ? j : best), 0);
  const worst = results[least];
  if (worst === undefined) throw new RangeError('no scenarios');
  agree('scan', Math.max(0, -worst.pnl), scan);
  const { name, linear } = exposed;
  lines.push(
    `${name} moves in proportion: L = ${show(linear)} (puts are calls, short forwards and cash); scan range ${show(range)}; worst alone is scenario ${least}: m = ${show(worst.shock)}, volatility ${profile.scenarios[least]?.vol ?? ''}, weight ${show(worst.weight)}`,
    ...worst.texts.map((text) => `${name} there ${text}`),
    `${name} loses there ${show(worst.weight)} * (${[show(linear * worst.shock), ...worst.changes.map(show)].join(' + ')}) = ${show(worst.pnl)}; R = ${show(Math.max(0, -worst.pnl))}`,
  );
}

function scenarioOf(
  { move, vol, weight, absolute }: Scenario,
  range: number,
  { linear, open, terms }: Exposed,
) {
  const x = wad(move);
  const shock = Math.max(absolute === true ? x : x * range, -0.99);
  const share = absolute === true ? Math.min(1, range / Math.abs(x)) : 1;
  const texts: string[] = [];
  const changes: number[] = [];
  for (const leg of open) {
    if (!isOption(leg)) continue;
    const term = termFor(leg, terms);
    const strike = wad(leg.strike);
    const s = term.rootAt(strike);
    const before = call(term.forward, strike, s).value;
    const shocked = { none: s, ...shocksOf(term, s) }[vol];
    const { value } = call(term.forward * (1 + shock), strike, shocked);
    const change = wad(leg.size) * (value - before);
    changes.push(change);
    texts.push(
      `the call ${show(strike)} at F = ${show(term.forward * (1 + shock))}, s = ${show(shocked)} is ${show(value)}: ${show(wad(leg.size))} * (${show(value)} - ${show(before)}) = ${show(change)}`,
    );
  }
  const sum = changes.reduce((total, change) => total + change, linear * shock);
  return { shock, weight: wad(weight) * share, texts, changes, pnl: wad(weight) * share * sum };
}

function shocksOf({ tau, age, up, down, least }: FloatTerm, s: number): { up: number; down: number } {
  if (tau === 0) return { up: 0, down: 0 };
  const raised = Math.max(s * up, least);
  return { up: raised + age * Math.max(0, 2 * Math.sqrt(tau) - raised), down: s * down * (1 - age) };
}

// ------------------------------------------------------------------------------------------------ charges

interface Charged {
  readonly index: number;
  readonly spot: number;
  readonly open: readonly Leg[];
  readonly terms: ReadonlyMap<bigint, FloatTerm>;
  readonly profile: RiskProfile;
  readonly scale: number;
}

function deriveCharges(name: string, report: UnderlyingReport, charged: Charged, lines: string[]): void {
  const { index, spot, open, profile, scale } = charged;
  const perps = open.filter((leg) => !isDated(leg)).reduce((sum, { size }) => sum + Math.abs(wad(size)), 0);
  const { deltas, gross, net, roll } = deltasOf(charged, spot / index);
  const shortUnits = shortUnitsOf(charged);
  const hedged = (gross - Math.abs(net)) / 2;
  const floor = (Math.abs(net) * wad(profile.floorNet) + hedged * wad(profile.floorHedged)) * index;
  const allRoll = perps * index * wad(profile.rollMin) + roll;
  const short = shortUnits * index;
  const special = profile.underlyings.find(({ underlying }) => underlying === report.underlying);
  const lone = wad((special?.scanRange ?? profile.defaultScanRange) + profile.rollMin + profile.perpInitial);
  const extra =
    perps * index * (wad(profile.perpInitial) + scale * lone) +
    short * wad(profile.shortInitial) +
    spot * wad(profile.haircutInitial);
  agree('roll', allRoll, report.roll);
  agree('short options', short * wad(profile.shortRate), report.shortOption);
  agree('haircut', spot * wad(profile.haircut), report.haircut);
  agree('initial extra', extra, report.initialExtra);
  agree('floor', floor, report.floor, index * 1e-8);
  agree('net delta', net, report.netDelta, 1e-8);
  lines.push(
    `${name} deltas: ${deltas.length === 0 ? 'none' : deltas.join(', ')}; net ${show(net)}, gross ${show(gross)}: floor = (${show(wad(profile.floorNet))} * ${show(Math.abs(net))} + ${show(wad(profile.floorHedged))} * ${show(hedged)}) * ${show(index)} = ${show(floor)}`,
    `${name} roll = ${show(wad(profile.rollMin))} * ${show(perps * index)} of perps + ${show(roll)} of expiries = ${show(allRoll)}; net short options ${show(shortUnits)} * ${show(index)} * ${show(wad(profile.shortRate))} = ${show(short * wad(profile.shortRate))}; haircut ${show(spot * wad(profile.haircut))}; initial extra ${show(extra)}`,
  );
}

function deltasOf({ index, open, terms, profile }: Charged, spotUnits: number) {
  const deltas = spotUnits === 0 ? [] : [`spot ${show(spotUnits)}`];
  let net = spotUnits;
  let gross = spotUnits;
  const byExpiry = new Map<bigint, number>();
  for (const leg of open) {
    const delta = deltaOf(leg, index, terms);
    deltas.push(`${leg.kind} ${show(delta)}`);
    net += delta;
    gross += Math.abs(delta);
    if (isDated(leg)) byExpiry.set(leg.expirySec, (byExpiry.get(leg.expirySec) ?? 0) + delta);
  }
  let roll = 0;
  for (const [expirySec, delta] of byExpiry) {
    const rate = Math.max(wad(profile.rollMin), wad(profile.rollRate) * (terms.get(expirySec)?.tau ?? 0));
    roll += Math.abs(delta) * index * rate;
  }
  return { deltas, net, gross, roll };
}

function deltaOf(leg: Leg, index: number, terms: ReadonlyMap<bigint, FloatTerm>): number {
  if (!isDated(leg)) return wad(leg.size);
  const { forward, rootAt } = termFor(leg, terms);
  const ratio = forward / index;
  if (!isOption(leg)) return wad(leg.size) * ratio;
  const strike = wad(leg.strike);
  const { n1 } = call(forward, strike, rootAt(strike));
  return wad(leg.size) * (leg.kind === 'call' ? n1 : n1 - 1) * ratio;
}

/** Net short calls and net short puts, expiry by expiry. */
function shortUnitsOf({ open, terms }: Charged): number {
  let units = 0;
  for (const expirySec of terms.keys()) {
    for (const kind of ['call', 'put']) {
      const net = open
        .filter((leg) => leg.kind === kind && isDated(leg) && leg.expirySec === expirySec)
        .reduce((sum, { size }) => sum + wad(size), 0);
      units += Math.max(0, -net);
    }
  }
  return units;
}

/** @param slack What the exact deltas' rounding is worth. */
function agree(what: string, float: number, exact: bigint, slack = 1e-5): void {
  const other = wad(exact);
  if (Math.abs(float - other) > slack + TOLERANCE * Math.abs(other))
    throw new Error(`${what}: ${float} by floating point, ${other} by the twin`);
}
