import { liquidationPrices } from '@novate/sdk';
import type { LiquidationPrices as Prices } from '@novate/sdk';
import { useDeferredValue, useMemo } from 'react';
import { useSymbols } from '../../chain/ChainContext.tsx';
import { percent, price as formatPrice, toNumber } from '../../format/format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import type { AccountFacts } from './facts.ts';
import { partsOf } from './facts.ts';

interface Row {
  readonly symbol: string;
  readonly index: number;
  readonly prices: Prices | undefined;
}

const STEPS = 96;

const COLUMNS: readonly Column<Row>[] = [
  { key: 'symbol', header: 'Underlying', cell: ({ symbol }) => <b>{symbol}</b> },
  {
    key: 'index',
    header: <Term name="index">Index now</Term>,
    align: 'right',
    cell: ({ index }) => formatPrice(index),
  },
  {
    key: 'lower',
    header: <Term name="liquidationPrice">Below</Term>,
    align: 'right',
    cell: ({ prices, index }) => distance(prices?.lower, index, prices === undefined),
  },
  {
    key: 'upper',
    header: <Term name="liquidationPrice">Above</Term>,
    align: 'right',
    cell: ({ prices, index }) => distance(prices?.upper, index, prices === undefined),
  },
];

/** The prices at which the account crosses its maintenance margin, each underlying on its own. */
export function LiquidationPrices({ facts }: { facts: AccountFacts }) {
  const symbolOf = useSymbols();
  // a few hundred assessments: after what is urgent
  const { holdings, market, profile } = useDeferredValue(facts);
  const found = useMemo(() => {
    const held = [...new Set(partsOf(holdings.portfolio).map(({ underlying }) => underlying))];
    return held.map((underlying) => {
      try {
        const prices =
          profile && liquidationPrices(holdings.portfolio, market, profile, underlying, { steps: STEPS });
        return { underlying, prices };
      } catch {
        return { underlying, prices: undefined };
      }
    });
  }, [holdings, market, profile]);
  const rows = found.map(({ underlying, prices }): Row => ({
    symbol: symbolOf(underlying),
    index: toNumber(market.underlyings.get(underlying)?.index ?? 0n),
    prices,
  }));
  const crossed = found.some(({ prices }) => prices?.liquidatable === true);
  return (
    <Panel
      title="Liquidation prices"
      note={
        crossed
          ? 'Below maintenance margin now: these are the prices at which it would be above again.'
          : 'Each on its own, all other prices unchanged.'
      }
    >
      <DataTable
        caption="Liquidation prices"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ symbol }) => symbol}
        empty="Cash alone cannot be liquidated by prices."
      />
    </Panel>
  );
}

function distance(price: bigint | undefined, index: number, unknown: boolean) {
  if (unknown) return 'not available';
  if (price === undefined) return 'none';
  const at = toNumber(price);
  return (
    <>
      {formatPrice(at)} <span className="note below">{percent(at / index - 1, 1, true)}</span>
    </>
  );
}
