import { coin, count, NONE, shortHex, usd } from '../../format/format.ts';
import { AccountLink } from '../../ui/AccountLink.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import type { KeeperTransaction } from './transactions.ts';

const SHOWN = 50;

const COLUMNS: readonly Column<KeeperTransaction>[] = [
  { key: 'block', header: 'Block', cell: ({ block }) => count(block) },
  {
    key: 'hash',
    header: 'Transaction',
    cell: ({ hash }) => (
      <span className="mono" title={hash}>
        {shortHex(hash)}
      </span>
    ),
  },
  { key: 'by', header: 'Liquidator', cell: ({ liquidator }) => <AccountLink account={liquidator} /> },
  { key: 'accounts', header: 'Accounts', align: 'right', cell: ({ accounts }) => count(accounts) },
  {
    key: 'reward',
    header: <Term name="reward">Reward</Term>,
    align: 'right',
    cell: ({ reward }) => usd(reward),
  },
  {
    key: 'gas',
    header: 'Gas',
    align: 'right',
    cell: ({ gasUsed }) => (gasUsed === undefined ? NONE : count(gasUsed)),
  },
  {
    key: 'cost',
    header: 'Cost',
    align: 'right',
    cell: ({ cost }) => (cost === undefined ? NONE : coin(cost)),
  },
];

export function Transactions({ transactions }: { transactions: readonly KeeperTransaction[] }) {
  return (
    <Panel title={`Transactions (${count(transactions.length)})`} note={`The latest ${SHOWN}, newest first.`}>
      <div className="table-tall">
        <DataTable
          caption="Liquidating transactions"
          columns={COLUMNS}
          rows={transactions.slice(0, SHOWN)}
          rowKey={({ hash }) => hash}
          empty="No transaction has liquidated anybody yet."
        />
      </div>
    </Panel>
  );
}
