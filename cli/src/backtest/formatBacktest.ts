import { formatTable } from '../margin/formatTable.ts';
import type { TypeResult } from './backtest.ts';
import { PORTFOLIO_LABELS } from './randomPortfolio.ts';
import type { BacktestResult } from './runBacktest.ts';
import { VOL_RESPONSES } from './volResponse.ts';

/** The result for people. */
export function formatBacktest(result: BacktestResult): string {
  const { profile, scanRanges, portfolios, windows, from, to, seed, betas, tenors, results } = result;
  const ranges = Object.entries(scanRanges).map(([symbol, range]) => `${symbol} ${percent(range)}`);
  const slopes = Object.entries(betas).map(([symbol, beta]) => `${symbol} ${beta.toFixed(2)}`);
  const slopesByTenor =
    tenors.length === 0
      ? []
      : ['Rise of volatility at the strike, in %, per 1% fall:', tenorTable(result), ''];
  return [
    `profile ${profile} (scan range ${ranges.join(', ')}), ${portfolios} portfolios (seed ${seed}), ` +
      `${windows} windows of 24 hours from ${from.slice(0, 10)} to ${to.slice(0, 10)}`,
    '',
    'Coverage: % of windows in which the loss was at most the margin. MM maintenance, IM initial margin.',
    coverageTable(results, (one) => one.coverage),
    '',
    'Of these, windows since 2022:',
    coverageTable(results, (one) => one.recent),
    '',
    'Moves over 24 hours, in %, and the cross-asset offset that history supports:',
    historyTable(result),
    '',
    pairTable(result),
    '',
    ...slopesByTenor,
    'Times the margin that 99.5% of losses stay within (worst response of volatility), and what netting saves:',
    ratioTable(results),
    '',
    `Volatility at the strike: sticky = unchanged; regressed = up by beta * fall (${slopes.join(', ')}), unchanged on a rise;`,
    'realised = changes as realised volatility did. Both by (30 days / time to expiry)^0.3, ^0.5 beyond 30 days.',
    'rho: the greatest at which the scan of a long and a short of equal value covers 99.5% (99.9%) of their losses.',
    'Saved: 1 - margin / sum of margins leg by leg, mean over portfolios.',
  ].join('\n');
}

export function labelOf(type: TypeResult['type']): string {
  return type === 'all' ? 'all' : PORTFOLIO_LABELS[type];
}

function coverageTable(
  results: readonly TypeResult[],
  pick: (one: TypeResult) => TypeResult['coverage'],
): string {
  const head = VOL_RESPONSES.flatMap((response) => [`MM ${response}`, `IM ${response}`]);
  return formatTable([
    ['portfolios', ...head],
    ...results.map((one) => [
      labelOf(one.type),
      ...VOL_RESPONSES.flatMap((response) => {
        const { maintenance, initial } = pick(one)[response];
        return [maintenance.coverage.toFixed(2), initial.coverage.toFixed(2)];
      }),
    ]),
  ]);
}

function historyTable({ history, recentHistory }: BacktestResult): string {
  const rows = [
    ['all', history],
    ['since 2022', recentHistory],
  ] as const;
  return formatTable([
    ['underlying', 'windows', 'range', 'beyond it', '99%', '99.5%', '99.9%', 'lowest', 'highest'],
    ...rows.flatMap(([name, { moves }]) =>
      moves.map((one) => [
        `${one.symbol} ${name}`,
        String(one.windows),
        percent(one.scanRange),
        `${one.beyondRange.toFixed(2)}%`,
        ...[one.p99, one.p995, one.p999, one.largestFall, one.largestRise].map((move) =>
          (100 * move).toFixed(1),
        ),
      ]),
    ),
  ]);
}

function pairTable({ history, recentHistory }: BacktestResult): string {
  const rows = [
    ['all', history],
    ['since 2022', recentHistory],
  ] as const;
  return formatTable([
    ['pair', 'windows', 'correlation', 'rho at 99.5%', 'rho at 99.9%'],
    ...rows.flatMap(([name, { pairs }]) =>
      pairs.map(({ pair, windows, correlation, rho995, rho999 }) => [
        `${pair} ${name}`,
        String(windows),
        ...[correlation, rho995, rho999].map((value) => value.toFixed(2)),
      ]),
    ),
  ]);
}

function tenorTable({ tenors }: BacktestResult): string {
  return formatTable([
    ['options', 'mean days', 'slope'],
    ...tenors.map(({ symbol, fromDays, toDays, days, slope }) => [
      `${symbol} ${fromDays} to ${toDays} days`,
      days.toFixed(1),
      slope.toFixed(2),
    ]),
  ]);
}

function ratioTable(results: readonly TypeResult[]): string {
  return formatTable([
    ['portfolios', 'number', 'trials', 'MM x', 'IM x', 'worst MM x', 'MM saved', 'IM saved'],
    ...results.map((one) => {
      const worst = (pick: (response: (typeof VOL_RESPONSES)[number]) => number): string =>
        Math.max(...VOL_RESPONSES.map(pick)).toFixed(2);
      return [
        labelOf(one.type),
        String(one.portfolios),
        String(one.trials),
        worst((response) => one.coverage[response].maintenance.ratio995),
        worst((response) => one.coverage[response].initial.ratio995),
        worst((response) => one.coverage[response].maintenance.worstRatio),
        `${one.saved.maintenance.toFixed(0)}%`,
        `${one.saved.initial.toFixed(0)}%`,
      ];
    }),
  ]);
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}
