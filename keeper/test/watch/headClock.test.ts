import { expect } from 'chai';
import { createHeadClock } from '../../src/watch/headClock.ts';
import { fakeChain } from '../helpers/fakeChain.ts';

describe('head clock', () => {
  it('is not ready before the first block, nor when blocks stay undone, nor when the head stands still', () => {
    const chain = fakeChain();
    const clock = createHeadClock(1_000, 0);
    expect(clock.problem(0)).to.contain('no block has been dealt with');
    clock.see(chain.head(), 10);
    clock.complete(chain.head(), 20);
    expect(clock.problem(900)).to.equal(undefined);
    expect(clock.problem(1_500)).to.contain('has not moved');
    chain.mine([]);
    clock.see(chain.head(), 1_600);
    expect(clock.lag).to.equal(1n);
    expect(clock.problem(1_700)).to.contain('no block dealt with');
    clock.complete(chain.head(), 1_800);
    expect(clock.problem(1_900)).to.equal(undefined);
  });
});
