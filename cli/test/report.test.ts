import { expect } from 'chai';
import { formatTable, formatUsd } from '../src/report/table.ts';
import { toResult } from '../src/report/result.ts';
import type { Measured } from '../src/report/result.ts';

const WAD = 10n ** 18n;
const liquidation = {
  blockNumber: 7n,
  transaction: '0x01',
  equityBefore: 1n,
  maintenanceBefore: 2n,
  penalty: 0n,
  incentive: WAD,
} as const;
const MEASURED: Measured = {
  accounts: 120,
  played: {
    liquidations: [
      { ...liquidation, account: 1n },
      { ...liquidation, account: 1n },
      { ...liquidation, account: 2n, incentive: 0n },
    ],
    badDebts: [
      { account: 1n, covered: 10n * WAD, remaining: 0n },
      { account: 2n, covered: 5n * WAD, remaining: 1n },
    ],
    deleverages: [{ notional: 90n * WAD }, { notional: 10n * WAD }],
    losses: [{ account: 3n, covered: 2n * WAD, deleveraged: 7n * WAD }],
    socialised: [3n * WAD],
    left: 0,
  },
  gasPerLiquidation: 251_034,
  longestLiquidatableBlocks: 1,
  conservation: { conserved: true, checks: [], residual: 812n, residualBound: 9_000n },
};

describe('result of a run', () => {
  it('has the agreed keys and counts what happened', () => {
    expect(toResult(MEASURED)).to.deep.equal({
      accounts: 120,
      liquidatedAccounts: 2,
      liquidations: 3,
      badDebt: '27.000000000000000001',
      insuranceUsed: '19',
      deleveragedNotional: '100',
      socialisedLoss: '3',
      gasPerLiquidation: 251_034,
      longestLiquidatableBlocks: 1,
      leftLiquidatable: 0,
      conserved: true,
      residualWei: '812',
    });
  });

  it('is an aligned table, and never shows a loss smaller than it is', () => {
    const lines = formatTable(toResult(MEASURED)).split('\n');
    expect(new Set(lines.map(({ length }) => length)).size).to.equal(1);
    expect(lines.find((line) => line.startsWith('Bad debt'))).to.match(/ 27\.01$/);
    expect(lines.find((line) => line.startsWith('Gas'))).to.match(/ 251,034$/);
    expect(lines.find((line) => line.startsWith('Totals'))).to.match(/ yes$/);
  });

  it('says loudly where totals do not conserve', () => {
    const broken = { ...MEASURED, conservation: { ...MEASURED.conservation, conserved: false } };
    expect(formatTable(toResult(broken))).to.match(/Totals conserve +NO/);
  });
});

describe('USD for people', () => {
  it('has two decimals, thousands apart, and no negative zero', () => {
    expect(formatUsd('1234567.005')).to.equal('1,234,567.01');
    expect(formatUsd('-1234.5')).to.equal('-1,234.50');
    expect(formatUsd('-0.001')).to.equal('0.00');
    expect(formatUsd('0.999')).to.equal('1.00');
    expect(formatUsd('7')).to.equal('7.00');
  });
});
