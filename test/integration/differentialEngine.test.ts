import { expect } from 'chai';
import { runDifferential } from '../differential/runDifferential.ts';
import { openStage } from '../differential/stage.ts';
import type { Stage } from '../differential/stage.ts';

const RUNS = Number(process.env.NOVATE_DIFFERENTIAL_RUNS ?? 10_000);
const SEED = process.env.NOVATE_SEED ?? '1';
const MS_PER_RUN = 100;

describe('risk engine and twin', function () {
  this.timeout(60_000 + RUNS * MS_PER_RUN);
  let stage: Stage;

  before(async () => {
    stage = await openStage();
  });

  after(() => stage.close());

  it(`agree to the wei on ${RUNS} random portfolios (seed ${SEED})`, async () => {
    const { portfolios, assessed, states, legs } = await runDifferential(stage, { runs: RUNS, seed: SEED });
    expect(portfolios).to.be.at.least(RUNS);
    expect(assessed).to.be.greaterThan(0);
    if (RUNS < 1_000) return;
    expect(states).to.have.all.keys('healthy', 'atRisk', 'liquidatable', 'insolvent');
    expect(legs).to.have.all.keys('perp', 'future', 'call', 'put');
  });
});
