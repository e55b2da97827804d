import { expect } from 'chai';
import { encodeInstrumentId, encodePositionWord } from '../../src/codec/index.ts';
import { applyEvent, createLedgerState } from '../../src/events/index.ts';
import type { LedgerState, StateEvent } from '../../src/events/index.ts';
import { randomSigned, randomSource, randomUnsigned } from './random.ts';

const WAD = 10n ** 18n;

function replay(events: readonly StateEvent[], state: LedgerState = createLedgerState()): LedgerState {
  return events.reduce((current, event, i) => applyEvent(current, event, BigInt(i)), state);
}

describe('applyEvent', () => {
  it('rebuilds an account from its events', () => {
    const { accounts } = replay([
      { name: 'CashUpdated', account: 7n, principal: -5n },
      { name: 'CollateralUpdated', account: 7n, assetId: 1, amount: 10n },
      { name: 'CollateralUpdated', account: 7n, assetId: 2, amount: 20n },
      { name: 'PositionUpdated', account: 7n, instrument: 100n, size: -3n, cost: 9n },
      { name: 'ProfileChanged', account: 7n, profileId: 2 },
      { name: 'FlagUpdated', account: 7n, flaggedAt: 1_700_000_000 },
      { name: 'CashUpdated', account: 8n, principal: 1n },
    ]);
    expect([...accounts.keys()]).to.deep.equal([7n, 8n]);
    expect(accounts.get(7n)).to.deep.equal({
      principal: -5n,
      pendingCash: 0n,
      collateral: new Map([
        [1, 10n],
        [2, 20n],
      ]),
      positions: new Map([[100n, { size: -3n, cost: 9n }]]),
      profileId: 2,
      flaggedAt: 1_700_000_000,
    });
  });

  it('drops what an event says is gone', () => {
    const { accounts } = replay([
      { name: 'CollateralUpdated', account: 7n, assetId: 1, amount: 10n },
      { name: 'PositionUpdated', account: 7n, instrument: 100n, size: 3n, cost: 9n },
      { name: 'FlagUpdated', account: 7n, flaggedAt: 1 },
      { name: 'CollateralUpdated', account: 7n, assetId: 1, amount: 0n },
      { name: 'PositionUpdated', account: 7n, instrument: 100n, size: 0n, cost: 0n },
      { name: 'FlagUpdated', account: 7n, flaggedAt: 0 },
    ]);
    expect(accounts.get(7n)).to.deep.include({ collateral: new Map(), positions: new Map(), flaggedAt: 0 });
  });

  it('takes several positions out of one event, the last word of each', () => {
    const expirySec = 1_772_784_000n;
    const perp = encodeInstrumentId({ kind: 'perp', underlying: 2 });
    const call = encodeInstrumentId({ kind: 'call', underlying: 2, expirySec, strike: 3_200n * WAD });
    const linear = (size: bigint, cost: bigint): bigint =>
      encodePositionWord({ instrument: { kind: 'perp', underlying: 2 }, size, cost, epoch: 7n });
    const option = (size: bigint): bigint =>
      encodePositionWord({
        instrument: { kind: 'call', underlying: 2, expirySec, strike: 3_200n * WAD },
        size,
        epoch: 0n,
      });
    const event = (positions: readonly bigint[]): StateEvent => ({
      name: 'PositionsUpdated',
      account: 7n,
      positions,
    });
    const state = replay([event([linear(4n, -5n), option(-WAD)])]);
    expect(state.accounts.get(7n)?.positions).to.deep.equal(
      new Map([
        [perp, { size: 4n, cost: -5n }],
        [call, { size: -WAD, cost: 0n }],
      ]),
    );
    replay([event([option(-2n * WAD), linear(0n, 0n), option(-3n * WAD)])], state);
    expect(state.accounts.get(7n)?.positions).to.deep.equal(new Map([[call, { size: -3n * WAD, cost: 0n }]]));
  });

  it('lets everyone on a side that was deleveraged follow at once', () => {
    const state = replay([
      { name: 'PositionUpdated', account: 7n, instrument: 100n, size: -6n * WAD, cost: 24_000n * WAD },
      { name: 'PositionUpdated', account: 8n, instrument: 100n, size: -4n * WAD, cost: 16_000n * WAD },
      { name: 'PositionUpdated', account: 9n, instrument: 100n, size: 10n * WAD, cost: -40_000n * WAD },
      // 5 of 10 units, for which the shorts paid 16,000 together
      {
        name: 'Deleveraged',
        instrument: 100n,
        isLong: false,
        size: 5n * WAD,
        units: 10n * WAD,
        cash: -16_000n * WAD,
        ...{ epoch: 1n, index: 1n << 126n, cashIndex: 0n, generation: 0n },
      },
    ]);
    const half = state.accounts.get(7n);
    expect(half?.positions.get(100n)).to.deep.equal({ size: -3n * WAD, cost: 12_000n * WAD });
    expect(half?.pendingCash).to.equal(12_000n * WAD - 9_600n * WAD);
    expect(state.accounts.get(8n)?.pendingCash).to.equal(8_000n * WAD - 6_400n * WAD);
    expect(state.accounts.get(9n)?.positions.get(100n)?.size).to.equal(10n * WAD);
    const followed = { account: 7n, instrument: 100n, closed: -3n * WAD, cash: 2_400n * WAD } as const;
    applyEvent(state, { name: 'PositionDeleveraged', ...followed }, 9n);
    expect(half?.pendingCash).to.equal(0n);
  });

  it('keeps the markets with the time of their block', () => {
    const state = createLedgerState();
    expect(state.cash).to.deep.include({ supplyIndex: WAD, borrowIndex: WAD, supplyRate: 0n });
    applyEvent(
      state,
      { name: 'PerpUpdated', underlying: 1, fundingIndex: -4n, premium: 5n, openInterest: 6n },
      99n,
    );
    const accrued = { supplyIndex: 2n, borrowIndex: 3n, supplyRate: 4n, borrowRate: 5n };
    applyEvent(state, { name: 'InterestAccrued', ...accrued }, 100n);
    expect(state.perps.get(1)).to.deep.equal({
      fundingIndex: -4n,
      premium: 5n,
      openInterest: 6n,
      updatedAt: 99n,
    });
    expect(state.cash).to.deep.equal({ ...accrued, updatedAt: 100n });
  });

  it('ends the same when every event arrives twice, and is what the last event of each kind says', () => {
    const next = randomSource(4);
    const events = Array.from({ length: 500 }, () => randomEvent(next));
    const state = replay(events);
    const twice = replay(events.flatMap((event) => [event, event]));
    expect(twice.accounts).to.deep.equal(state.accounts);
    for (const [account, { principal, positions }] of state.accounts) {
      const cash = events.findLast((event) => event.name === 'CashUpdated' && event.account === account);
      expect(principal).to.equal(cash?.name === 'CashUpdated' ? cash.principal : 0n);
      for (const [instrument, { size }] of positions) {
        const last = events.findLast(
          (event) =>
            event.name === 'PositionUpdated' && event.account === account && event.instrument === instrument,
        );
        expect(last).to.include({ size });
      }
    }
  });
});

function randomEvent(next: () => number): StateEvent {
  const account = BigInt(next() % 5);
  switch (next() % 3) {
    case 0:
      return { name: 'CashUpdated', account, principal: randomSigned(next, 128) };
    case 1:
      return { name: 'CollateralUpdated', account, assetId: next() % 4, amount: randomUnsigned(next, 128) };
    default: {
      const size = randomSigned(next, 96);
      return {
        name: 'PositionUpdated',
        account,
        instrument: BigInt(next() % 4),
        size,
        cost: randomSigned(next, 104),
      };
    }
  }
}
