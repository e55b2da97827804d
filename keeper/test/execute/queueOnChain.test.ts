import { expect } from 'chai';
import { runCrowd } from '../faults/crowdRun.ts';

const ACCOUNTS = 240;
/** Blocks of 12 s. */
const DEADLINE_SEC = 36;

describe('more liquidations than blocks hold', function () {
  this.timeout(180_000);

  it('are sent as blocks have room for them, so that none is mined past its deadline', async () => {
    const result = await runCrowd({
      accounts: ACCOUNTS,
      keepers: 1,
      // less than a batch may have by its own setting
      blockGas: 5_000_000n,
      deadlineSec: DEADLINE_SEC,
      say: () => undefined,
    });
    expect(result).to.include({ liquidations: ACCOUNTS, left: 0, twice: 0, reverted: 0, failedParts: 0 });
    // more than could be mined before the deadline of what is sent at once
    expect(result?.fullBlocks).to.be.greaterThan(DEADLINE_SEC / 12);
  });
});
