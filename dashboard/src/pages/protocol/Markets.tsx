import type { MarketView } from '@novate/sdk';
import { useChain, useSymbols } from '../../chain/ChainContext.tsx';
import { duration, NONE, percent, price, toNumber, units, usdShort } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';

interface Row {
  readonly market: MarketView;
  readonly symbol: string;
  /** Seconds since the feed's last update, and the most they may be. */
  readonly ageSec: number | undefined;
  readonly maxAgeSec: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'symbol', header: 'Market', cell: ({ symbol }) => <b>{symbol}</b> },
  {
    key: 'index',
    header: <Term name="index">Index</Term>,
    align: 'right',
    cell: ({ market }) => price(market.price?.price),
  },
  {
    key: 'mark',
    header: <Term name="mark">Perp mark</Term>,
    align: 'right',
    cell: ({ market }) => price(market.perpMark),
  },
  {
    key: 'funding',
    header: <Term name="funding">Funding / 8 h</Term>,
    align: 'right',
    cell: ({ market }) => fundingOf(market),
  },
  {
    key: 'oi',
    header: <Term name="openInterest">Open interest</Term>,
    align: 'right',
    cell: ({ market, symbol }) => units(market.state.openInterest, symbol),
  },
  {
    key: 'oiUsd',
    header: 'Value',
    align: 'right',
    cell: ({ market }) => usdShort(toNumber(market.state.openInterest) * toNumber(market.price?.price ?? 0n)),
  },
  { key: 'cap', header: 'Of cap', align: 'right', cell: ({ market }) => capOf(market) },
  { key: 'age', header: <Term name="feedAge">Feed age</Term>, align: 'right', cell: ageOf },
  { key: 'status', header: 'Price', cell: statusOf },
];

export function Markets() {
  const { snapshot, reference } = useChain();
  const symbolOf = useSymbols();
  const rows = (snapshot?.markets ?? []).map((market): Row => ({
    market,
    symbol: symbolOf(market.underlying),
    ageSec: market.price && snapshot && snapshot.timestamp - Number(market.price.timestamp),
    maxAgeSec: reference?.maxAgeSec.get(market.underlying) ?? 0,
  }));
  return (
    <Panel title="Markets" note="Ages are measured by the clock of the chain.">
      <div className="keep-3-rows">
        <DataTable
          caption="Markets"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ market }) => String(market.underlying)}
          empty={snapshot === undefined ? 'Loading …' : 'No market is listed yet.'}
        />
      </div>
    </Panel>
  );
}

/** A premium held constant is paid once in eight hours. */
function fundingOf({ price: index, state }: MarketView): string {
  return index === undefined ? NONE : percent(toNumber(state.premium) / toNumber(index.price), 4, true);
}

function capOf({ config, state }: MarketView): string {
  return config.openInterestCap === 0n
    ? NONE
    : percent(toNumber(state.openInterest) / toNumber(config.openInterestCap));
}

function ageOf({ ageSec, maxAgeSec }: Row) {
  if (ageSec === undefined) return NONE;
  return maxAgeSec === 0 ? duration(ageSec) : `${duration(ageSec)} of ${duration(maxAgeSec)}`;
}

const PRICE_STATES = { ok: 'healthy', guarded: 'atRisk', stale: 'liquidatable' } as const;

function statusOf({ market }: Row) {
  const status = market.price?.status;
  if (status === undefined) {
    return (
      <span className="badge" data-state="insolvent" title={market.error?.message}>
        none
      </span>
    );
  }
  return (
    <span className="badge" data-state={PRICE_STATES[status]}>
      {status}
    </span>
  );
}
