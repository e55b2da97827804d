import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { assess, PRESETS } from '../../src/risk/index.ts';
import type { Market, PerpLeg, Portfolio, PresetName, Spot } from '../../src/risk/index.ts';

interface Vector {
  readonly name: string;
  readonly profile: PresetName;
  readonly cash: string;
  readonly underlyings: readonly string[];
  readonly indexes: readonly string[];
  readonly premiums: readonly string[];
  readonly spotUnderlyings: readonly string[];
  readonly spotAmounts: readonly string[];
  readonly perpUnderlyings: readonly string[];
  readonly perpSizes: readonly string[];
  readonly perpCosts: readonly string[];
  readonly expected: {
    readonly equity: string;
    readonly initialMargin: string;
    readonly maintenanceMargin: string;
    readonly unrealised: string;
    readonly state: string;
    readonly worstScenario: string;
    readonly worstShock: string;
    readonly worstVol: string;
    readonly risk: string;
    readonly roll: string;
    readonly shortOption: string;
    readonly haircut: string;
    readonly initialExtra: string;
    readonly floor: string;
    readonly scenarioPnl: readonly string[];
    readonly underlyingOrder: readonly string[];
    readonly netDeltas: readonly string[];
    readonly scans: readonly string[];
  };
  readonly derivation: readonly string[];
}

interface VectorFile {
  readonly count: string;
  readonly vectors: readonly Vector[];
}

const STATES = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];
const VOLS = ['none', 'up', 'down'];

const file = JSON.parse(
  readFileSync(new URL('../../../test/vectors/margin-linear.json', import.meta.url), 'utf8'),
) as VectorFile;

describe('margin vectors', () => {
  it('are as many as the file says', () => {
    expect(file.vectors).to.have.lengthOf(Number(file.count));
  });

  for (const vector of file.vectors) {
    it(vector.name, () => {
      const { expected } = vector;
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
      }).to.deep.equal(expected);
    });
  }
});

function toPortfolio(vector: Vector): Portfolio {
  const spot: Spot[] = vector.spotUnderlyings.map((underlying, i) => ({
    underlying: Number(underlying),
    amount: integer(vector.spotAmounts, i),
  }));
  const legs: PerpLeg[] = vector.perpUnderlyings.map((underlying, i) => ({
    kind: 'perp',
    underlying: Number(underlying),
    size: integer(vector.perpSizes, i),
    cost: integer(vector.perpCosts, i),
  }));
  return { cash: BigInt(vector.cash), legs, spot };
}

function toMarket(vector: Vector): Market {
  const underlyings = new Map(
    vector.underlyings.map((underlying, i) => [
      Number(underlying),
      { index: integer(vector.indexes, i), premium: integer(vector.premiums, i) },
    ]),
  );
  return { timestamp: 1n, underlyings };
}

function integer(values: readonly string[], i: number): bigint {
  const value = values[i];
  if (value === undefined) throw new RangeError(`no value at ${i}`);
  return BigInt(value);
}
