import { expect } from 'chai';
import { longWalk } from '../../../scripts/fuzz/longWalk/run.ts';

const OPTIONS = { accounts: 8, ticksPerEpoch: 2_000, seed: 20_261_121 };

describe('a long walk with a verdict of the exact twin on every account at every tick', function () {
  this.timeout(120_000);

  it('finds nobody liquidatable that the watch did not name', () => {
    const { ticks, epochs, exact, liquidatable, missed, banded, accountTicks, firstMiss } = longWalk({
      ...OPTIONS,
      ticks: 6_000,
    });
    expect(missed, firstMiss).to.equal(0);
    expect({ ticks, epochs, accountTicks }).to.deep.equal({ ticks: 6_000, epochs: 3, accountTicks: 48_000 });
    expect(liquidatable, 'the walk must not hold for want of cases').to.be.greaterThan(50);
    expect(banded / accountTicks).to.be.within(0.8, 0.999);
    expect(exact).to.be.greaterThan(2_000);
  });

  it('stops at what bands that are too wide miss, with all that replays it', () => {
    const stretched = { ...OPTIONS, stretch: 1.5 };
    const { missed, firstMiss, ticks } = longWalk({ ...stretched, ticks: 20_000 });
    expect(missed).to.equal(1);
    const told = JSON.parse(firstMiss ?? '') as {
      account: string;
      shortBy: string;
      replay: { ticks: number };
    };
    expect(told.replay).to.deep.equal({ ...stretched, ticks });
    expect(BigInt(told.shortBy)).to.be.greaterThan(0n);
    const { missed: again, firstMiss: same } = longWalk(told.replay as typeof stretched & { ticks: number });
    expect({ again, same }).to.deep.equal({ again: 1, same: firstMiss });
  });
});
