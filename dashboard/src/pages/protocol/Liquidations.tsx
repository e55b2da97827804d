import { useChain } from '../../chain/ChainContext.tsx';
import type { LiquidationEntry } from '../../chain/follower.ts';
import { count, health, shortHex, toNumber, usd } from '../../format/format.ts';
import { AccountLink } from '../../ui/AccountLink.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';

const SHOWN = 50;

export const LIQUIDATION_COLUMNS: readonly Column<LiquidationEntry>[] = [
  { key: 'block', header: 'Block', cell: ({ block }) => count(block) },
  { key: 'account', header: 'Account', cell: ({ account }) => <AccountLink account={account} /> },
  {
    key: 'equity',
    header: <Term name="equity">Equity before</Term>,
    align: 'right',
    cell: ({ equityBefore }) => usd(equityBefore),
  },
  {
    key: 'margin',
    header: <Term name="maintenanceMargin">Margin before</Term>,
    align: 'right',
    cell: ({ maintenanceBefore }) => usd(maintenanceBefore),
  },
  {
    key: 'health',
    header: <Term name="health">Health</Term>,
    align: 'right',
    cell: ({ equityBefore, maintenanceBefore }) =>
      health(toNumber(equityBefore), toNumber(maintenanceBefore)),
  },
  {
    key: 'reward',
    header: <Term name="reward">Reward</Term>,
    align: 'right',
    cell: ({ penalty, incentive }) => usd(penalty + incentive),
  },
  { key: 'by', header: 'Liquidator', cell: ({ liquidator }) => <AccountLink account={liquidator} /> },
  {
    key: 'tx',
    header: 'Transaction',
    cell: ({ transaction }) => (
      <span className="mono" title={transaction}>
        {shortHex(transaction)}
      </span>
    ),
  },
];

export function Liquidations() {
  const { liquidations, badDebts, snapshot } = useChain();
  const debt = badDebts.reduce((sum, { covered, remaining }) => sum + covered + remaining, 0n);
  const covered = badDebts.reduce((sum, one) => sum + one.covered, 0n);
  return (
    <Panel
      title={`Liquidations (${count(liquidations.length)})`}
      note={
        <>
          Newest first. <Term name="badDebt">Bad debt</Term> so far: {usd(debt)}, of which insurance paid{' '}
          {usd(covered)}.
        </>
      }
    >
      <div className="table-tall">
        <DataTable
          caption="Liquidations"
          columns={LIQUIDATION_COLUMNS}
          rows={liquidations.slice(0, SHOWN)}
          rowKey={({ key }) => key}
          empty={
            snapshot === undefined
              ? 'Loading …'
              : 'Nobody has been liquidated. They appear here as they happen.'
          }
        />
      </div>
      {liquidations.length > SHOWN && <p className="note">The latest {SHOWN} are shown.</p>}
    </Panel>
  );
}
