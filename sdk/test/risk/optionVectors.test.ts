import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { assess, PRESETS } from '../../src/risk/index.ts';
import type {
  Leg,
  Market,
  Portfolio,
  PresetName,
  Spot,
  Term,
  UnderlyingMarket,
} from '../../src/risk/index.ts';
import { decodeSurfaceWord } from '../../src/surfaces/index.ts';

type Column = readonly string[];

interface Vector {
  readonly name: string;
  readonly profile: PresetName;
  readonly timestamp: string;
  readonly cash: string;
  readonly underlyings: Column;
  readonly indexes: Column;
  readonly premiums: Column;
  readonly scales: Column;
  readonly termUnderlyings: Column;
  readonly termExpiries: Column;
  readonly termWords: Column;
  readonly termSettlements: Column;
  readonly spotUnderlyings: Column;
  readonly spotAmounts: Column;
  readonly legKinds: Column;
  readonly legUnderlyings: Column;
  readonly legExpiries: Column;
  readonly legStrikes: Column;
  readonly legSizes: Column;
  readonly legCosts: Column;
  readonly expected: Readonly<Record<string, string | Column>>;
  readonly derivation: Column;
}

const STATES = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];
const VOLS = ['none', 'up', 'down'];

const file = JSON.parse(
  readFileSync(new URL('../../../test/vectors/margin-options.json', import.meta.url), 'utf8'),
) as { readonly count: string; readonly vectors: readonly Vector[] };

describe('margin vectors with futures and options', () => {
  it('are as many as the file says, each with its derivation', () => {
    expect(file.vectors).to.have.lengthOf(Number(file.count));
    for (const { derivation } of file.vectors) expect(derivation.length).to.be.greaterThan(5);
  });

  for (const vector of file.vectors) {
    it(vector.name, () => {
      const got = assess(toPortfolio(vector), toMarket(vector), PRESETS[vector.profile]);
      expect({
        equity: String(got.equity),
        initialMargin: String(got.initialMargin),
        maintenanceMargin: String(got.maintenanceMargin),
        unrealised: String(got.unrealised),
        state: String(STATES.indexOf(got.state)),
        worstScenario: String(got.worstScenario.index),
        worstShock: String(got.worstScenario.shock),
        worstVol: String(VOLS.indexOf(got.worstScenario.vol)),
        risk: String(got.risk),
        roll: String(got.roll),
        shortOption: String(got.shortOption),
        haircut: String(got.haircut),
        initialExtra: String(got.initialExtra),
        floor: String(got.floor),
        scenarioPnl: got.scenarioPnl.map(String),
        underlyingOrder: got.underlyings.map(({ underlying }) => String(underlying)),
        netDeltas: got.underlyings.map(({ netDelta }) => String(netDelta)),
        scans: got.underlyings.map(({ scan }) => String(scan)),
      }).to.deep.equal(vector.expected);
    });
  }
});

function toPortfolio(vector: Vector): Portfolio {
  const spot: Spot[] = vector.spotUnderlyings.map((underlying, i) => ({
    underlying: Number(underlying),
    amount: integer(vector.spotAmounts, i),
  }));
  return { cash: BigInt(vector.cash), legs: vector.legKinds.map((kind, i) => toLeg(vector, kind, i)), spot };
}

function toLeg(vector: Vector, kind: string, i: number): Leg {
  const underlying = Number(integer(vector.legUnderlyings, i));
  const size = integer(vector.legSizes, i);
  const cost = integer(vector.legCosts, i);
  const expirySec = integer(vector.legExpiries, i);
  if (kind === '1') return { kind: 'perp', underlying, size, cost };
  if (kind === '2') return { kind: 'future', underlying, expirySec, size, cost };
  const strike = integer(vector.legStrikes, i);
  return { kind: kind === '3' ? 'call' : 'put', underlying, expirySec, strike, size };
}

function toMarket(vector: Vector): Market {
  const underlyings = new Map<number, UnderlyingMarket>();
  for (const [i, underlying] of vector.underlyings.entries()) {
    const terms = new Map<bigint, Term | null>();
    const settlements = new Map<bigint, bigint>();
    for (const [k, of] of vector.termUnderlyings.entries()) {
      if (of !== underlying) continue;
      const expirySec = integer(vector.termExpiries, k);
      terms.set(expirySec, toTerm(integer(vector.termWords, k)));
      const settlement = integer(vector.termSettlements, k);
      if (settlement !== 0n) settlements.set(expirySec, settlement);
    }
    const prices = { index: integer(vector.indexes, i), premium: integer(vector.premiums, i) };
    underlyings.set(Number(underlying), { ...prices, scale: integer(vector.scales, i), terms, settlements });
  }
  return { timestamp: BigInt(vector.timestamp), underlyings };
}

function toTerm(word: bigint): Term | null {
  if (word === 0n) return null;
  const { timestamp, ...fields } = decodeSurfaceWord(word);
  return { ...fields, timestamp: BigInt(timestamp) };
}

function integer(values: Column, i: number): bigint {
  const value = values[i];
  if (value === undefined) throw new RangeError(`no value at ${i}`);
  return BigInt(value);
}
