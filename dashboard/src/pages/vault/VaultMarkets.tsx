import type { VaultMarket, VaultSide } from '@novate/sdk';
import { useChain, useSymbols } from '../../chain/ChainContext.tsx';
import { NONE, percent, price, toNumber, units, usdShort } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import type { Vault } from './useVault.ts';

interface Row {
  readonly market: VaultMarket;
  readonly symbol: string;
  /** Wad; undefined without a price. */
  readonly index: bigint | undefined;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'symbol', header: 'Market', cell: ({ symbol }) => <b>{symbol} perp</b> },
  {
    key: 'sell',
    header: <Term name="vaultBid">Buys at</Term>,
    align: 'right',
    cell: ({ market }) => priceOf(market.sell),
  },
  {
    key: 'index',
    header: <Term name="index">Index</Term>,
    align: 'right',
    cell: ({ index }) => price(index),
  },
  {
    key: 'buy',
    header: <Term name="vaultAsk">Sells at</Term>,
    align: 'right',
    cell: ({ market }) => priceOf(market.buy),
  },
  {
    key: 'spread',
    header: <Term name="vaultSpread">Spread</Term>,
    align: 'right',
    cell: ({ market }) => `${spreadOf(market.sell)} / ${spreadOf(market.buy)}`,
  },
  { key: 'size', header: 'Quoted for', align: 'right', cell: sizeOf },
  { key: 'inventory', header: <Term name="inventory">Position</Term>, align: 'right', cell: inventoryOf },
  { key: 'cap', header: <Term name="vaultCap">Of cap</Term>, align: 'right', cell: capOf },
  { key: 'state', header: 'Quotes', cell: stateOf },
];

/** What the vault holds in each market and what it quotes there. */
export function VaultMarkets({ vault }: { vault: Vault | undefined }) {
  const { snapshot } = useChain();
  const symbolOf = useSymbols();
  const rows = (vault?.markets ?? []).map((market): Row => ({
    market,
    symbol: symbolOf(market.underlying),
    index: snapshot?.markets.find(({ underlying }) => underlying === market.underlying)?.price?.price,
  }));
  const reasons = rows.flatMap(({ market, symbol }) => {
    const error = market.buy.error ?? market.sell.error;
    return error === undefined ? [] : [{ symbol, text: error.message }];
  });
  return (
    <Panel title="Quotes and positions" note="For a hundredth of each cap, at the block shown above.">
      <div className="keep-3-rows">
        <DataTable
          caption="Quotes and positions of the vault"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ market }) => String(market.underlying)}
          empty={vault === undefined ? 'Loading …' : 'The vault makes no market yet.'}
        />
      </div>
      {reasons.map(({ symbol, text }) => (
        <p key={symbol} className="note">
          <b>{symbol}</b>: {text}
        </p>
      ))}
    </Panel>
  );
}

function priceOf({ quote }: VaultSide): string {
  return quote === undefined ? NONE : price(quote.price);
}

function spreadOf({ quote }: VaultSide): string {
  return quote === undefined ? NONE : percent(toNumber(quote.spread), 2);
}

function sizeOf({ market, symbol }: Row): string {
  return units(market.quoteSize, symbol);
}

function inventoryOf({ market, symbol, index }: Row) {
  const value = index === undefined ? '' : ` (${usdShort(toNumber(market.inventory) * toNumber(index))})`;
  return `${units(market.inventory, symbol)}${value}`;
}

function capOf({ market }: Row) {
  const used = Math.abs(toNumber(market.skew));
  return (
    <span className="used">
      {percent(used)}
      <meter min={0} max={1} high={0.8} value={Math.min(1, used)} aria-hidden="true" />
    </span>
  );
}

function stateOf({ market }: Row) {
  const both = market.buy.quote !== undefined && market.sell.quote !== undefined;
  const none = market.buy.quote === undefined && market.sell.quote === undefined;
  const [state, text] = both
    ? (['healthy', 'both sides'] as const)
    : none
      ? (['liquidatable', 'none now'] as const)
      : (['atRisk', market.enabled ? 'one side' : 'only reduces'] as const);
  return (
    <span className="badge" data-state={state}>
      {text}
    </span>
  );
}
