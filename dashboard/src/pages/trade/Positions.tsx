import { Button } from '@mantine/core';
import { formatWad } from '@novate/sdk';
import type { Leg } from '@novate/sdk';
import { useChain, useSymbols } from '../../chain/ChainContext.tsx';
import { health, instrumentName, price, toNumber, units, usd } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
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
  const markOf = (leg: Leg): bigint | undefined =>
    snapshot?.markets.find(({ underlying }) => underlying === leg.underlying)?.perpMark;
  const close = (leg: Leg): void => {
    const mark = markOf(leg);
    if (mark === undefined) return;
    const side = leg.size > 0n ? 'sell' : 'buy';
    const size = formatWad(leg.size < 0n ? -leg.size : leg.size);
    onClose({
      id: Date.now(),
      underlying: leg.underlying,
      side,
      size,
      price: limitAt(mark, side),
      reduceOnly: true,
    });
  };
  const report = facts?.report;
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
        rows={facts?.holdings.portfolio.legs ?? []}
        rowKey={(leg) => instrumentName(leg, String)}
        empty="No position is open."
        columns={[
          { key: 'name', header: 'Position', cell: (leg) => <b>{instrumentName(leg, symbolOf)}</b> },
          {
            key: 'size',
            header: 'Size',
            align: 'right',
            cell: (leg) => units(leg.size, symbolOf(leg.underlying)),
          },
          {
            key: 'mark',
            header: 'Mark',
            align: 'right',
            cell: (leg) => price(leg.kind === 'perp' ? markOf(leg) : undefined),
          },
          {
            key: 'close',
            header: <span className="sr-only">Close</span>,
            align: 'right',
            cell: (leg) =>
              leg.kind === 'perp' && (
                <Button size="compact-sm" variant="default" onClick={() => close(leg)}>
                  Close {instrumentName(leg, symbolOf)}
                </Button>
              ),
          },
        ]}
      />
    </Panel>
  );
}
