import { expect } from 'chai';
import { bumpFees, feesFor } from '../../src/execute/fees.ts';
import { fakeNode } from '../helpers/fakeNode.ts';

const policy = { maxFeePerGas: 1_000n, priorityFee: 10n, bumpPercent: 15 };
const headAt = (baseFee: bigint) => fakeNode(baseFee).head();

describe('fees', () => {
  it('leave room for the base fee to double, below the cap', () => {
    expect(feesFor(headAt(100n), policy)).to.deep.equal({ maxFeePerGas: 210n, maxPriorityFeePerGas: 10n });
    expect(feesFor(headAt(900n), policy)?.maxFeePerGas).to.equal(1_000n);
    expect(feesFor(headAt(1_001n), policy)).to.equal(undefined);
  });

  it('of a replacement rise by a step in both parts, or to what the next block needs', () => {
    const old = { maxFeePerGas: 210n, maxPriorityFeePerGas: 10n };
    expect(bumpFees(old, headAt(100n), policy)).to.deep.equal({
      maxFeePerGas: 242n,
      maxPriorityFeePerGas: 12n,
    });
    expect(bumpFees(old, headAt(300n), policy)).to.deep.equal({
      maxFeePerGas: 610n,
      maxPriorityFeePerGas: 12n,
    });
    expect(bumpFees({ ...old, maxFeePerGas: 900n }, headAt(100n), policy)).to.equal(undefined);
  });

  it('never bid more for the tip than for the gas', () => {
    const tip = { ...policy, priorityFee: 5_000n };
    expect(feesFor(headAt(0n), tip)).to.deep.equal({ maxFeePerGas: 1_000n, maxPriorityFeePerGas: 1_000n });
  });
});
