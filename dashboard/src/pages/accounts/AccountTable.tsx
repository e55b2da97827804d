import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { idAt, STATES } from '../../chain/messages.ts';
import type { Rows, SortKey, View } from '../../chain/messages.ts';
import { count, health, usd } from '../../format/format.ts';
import { AccountLink } from '../../ui/AccountLink.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { Term } from '../../ui/Term.tsx';
import type { TermName } from '../../ui/terms.ts';

const ROW_HEIGHT = 36;
/** Browsers stop at some tens of millions of pixels; far above 100,000 rows. */
const OVERSCAN = 12;

interface Header {
  readonly label: string;
  readonly term?: TermName;
  readonly sort?: SortKey;
  /** Which way round a first click sorts. */
  readonly descending?: boolean;
  readonly right?: boolean;
}

const HEADERS: readonly Header[] = [
  { label: 'Account' },
  { label: 'State' },
  { label: 'Health', term: 'health', sort: 'health', descending: false, right: true },
  { label: 'Equity', term: 'equity', sort: 'equity', descending: true, right: true },
  { label: 'Maintenance', term: 'maintenanceMargin', sort: 'margin', descending: true, right: true },
  { label: 'Initial', term: 'initialMargin', right: true },
  { label: 'Notional', term: 'notional', sort: 'notional', descending: true, right: true },
  { label: 'Holdings', right: true },
];

interface Props {
  readonly rows: Rows;
  readonly view: View;
  readonly onSort: (sort: SortKey, descending: boolean) => void;
}

/** Only the rows in sight exist; the roles say what a screen reader needs to know of the rest. */
export function AccountTable({ rows, view, onSort }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  return (
    <div className="grid-scroll" ref={scroll} tabIndex={0} role="region" aria-label="Accounts, scrollable">
      <div
        className="grid"
        role="table"
        aria-label="Accounts"
        aria-rowcount={rows.length + 1}
        aria-colcount={HEADERS.length}
      >
        <div className="grid-row grid-head" role="row" aria-rowindex={1}>
          {HEADERS.map((header) => (
            <HeaderCell key={header.label} header={header} view={view} onSort={onSort} />
          ))}
        </div>
        <div className="grid-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <AccountRow key={index} rows={rows} index={index} start={start} />
          ))}
        </div>
        {rows.length === 0 && <p className="empty">No account matches.</p>}
      </div>
    </div>
  );
}

function HeaderCell({ header, view, onSort }: { header: Header } & Pick<Props, 'view' | 'onSort'>) {
  const { label, term, sort, descending = false, right = false } = header;
  const sorted = sort !== undefined && view.sort === sort;
  const order = !sorted ? 'none' : view.descending ? 'descending' : 'ascending';
  const align = right ? 'right' : undefined;
  if (sort === undefined) {
    return (
      <div role="columnheader" data-align={align}>
        {term === undefined ? label : <Term name={term}>{label}</Term>}
      </div>
    );
  }
  return (
    <div role="columnheader" aria-sort={order} data-align={align}>
      <button
        type="button"
        className="sort"
        onClick={() => onSort(sort, sorted ? !view.descending : descending)}
      >
        {label}
        <span aria-hidden="true">{sorted ? (view.descending ? ' ↓' : ' ↑') : ' ↕'}</span>
      </button>
    </div>
  );
}

function AccountRow({ rows, index, start }: { rows: Rows; index: number; start: number }) {
  const state = STATES[rows.state[index] ?? 0] ?? 'healthy';
  const [equity = 0, margin = 0] = [rows.equity[index], rows.maintenanceMargin[index]];
  return (
    <div
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${start}px)` }}
    >
      <div role="cell">
        <AccountLink account={idAt(rows, index)} />
      </div>
      <div role="cell">
        <StateBadge state={state} />
      </div>
      <div role="cell" data-align="right">
        {health(equity, margin)}
      </div>
      <div role="cell" data-align="right">
        {usd(equity)}
      </div>
      <div role="cell" data-align="right">
        {usd(margin)}
      </div>
      <div role="cell" data-align="right">
        {usd(rows.initialMargin[index])}
      </div>
      <div role="cell" data-align="right">
        {usd(rows.notional[index])}
      </div>
      <div role="cell" data-align="right">
        {holdings(rows.holdings[index] ?? 0)}
      </div>
    </div>
  );
}

function holdings(packed: number): string {
  const [legs, balances] = [packed & 255, packed >> 8];
  if (legs === 0 && balances === 0) return 'cash';
  const parts = [
    legs === 0 ? '' : `${count(legs)} ${legs === 1 ? 'leg' : 'legs'}`,
    balances === 0 ? '' : `${count(balances)} spot`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
