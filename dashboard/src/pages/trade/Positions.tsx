import { Button } from '@mantine/core';
import { formatWad } from '@novate/sdk';
import type { Leg } from '@novate/sdk';
import { useChain, useSymbols } from '../../chain/ChainContext.tsx';
import { health, instrumentName, price, toNumber, units, usd } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useAccountFacts } from '../account/facts.ts';
import { limitAt } from './limit.ts';
import { accountOf } from './order.ts';
import type { Draft, Trader } from './order.ts';

/** What the account holds, with a button that fills in the order that closes it. */
export function Positions({ trader, onClose }: { trader: Trader; onClose: (draft: Draft) => void }) {
  const { data: facts } = useAccountFacts(accountOf(trader));
  const { snapshot } = useChain();
  const symbolOf = useSymbols();
  const report = facts?.report;
  const rows = (facts?.holdings.portfolio.legs ?? []).map((leg): Row => {
    const market = snapshot?.markets.find(({ underlying }) => underlying === leg.underlying);
    return {
      leg,
      name: instrumentName(leg, symbolOf),
      unit: symbolOf(leg.underlying),
      mark: leg.kind === 'perp' ? market?.perpMark : undefined,
      onClose,
    };
  });
  return (
    <Panel
      title="Positions"
      note={
        report === undefined
          ? 'Reading the account …'
          : `Equity ${usd(report.equity)}, health ${health(toNumber(report.equity), toNumber(report.maintenanceMargin))}, free ${usd(report.equity - report.initialMargin)}`
      }
    >
      <DataTable
        caption="Positions"
        rows={rows}
        rowKey={({ name }) => name}
        empty="No position is open."
        columns={COLUMNS}
      />
    </Panel>
  );
}

interface Row {
  readonly leg: Leg;
  readonly name: string;
  readonly unit: string;
  /** Of a perp that has a price. */
  readonly mark: bigint | undefined;
  readonly onClose: (draft: Draft) => void;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'name', header: 'Position', cell: ({ name }) => <b>{name}</b> },
  { key: 'size', header: 'Size', align: 'right', cell: ({ leg, unit }) => units(leg.size, unit) },
  { key: 'mark', header: 'Mark', align: 'right', cell: ({ mark }) => price(mark) },
  { key: 'close', header: <span className="sr-only">Close</span>, align: 'right', cell: closeButton },
];

function closeButton({ leg, name, mark, onClose }: Row) {
  if (leg.kind !== 'perp') return 'not traded here';
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={mark === undefined}
      onClick={() => mark !== undefined && onClose(closingDraft(leg, mark))}
    >
      Close {name}
    </Button>
  );
}

function closingDraft({ underlying, size }: Leg, mark: bigint): Draft {
  const side = size > 0n ? 'sell' : 'buy';
  return {
    id: Date.now(),
    underlying,
    side,
    size: formatWad(size < 0n ? -size : size),
    price: limitAt(mark, side),
    reduceOnly: true,
  };
}
