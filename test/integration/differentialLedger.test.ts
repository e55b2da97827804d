import { WAD } from '@novate/sdk';
import {
  ACCOUNTS,
  COLLATERAL,
  DEPTHS_USD,
  INSURANCE,
  INSURANCE_SHARE_BPS,
  openLedgerStage,
  RATE_MODEL,
} from '../differential/ledgerStage.ts';
import type { LedgerStage } from '../differential/ledgerStage.ts';
import { LedgerTwin } from '../differential/ledgerTwin.ts';
import { LedgerWalk } from '../differential/ledgerWalk.ts';
import { Random } from '../differential/random.ts';
import { expect } from 'chai';

const STEPS = 300;
const TIMEOUT_MS = 600_000;
const SEED = process.env.NOVATE_SEED ?? '1';

describe('ledger and twin', function () {
  this.timeout(TIMEOUT_MS);
  let stage: LedgerStage;

  before(async () => {
    stage = await openLedgerStage();
  });

  after(() => stage.chain.close());

  it(`agree to the wei after each of ${STEPS} random steps (seed ${SEED})`, async () => {
    const twin = new LedgerTwin({
      now: await stage.chain.now(),
      accounts: ACCOUNTS,
      insurance: INSURANCE,
      assets: COLLATERAL,
      depths: new Map([...DEPTHS_USD].map(([underlying, usd]) => [underlying, usd * WAD])),
      rateModel: RATE_MODEL,
      insuranceShareBps: INSURANCE_SHARE_BPS,
    });
    const walk = new LedgerWalk(stage, twin, new Random(`ledger/${SEED}`));
    await walk.start();
    for (let i = 0; i < STEPS; ++i) {
      try {
        await walk.step();
      } catch (error) {
        throw new Error(
          `seed ${SEED}, step ${i}: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      }
    }
    if (process.env.NOVATE_VERBOSE) console.log(walk.done, walk.refused);
    // a walk that the ledger refuses at every step would prove nothing
    for (const action of ['trade', 'withdraw', 'accrueFunding', 'sweepFees', 'proRata', 'liquidate']) {
      expect(walk.done.get(action) ?? 0, action).to.be.greaterThan(0);
    }
  });
});
