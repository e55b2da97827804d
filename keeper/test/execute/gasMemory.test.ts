import { expect } from 'chai';
import { SHARED_GAS } from '../../src/execute/batches.ts';
import { createGasMemory, FIRST_LEAST, roomFor } from '../../src/execute/gasMemory.ts';

const waiting = (...gas: bigint[]) =>
  gas.map((each) => ({ body: { to: '0x', data: '0x', gas: each } as const }));

describe('gas of liquidations', () => {
  it('the least follows cheap ones at once and dear ones slowly, so that what may pay is not left', () => {
    const memory = createGasMemory(false);
    expect(memory.least()).to.equal(FIRST_LEAST);
    memory.learn(100_000n);
    expect(memory.least()).to.equal(100_000n);
    memory.learn(740_000n);
    expect(memory.least()).to.equal(110_000n);
    for (let i = 0; i < 500; ++i) memory.learn(740_000n);
    expect(Number(memory.least())).to.be.closeTo(740_000, 1_000);
    expect(Number(memory.mean())).to.be.closeTo(740_000, 1_000);
  });

  it('counts without what a batch shares', () => {
    const [alone, shared] = [createGasMemory(false), createGasMemory(true)];
    for (const memory of [alone, shared]) memory.learn(200_000n);
    expect(alone.least() - shared.least()).to.equal(SHARED_GAS);
    expect(alone.mean() - shared.mean()).to.equal(SHARED_GAS);
  });

  it('there is room for what so many blocks hold by gas limits, less what waits', () => {
    // 200,000 is sent with a limit of 310,000
    const gas = { mean: () => 200_000n };
    const head = { gasLimit: 3_100_000n };
    expect(roomFor(gas, head, 1, [])).to.equal(10);
    expect(roomFor(gas, head, 2, [])).to.equal(20);
    expect(roomFor(gas, head, 2, waiting(1_000_000n, 2_100_000n))).to.equal(10);
    expect(roomFor(gas, head, 2, waiting(5_890_000n))).to.equal(1);
    expect(roomFor(gas, head, 2, waiting(5_890_001n))).to.equal(0);
    expect(roomFor(gas, head, 2, waiting(6_200_000n))).to.equal(0);
    expect(roomFor(gas, head, 2, waiting(9_000_000n))).to.equal(0);
  });

  it('there is room for any number where the chain does not say how much a block holds', () => {
    expect(roomFor({ mean: () => 1n }, { gasLimit: 0n }, 2, waiting(1n))).to.equal(Infinity);
  });

  it('one is always tried where nothing waits', () => {
    expect(roomFor({ mean: () => 5_000_000n }, { gasLimit: 1_000_000n }, 1, [])).to.equal(1);
  });
});
