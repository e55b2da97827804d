import { expect } from 'chai';
import { encodeInstrumentId } from '@novate/sdk';
import type { TriggerOrder } from '@novate/sdk';
import { bestPrice, endOf, requireExecutable, requireKind, tipOf } from '../../src/triggers/checkOrder.ts';
import type { OrderFacts } from '../../src/triggers/checkOrder.ts';
import { OrderRefusedError } from '../../src/triggers/refusal.ts';
import { ETH, FACTS, NOW, stopLoss, WAD } from '../helpers/triggerOrders.ts';

const TERMS = { minTip: 0n };

/** What refuses an order, as `code: message`; nothing where it is taken. */
function refusal(order: TriggerOrder, facts: Partial<OrderFacts> = {}, minTip = 0n): string {
  try {
    requireKind(order);
    requireExecutable(order, { ...FACTS, ...facts }, { ...TERMS, minTip });
    return '';
  } catch (error) {
    if (!(error instanceof OrderRefusedError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('what a trigger order must be (SPEC-O4)', () => {
  it('takes one that can execute', () => {
    expect(refusal(stopLoss())).to.equal('');
    expect(refusal(stopLoss(), { state: 'partial', filled: WAD })).to.equal('');
  });

  it('refuses what is no order that the vault could take', () => {
    const call = encodeInstrumentId({
      kind: 'call',
      underlying: ETH,
      expirySec: 1_900_000_800n,
      strike: WAD,
    });
    expect(refusal(stopLoss({ instrument: call }))).to.match(
      /^notSupported: .* perps only, and this is a call/,
    );
    expect(refusal(stopLoss({ instrument: 0n }))).to.match(/^notSupported: there is no instrument 0/);
    expect(refusal(stopLoss({ size: 0n }))).to.match(/^notSupported: the size is zero/);
    expect(refusal(stopLoss({ postOnly: true }))).to.match(/^notSupported: the order is post-only/);
    expect(refusal(stopLoss({}, { triggerPrice: 0n }))).to.match(/^notSupported: the trigger price is zero/);
    expect(refusal(stopLoss(), { baseSpreadBps: undefined })).to.match(
      /^notSupported: the vault makes no market in underlying 2/,
    );
  });

  it('refuses what is over', () => {
    expect(refusal(stopLoss({ expirySec: Number(NOW) }))).to.equal('');
    expect(refusal(stopLoss({ expirySec: Number(NOW) - 1 }))).to.match(/^expired: /);
    expect(refusal(stopLoss(), { epoch: 1 })).to.match(/^cancelled: .*epoch 0, the account is at 1/);
    expect(refusal(stopLoss(), { state: 'cancelled' })).to.match(/^cancelled: nonce 7/);
    expect(refusal(stopLoss(), { state: 'filled' })).to.match(/^filled: nonce 7/);
  });

  it('refuses an account that holds nothing', () => {
    expect(refusal(stopLoss(), { isEmpty: true })).to.match(/^emptyAccount: .*deposit first/);
  });

  it('refuses fees and tips that would never pass, to the wei', () => {
    expect(refusal(stopLoss({ maxFee: WAD / 2_000n }))).to.equal('');
    expect(refusal(stopLoss({ maxFee: WAD / 2_000n - 1n }))).to.match(/^feeTooLow: /);
    // 1% of 7,400 less the fee of 0.05%
    const most = (703n * WAD) / 10n;
    expect(refusal(stopLoss({}, { tip: most }))).to.equal('');
    expect(refusal(stopLoss({}, { tip: most + 1n }))).to.match(/^tipTooHigh: .*sign a lower tip/);
    expect(refusal(stopLoss(), {}, 5n * WAD)).to.equal('');
    expect(refusal(stopLoss(), {}, 5n * WAD + 1n)).to.match(/^tipTooLow: the tip is 5/);
  });

  it('refuses a stop whose limit lies before its trigger, where the vault could never come', () => {
    const best = bestPrice(3_700n * WAD, false, 10, 2);
    expect(best).to.equal((3_700n * WAD * 999n * 10n) / 10_002n);
    expect(refusal(stopLoss({ limitPrice: best }))).to.equal('');
    expect(refusal(stopLoss({ limitPrice: best + 1n }))).to.match(/^limitOutOfReach: .*sells .* below/);
    const buy = (limitPrice: bigint) => stopLoss({ size: WAD, limitPrice }, { above: true });
    const ask = bestPrice(3_700n * WAD, true, 10, 2);
    expect(ask > (3_700n * WAD * 1_001n) / 1_000n).to.equal(true);
    expect(refusal(buy(ask))).to.equal('');
    expect(refusal(buy(ask - 1n))).to.match(/^limitOutOfReach: .*buys .* above/);
  });

  it('takes a limit that the index may still come to', () => {
    // a take-profit that wants more than its trigger, and a buy of a dip for less than its trigger
    expect(refusal(stopLoss({ limitPrice: 5_000n * WAD }, { above: true }))).to.equal('');
    expect(refusal(stopLoss({ size: WAD, limitPrice: 3_000n * WAD }))).to.equal('');
  });
});

describe('an order that waits', () => {
  it('ends filled, cancelled or expired', () => {
    const { order } = stopLoss();
    expect(endOf(order, FACTS)).to.equal(undefined);
    expect(endOf(order, { ...FACTS, state: 'partial' })).to.equal(undefined);
    expect(endOf(order, { ...FACTS, state: 'filled' })).to.equal('filled');
    expect(endOf(order, { ...FACTS, state: 'cancelled' })).to.equal('cancelled');
    expect(endOf(order, { ...FACTS, epoch: 1 })).to.equal('cancelled');
    expect(endOf(order, { ...FACTS, nowSec: NOW + 3_600n })).to.equal(undefined);
    expect(endOf(order, { ...FACTS, nowSec: NOW + 3_601n })).to.equal('expired');
  });

  it('pays its share of the tip, rounded down (SPEC-O3)', () => {
    expect(tipOf(stopLoss(), 2n * WAD)).to.equal(5n * WAD);
    expect(tipOf(stopLoss({ size: -3n }, { tip: 10n }), 2n)).to.equal(6n);
  });
});
