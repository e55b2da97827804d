import { expect } from 'chai';
import { createAttempts } from '../../src/execute/attempts.ts';

describe('attempts', () => {
  it('rests longer with each failure in a row, but never long, and forgets them on success', () => {
    const attempts = createAttempts();
    const rests: number[] = [];
    let head = 100n;
    for (let i = 0; i < 8; ++i) {
      attempts.failed(1n, head);
      let blocks = 1;
      while (attempts.resting(head + BigInt(blocks), () => 0).has(1n)) blocks++;
      rests.push(blocks);
      head += BigInt(blocks);
    }
    expect(rests).to.deep.equal([1, 2, 4, 8, 16, 16, 16, 16]);
    attempts.succeeded(1n, 5);
    expect(attempts.resting(head, () => 6).has(1n)).to.equal(false);
  });

  it('does not try again on a state that was dealt with', () => {
    const attempts = createAttempts();
    attempts.succeeded(1n, 5);
    expect(attempts.resting(1n, () => 5).has(1n)).to.equal(true);
    expect(attempts.resting(2n, () => 6).has(1n)).to.equal(false);
    expect(attempts.resting(3n, () => 5).has(1n)).to.equal(false);
  });
});
