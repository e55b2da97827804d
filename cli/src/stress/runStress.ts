import { formatWad, greeks, liquidationMoves, liquidationPrices, stressTable } from '@novate/sdk';
import type { Greeks, Leg, LiquidationPrices, StressRow } from '@novate/sdk';
import { formatTable, readMarginInputs } from '../margin/index.ts';
import type { MarginInputs, MarginPaths } from '../margin/index.ts';
import { formatGreeksUsd, GREEK_HEADS, greekCells, toGreekStrings } from '../report/greeks.ts';
import { nameOfLeg } from '../report/nameOfLeg.ts';

export interface StressCommandOptions extends MarginPaths {
  readonly json: boolean;
  /** Changes of the indexes and of implied volatility, fractions, wad. */
  readonly moves: readonly bigint[];
  readonly vols: readonly bigint[];
  /** Where the output goes; standard output unless given. */
  readonly print?: (text: string) => void;
}

/**
 * `novate stress`: equity and margin of a portfolio with the market moved, its nearest liquidation prices, and its Greeks.
 * @throws UsageError where a file cannot be used
 */
export function runStress(options: StressCommandOptions): void {
  const { json, moves, vols, print = (text: string) => process.stdout.write(`${text}\n`) } = options;
  const inputs = readMarginInputs(options);
  const report = toReport(inputs, moves, vols);
  print(json ? JSON.stringify(report, undefined, 2) : formatStress(report));
}

type Report = ReturnType<typeof toReport>;

function toReport(
  { portfolio, market, profile, names }: MarginInputs,
  moves: readonly bigint[],
  vols: readonly bigint[],
) {
  const nameOf = (id: number): string => names.get(id) ?? String(id);
  const held = [...new Set([...portfolio.spot, ...portfolio.legs].map(({ underlying }) => underlying))];
  const { spot, legs, underlyings, total } = greeks(portfolio, market, profile);
  return {
    rows: stressTable(portfolio, market, profile, moves, { vols }).map(toRow),
    liquidation: {
      all: toBracket(liquidationMoves(portfolio, market, profile)),
      underlyings: Object.fromEntries(
        held.map((id) => [nameOf(id), toBracket(liquidationPrices(portfolio, market, profile, id))]),
      ),
    },
    greeks: {
      holdings: [
        ...portfolio.spot.map((balance, i) => toHoldingGreeks('spot', nameOf(balance.underlying), spot[i])),
        ...portfolio.legs.map((leg, i) => toHoldingGreeks(leg.kind, nameOfLeg(leg, names), legs[i])),
      ],
      underlyings: Object.fromEntries(
        [...underlyings].map(([id, sums]) => [nameOf(id), toGreekStrings(sums)]),
      ),
      /** Of all of it, in USD (`GreeksUsd`). */
      totalUsd: toGreekStrings(total),
    },
  };
}

function toHoldingGreeks(kind: 'spot' | Leg['kind'], name: string, greeksOf: Greeks | undefined) {
  return { kind, name, ...toGreekStrings(greeksOf ?? { delta: 0, gamma: 0, vega: 0, theta: 0 }) };
}

function toRow({ shock, vol, equity, initialMargin, maintenanceMargin, state }: StressRow) {
  return {
    move: formatWad(shock),
    vol: formatWad(vol),
    equity: formatWad(equity),
    initialMargin: formatWad(initialMargin),
    maintenanceMargin: formatWad(maintenanceMargin),
    state,
  };
}

function toBracket({ lower, upper }: Pick<LiquidationPrices, 'lower' | 'upper'>) {
  return {
    lower: lower === undefined ? null : formatWad(lower),
    upper: upper === undefined ? null : formatWad(upper),
  };
}

function formatStress({ rows, liquidation, greeks: sums }: Report): string {
  const percent = (text: string): string => `${(Number(text) * 100).toFixed(1)}%`;
  const money = (text: string): string => Number(text).toFixed(2);
  const price = (text: string | null): string => (text === null ? 'none' : Number(text).toPrecision(8));
  const stress = formatTable([
    ['prices', 'volatility', 'equity', 'initial margin', 'maintenance margin', 'state'],
    ...rows.map((row) => [
      percent(row.move),
      percent(row.vol),
      ...[row.equity, row.initialMargin, row.maintenanceMargin].map(money),
      row.state,
    ]),
  ]);
  const { all } = liquidation;
  const brackets = formatTable([
    ['liquidation', 'below', 'above'],
    [
      'all prices together',
      ...[all.lower, all.upper].map((move) => (move === null ? 'none' : percent(move))),
    ],
    ...Object.entries(liquidation.underlyings).map(([name, { lower, upper }]) => [
      name,
      price(lower),
      price(upper),
    ]),
  ]);
  const sensitivities = formatTable([
    ['Greeks', ...GREEK_HEADS],
    ...sums.holdings.map(({ kind, name, ...one }) => [`${kind} ${name}`, ...greekCells(one)]),
    ...Object.entries(sums.underlyings).map(([name, one]) => [`all ${name}`, ...greekCells(one)]),
  ]);
  const note = 'Liquidation prices are looked for down to zero, and up to ten times the price.';
  return [stress, `${brackets}\n${note}`, `${sensitivities}\n${formatGreeksUsd(sums.totalUsd)}`].join('\n\n');
}
