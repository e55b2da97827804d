import { useChain } from '../../chain/ChainContext.tsx';
import type { AssetFigures } from '../../chain/snapshot.ts';
import { NONE, percent, toNumber, units } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';

const COLUMNS: readonly Column<AssetFigures>[] = [
  { key: 'symbol', header: 'Asset', cell: ({ symbol }) => <b>{symbol}</b> },
  { key: 'held', header: 'Tokens held', align: 'right', cell: ({ held, symbol }) => units(held, symbol) },
  {
    key: 'recorded',
    header: <Term name="recorded">Recorded</Term>,
    align: 'right',
    cell: ({ recorded, symbol }) => units(recorded, symbol),
  },
  {
    key: 'surplus',
    header: 'Held − recorded',
    align: 'right',
    cell: ({ held, recorded, symbol }) => units(held - recorded, symbol),
  },
  {
    key: 'cap',
    header: 'Of deposit cap',
    align: 'right',
    cell: ({ cap, recorded }) => (cap === 0n ? NONE : percent(toNumber(recorded) / toNumber(cap))),
  },
  {
    key: 'state',
    header: 'Ledger',
    cell: ({ held, recorded, enabled }) => (
      <span className="badge" data-state={held < recorded ? 'insolvent' : enabled ? 'healthy' : 'atRisk'}>
        {held < recorded ? 'tokens missing' : enabled ? 'covered' : 'covered, closed'}
      </span>
    ),
  },
];

/** Each token: what is held against what the ledger says. */
export function Assets() {
  const { snapshot } = useChain();
  return (
    <Panel title="Assets against the ledger">
      <div className="keep-3-rows">
        <DataTable
          caption="Assets"
          columns={COLUMNS}
          rows={snapshot?.assets ?? []}
          rowKey={({ assetId }) => String(assetId)}
          empty={snapshot === undefined ? 'Loading …' : 'No asset is listed yet.'}
        />
      </div>
    </Panel>
  );
}
