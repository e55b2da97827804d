import { expect } from 'chai';
import fc from 'fast-check';
import {
  calculateRamp,
  liquidationReward,
  liquidationTerms,
  NotLiquidatableError,
  overshoots,
  selectProRata,
} from '../../src/risk/index.ts';
import type { Margin } from '../../src/risk/index.ts';
import { mulDown, parseWad, WAD } from '../../src/units/index.ts';

const marginOf = (equity: string, maintenanceMargin: string): Margin => ({
  equity: parseWad(equity),
  maintenanceMargin: parseWad(maintenanceMargin),
  initialMargin: parseWad(maintenanceMargin),
  unrealised: 0n,
});

describe('liquidation terms', () => {
  it('ramp from 5% to 50% in 15 minutes', () => {
    expect([0n, 1n, 450n, 900n, 10_000n].map(calculateRamp)).to.deep.equal([
      parseWad('0.05'),
      parseWad('0.0505'),
      parseWad('0.275'),
      parseWad('0.5'),
      parseWad('0.5'),
    ]);
  });

  it('hold the penalty at E / MM', () => {
    expect(liquidationTerms(marginOf('900', '1000'), 0n).phi).to.equal(parseWad('0.05'));
    expect(liquidationTerms(marginOf('30', '1000'), 0n).phi).to.equal(parseWad('0.03'));
    expect(liquidationTerms(marginOf('0', '1000'), 900n).phi).to.equal(0n);
    expect(liquidationTerms(marginOf('-5', '1000'), 900n).phi).to.equal(0n);
  });

  it('aim at 1.2 times the maintenance margin', () => {
    // (1200 - 900) / ((1.2 - 0.05) * 1000) = 300 / 1150
    expect(liquidationTerms(marginOf('900', '1000'), 0n).fraction).to.equal(260869565217391304n);
    // (1200 - 30) / ((1.2 - 0.03) * 1000) = 1: all of it
    expect(liquidationTerms(marginOf('30', '1000'), 0n).fraction).to.equal(WAD);
    expect(liquidationTerms(marginOf('-30', '1000'), 0n).fraction).to.equal(WAD);
    expect(liquidationTerms(marginOf('9', '10'), 0n, parseWad('10')).fraction).to.not.equal(WAD);
    expect(liquidationTerms(marginOf('9', '10'), 0n, parseWad('11')).fraction).to.equal(WAD);
    expect(liquidationTerms(marginOf('-1', '0'), 0n).fraction).to.equal(WAD);
  });

  it('refuse an account that is not below', () => {
    expect(() => liquidationTerms(marginOf('10', '10'), 0n)).to.throw(NotLiquidatableError);
  });

  it('never lower the health, and restore the target without overshooting', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 24n });
    fc.assert(
      fc.property(
        amount,
        fc.bigInt({ min: 0n, max: WAD - 1n }),
        fc.bigInt({ min: 0n, max: 1200n }),
        (mm, health, t) => {
          const maintenanceMargin = mm + 10n ** 6n;
          const equity = mulDown(maintenanceMargin, health);
          const margin = { equity, maintenanceMargin, initialMargin: maintenanceMargin, unrealised: 0n };
          const { phi, fraction } = liquidationTerms(margin, t);
          // a linear account: the basket frees its share of the margin, rounded down as margin is rounded up
          const relief = mulDown(maintenanceMargin, fraction);
          const after = {
            equity: equity - mulDown(phi, relief),
            maintenanceMargin: maintenanceMargin - relief,
          };
          expect(after.equity * maintenanceMargin >= equity * after.maintenanceMargin).to.equal(true);
          expect(overshoots(after, maintenanceMargin)).to.equal(false);
          expect(
            overshoots({ ...after, equity: after.equity + maintenanceMargin }, maintenanceMargin),
          ).to.equal(true);
        },
      ),
    );
  });
});

describe('liquidation reward', () => {
  const inputs = {
    relief: parseWad('1000'),
    phi: parseWad('0.05'),
    equity: parseWad('900'),
    maintenanceMargin: parseWad('1000'),
    emptied: false,
    dustMargin: 0n,
    minReward: parseWad('5'),
    insuranceCash: parseWad('100'),
  };

  it('is phi of the relief', () => {
    expect(liquidationReward(inputs)).to.deep.equal({ penalty: parseWad('50'), incentive: 0n });
  });

  it('is made up to 5% by insurance, as far as it goes', () => {
    const poor = { ...inputs, phi: parseWad('0.01') };
    expect(liquidationReward(poor)).to.deep.equal({ penalty: parseWad('10'), incentive: parseWad('40') });
    expect(liquidationReward({ ...poor, insuranceCash: parseWad('7') }).incentive).to.equal(parseWad('7'));
    expect(liquidationReward({ ...poor, insuranceCash: -1n }).incentive).to.equal(0n);
  });

  it('has a minimum for dust accounts closed whole', () => {
    const dust = { ...inputs, relief: WAD, maintenanceMargin: WAD, dustMargin: 2n * WAD, emptied: true };
    expect(liquidationReward(dust).penalty).to.equal(parseWad('5'));
    expect(liquidationReward({ ...dust, equity: parseWad('0.5') }).penalty).to.equal(parseWad('0.5'));
    expect(liquidationReward({ ...dust, emptied: false }).penalty).to.equal(parseWad('0.05'));
    expect(liquidationReward({ ...dust, equity: -WAD, phi: 0n }).penalty).to.equal(0n);
  });
});

describe('pro-rata selection', () => {
  it('takes the share of every leg and balance, floored', () => {
    const portfolio = {
      cash: 0n,
      legs: [
        { kind: 'perp', underlying: 1, size: -7n, cost: 0n },
        { kind: 'perp', underlying: 2, size: parseWad('4'), cost: 0n },
      ],
      spot: [{ underlying: 2, amount: 5n }],
    } as const;
    expect(selectProRata(portfolio, WAD / 2n)).to.deep.equal({
      legSizes: [3n, parseWad('2')],
      spotAmounts: [2n],
    });
    expect(selectProRata(portfolio, WAD)).to.deep.equal({ legSizes: [7n, parseWad('4')], spotAmounts: [5n] });
  });
});
