import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { MEND_SLICE_MS, mendUntil } from '../../src/bands/mendUntil.ts';

/** So many accounts wait; each slice deals with one. */
function waitingFor(count: number) {
  const slices: number[] = [];
  return {
    slices,
    get waiting() {
      return count - slices.length;
    },
    mend: (budgetMs: number) => slices.push(budgetMs),
  };
}

describe('computing bands while waiting for a block', () => {
  it('goes on slice by slice until nobody waits, and then for the block', async () => {
    const watch = waitingFor(5);
    let came = false;
    await mendUntil(
      watch,
      sleep(30).then(() => void (came = true)),
    );
    expect(watch.slices).to.deep.equal(Array(5).fill(MEND_SLICE_MS));
    expect(came).to.equal(true);
  });

  it('stops when the block is there, after one slice at least', async () => {
    const watch = waitingFor(1_000_000);
    await mendUntil(watch, Promise.resolve());
    expect(watch.slices).to.have.length(1);
    await mendUntil(watch, sleep(20));
    expect(watch.waiting).to.be.greaterThan(0);
  });

  it('lets a failure through', async () => {
    const failure = await mendUntil(waitingFor(2), Promise.reject(new Error('no wait'))).catch(String);
    expect(failure).to.equal('Error: no wait');
  });
});
