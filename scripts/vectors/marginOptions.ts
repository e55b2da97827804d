// Writes test/vectors/margin-options.json: portfolios of futures and options with their margin by SPEC-V and SPEC-M. The exact
// integers are the twin's; the derivations come from floating point, which shares nothing with it, and must agree with it
// before the file is written. `node scripts/vectors/marginOptions.ts`, with `--show` to read
// the derivations
import { writeFileSync } from 'node:fs';
import { assess, decodeSurfaceWord, encodeSurfaceWord, parseWad, PRESETS } from '../../sdk/src/index.ts';
import type { Assessment, Leg, Market, Portfolio, Term, UnderlyingMarket } from '../../sdk/src/index.ts';
import { CASES, NOW } from './marginOptions/cases.ts';
import type { VectorCase, VectorTerm } from './marginOptions/cases.ts';
import { derive } from './marginOptions/derive.ts';

const FILE = new URL('../../test/vectors/margin-options.json', import.meta.url);
const KINDS = ['none', 'perp', 'future', 'call', 'put'];
const STATES = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];
const VOLS = ['none', 'up', 'down'];
const DESCRIPTION =
  'Portfolios of futures and options with their margin by SPEC-V and SPEC-M. Integers in strings: wad, underlying numbers ' +
  '(1 BTC, 2 ETH), Unix seconds, leg kinds 1 perp 2 future 3 call 4 put, words as SPEC-V1 packs surfaces (0 for none), ' +
  'settlements 0 for none, scales in units of 1e-6, state 0 healthy 1 at risk 2 liquidatable 3 insolvent, vol 0 none 1 up ' +
  '2 down. Lists named alike belong together by position. Derivations show rounded numbers; exact are the integers.';

const texts = (values: readonly (bigint | number)[]): string[] => values.map(String);

function wordOf({ surface }: VectorTerm): bigint {
  if (surface === null) return 0n;
  const { a, b, rho, m, sigma, basis, ageSec } = surface;
  const fields = { a, b, rho, m, sigma, basis };
  const wads = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, parseWad(value)]));
  return encodeSurfaceWord({
    ...(wads as Record<keyof typeof fields, bigint>),
    timestamp: Number(NOW) - ageSec,
  });
}

function termOf(term: VectorTerm): Term | null {
  const word = wordOf(term);
  if (word === 0n) return null;
  const { timestamp, ...fields } = decodeSurfaceWord(word);
  return { ...fields, timestamp: BigInt(timestamp) };
}

function marketOf(one: VectorCase): Market {
  const underlyings = new Map<number, UnderlyingMarket>();
  for (const { underlying, index, premium = '0', scale = 0 } of one.prices) {
    const terms = one.terms.filter((term) => term.underlying === underlying);
    const settled = terms.filter(({ settlement }) => settlement !== undefined);
    underlyings.set(underlying, {
      index: parseWad(index),
      premium: parseWad(premium),
      scale: BigInt(scale),
      terms: new Map(terms.map((term) => [term.expirySec, termOf(term)])),
      settlements: new Map(settled.map((term) => [term.expirySec, parseWad(term.settlement ?? '0')])),
    });
  }
  return { timestamp: NOW, underlyings };
}

function expectedOf(got: Assessment) {
  const { equity, initialMargin, maintenanceMargin, unrealised, risk, roll, shortOption } = got;
  const { haircut, initialExtra, floor, worstScenario, scenarioPnl, underlyings } = got;
  const amounts = { equity, initialMargin, maintenanceMargin, unrealised };
  const charges = { risk, roll, shortOption, haircut, initialExtra, floor };
  const asText = (fields: Readonly<Record<string, bigint>>) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return {
    ...asText(amounts),
    state: String(STATES.indexOf(got.state)),
    worstScenario: String(worstScenario.index),
    worstShock: String(worstScenario.shock),
    worstVol: String(VOLS.indexOf(worstScenario.vol)),
    ...asText(charges),
    scenarioPnl: texts(scenarioPnl),
    underlyingOrder: texts(underlyings.map(({ underlying }) => underlying)),
    netDeltas: texts(underlyings.map(({ netDelta }) => netDelta)),
    scans: texts(underlyings.map(({ scan }) => scan)),
  };
}

function toVector(one: VectorCase) {
  const market = marketOf(one);
  const { legs, spot } = one;
  const portfolio: Portfolio = { cash: parseWad(one.cash), legs, spot };
  const got = assess(portfolio, market, PRESETS[one.profile]);
  const derivation = derive({ about: one.about, portfolio, market, profile: PRESETS[one.profile], got });
  const part = <T>(of: (leg: Leg) => T): T[] => legs.map(of);
  return {
    name: one.name,
    profile: one.profile,
    timestamp: String(NOW),
    status: String(one.status),
    cash: String(portfolio.cash),
    underlyings: texts(one.prices.map(({ underlying }) => underlying)),
    indexes: texts(one.prices.map(({ index }) => parseWad(index))),
    premiums: texts(one.prices.map(({ premium = '0' }) => parseWad(premium))),
    scales: texts(one.prices.map(({ scale = 0 }) => scale)),
    termUnderlyings: texts(one.terms.map(({ underlying }) => underlying)),
    termExpiries: texts(one.terms.map(({ expirySec }) => expirySec)),
    termWords: texts(one.terms.map(wordOf)),
    termSettlements: texts(one.terms.map(({ settlement = '0' }) => parseWad(settlement))),
    spotUnderlyings: texts(spot.map(({ underlying }) => underlying)),
    spotAmounts: texts(spot.map(({ amount }) => amount)),
    legKinds: texts(part(({ kind }) => KINDS.indexOf(kind))),
    legUnderlyings: texts(part(({ underlying }) => underlying)),
    legExpiries: texts(part((leg) => ('expirySec' in leg ? leg.expirySec : 0n))),
    legStrikes: texts(part((leg) => ('strike' in leg ? leg.strike : 0n))),
    legSizes: texts(part(({ size }) => size)),
    legCosts: texts(part((leg) => ('cost' in leg ? leg.cost : 0n))),
    expected: expectedOf(got),
    derivation,
  };
}

const vectors = CASES.map(toVector);
const file = { description: DESCRIPTION, count: String(vectors.length), vectors };
writeFileSync(FILE, `${JSON.stringify(file, undefined, 2)}\n`);
if (process.argv.includes('--show')) {
  for (const { name, derivation } of vectors) console.log(`\n${name}\n  ${derivation.join('\n  ')}`);
}
