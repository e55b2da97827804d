import { calculatePerpMark } from '@novate/sdk';
import { useSymbols } from '../../chain/ChainContext.tsx';
import { instrumentName, NONE, price, toNumber, units, usd, usdSigned } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import type { AccountFacts, Part } from './facts.ts';
import { partsOf, tryAssess } from './facts.ts';

interface Row {
  readonly key: string;
  readonly name: string;
  readonly size: string;
  readonly entry: number | undefined;
  readonly mark: number | undefined;
  readonly value: number | undefined;
  readonly gain: number | undefined;
  readonly inWorst: number | undefined;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'name', header: 'Holding', cell: ({ name }) => <b>{name}</b> },
  { key: 'size', header: 'Size', align: 'right', cell: ({ size }) => size },
  { key: 'entry', header: 'Entry', align: 'right', cell: ({ entry }) => price(entry) },
  { key: 'mark', header: <Term name="mark">Mark</Term>, align: 'right', cell: ({ mark }) => price(mark) },
  { key: 'value', header: 'Value', align: 'right', cell: ({ value }) => usd(value) },
  {
    key: 'gain',
    header: 'Unrealised',
    align: 'right',
    cell: ({ gain }) => (gain === undefined ? NONE : usdSigned(gain)),
  },
  {
    key: 'worst',
    header: <Term name="scenario">In the worst scenario</Term>,
    align: 'right',
    cell: ({ inWorst }) => (inWorst === undefined ? NONE : usdSigned(inWorst)),
  },
];

export function Holdings({ facts }: { facts: AccountFacts }) {
  const symbolOf = useSymbols();
  const { portfolio } = facts.holdings;
  const rows = [
    cashRow(toNumber(portfolio.cash)),
    ...partsOf(portfolio).map((part) => toRow(part, facts, symbolOf)),
  ];
  return (
    <Panel title="Holdings">
      <DataTable caption="Holdings" columns={COLUMNS} rows={rows} rowKey={({ key }) => key} empty="Nothing" />
    </Panel>
  );
}

function cashRow(cash: number): Row {
  return {
    key: 'cash',
    name: cash < 0 ? 'Cash, borrowed' : 'Cash',
    size: `${usd(cash).replace('$', '')} USD`,
    entry: undefined,
    mark: undefined,
    value: cash,
    gain: undefined,
    inWorst: 0,
  };
}

function toRow(part: Part, { market, profile, report }: AccountFacts, symbolOf: (id: number) => string): Row {
  const { key, leg, underlying, amount } = part;
  const prices = market.underlyings.get(underlying);
  const alone = tryAssess(part.portfolio, market, profile);
  const worst = report?.worstScenario.index;
  const inWorst = worst === undefined ? undefined : alone?.scenarioPnl[worst];
  const cost = leg !== undefined && 'cost' in leg ? leg.cost : undefined;
  const perp = leg?.kind === 'perp';
  const mark =
    prices === undefined || (leg !== undefined && !perp)
      ? undefined
      : toNumber(perp ? calculatePerpMark(prices.index, prices.premium) : prices.index);
  const size = toNumber(amount);
  return {
    key,
    name: leg === undefined ? `${symbolOf(underlying)} spot` : instrumentName(leg, symbolOf),
    size: units(amount, symbolOf(underlying)),
    entry: cost === undefined || size === 0 ? undefined : -toNumber(cost) / size,
    mark,
    value: mark === undefined ? undefined : size * mark,
    gain: mark === undefined || cost === undefined ? undefined : size * mark + toNumber(cost),
    inWorst: inWorst === undefined ? undefined : toNumber(inWorst),
  };
}
