import { encodeInstrumentId, formatAccount, formatInstrument, formatWad } from '@novate/sdk';
import { formatTable } from '../margin/formatTable.ts';
import { readBook } from './bookFile.ts';
import type { Desk } from './connect.ts';
import { NAMES } from './send.ts';

export interface PositionsOutcome {
  readonly account: string;
  readonly state: string;
  readonly cash: string;
  readonly equity: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  readonly unrealised: string;
  readonly positions: readonly {
    readonly instrument: string;
    readonly size: string;
    readonly mark: string | null;
  }[];
  /** Orders of this account that rest in the book. */
  readonly orders: readonly OpenOrder[];
}

interface OpenOrder {
  readonly nonce: string;
  readonly instrument: string;
  readonly size: string;
  readonly limitPrice: string;
  /** Such as "index <= 2900", of trigger orders. */
  readonly trigger: string | null;
}

/** `novate trade positions` */
export async function readPositions({ novate, account, bookPath }: Desk): Promise<PositionsOutcome> {
  const [report, holdings, markets, book] = await Promise.all([
    novate.getReport({ account }),
    novate.getPortfolio({ account }),
    novate.getMarkets(),
    readBook(bookPath),
  ]);
  const mine = ({ account: of }: { readonly account: bigint }): boolean => of === account;
  return {
    account: formatAccount(account),
    state: report.state,
    cash: formatWad(holdings.portfolio.cash),
    equity: formatWad(report.equity),
    initialMargin: formatWad(report.initialMargin),
    maintenanceMargin: formatWad(report.maintenanceMargin),
    unrealised: formatWad(report.unrealised),
    positions: holdings.portfolio.legs.map((leg) => {
      const mark = markets.find(({ underlying }) => underlying === leg.underlying)?.perpMark;
      return {
        instrument: formatInstrument(encodeInstrumentId(leg), NAMES),
        size: formatWad(leg.size),
        mark: leg.kind === 'perp' && mark !== undefined ? formatWad(mark) : null,
      };
    }),
    orders: [
      ...book.orders.filter(({ order }) => mine(order)).map(({ order }) => openOrder(order, null)),
      ...book.triggers
        .map(({ triggerOrder }) => triggerOrder)
        .filter(({ order }) => mine(order))
        .map(({ order, above, triggerPrice }) =>
          openOrder(order, `index ${above ? '>=' : '<='} ${formatWad(triggerPrice)}`),
        ),
    ],
  };
}

function openOrder(
  {
    nonce,
    instrument,
    size,
    limitPrice,
  }: { nonce: bigint; instrument: bigint; size: bigint; limitPrice: bigint },
  trigger: string | null,
): OpenOrder {
  return {
    nonce: nonce.toString(),
    instrument: formatInstrument(instrument, NAMES),
    size: formatWad(size),
    limitPrice: formatWad(limitPrice),
    trigger,
  };
}

/** For people. */
export function formatPositions(outcome: PositionsOutcome): string {
  const parts = [
    `Account ${outcome.account}: ${outcome.state}`,
    formatTable([
      ['cash', outcome.cash],
      ['equity', outcome.equity],
      ['initial margin', outcome.initialMargin],
      ['maintenance margin', outcome.maintenanceMargin],
      ['unrealised', outcome.unrealised],
    ]),
  ];
  if (outcome.positions.length === 0) parts.push('No positions.');
  else {
    const rows = outcome.positions.map(({ instrument, size, mark }) => [instrument, size, mark ?? '-']);
    parts.push(formatTable([['position', 'size', 'mark'], ...rows]));
  }
  if (outcome.orders.length > 0) {
    const rows = outcome.orders.map(({ nonce, instrument, size, limitPrice, trigger }) => [
      nonce,
      instrument,
      size,
      limitPrice,
      trigger ?? '-',
    ]);
    parts.push(formatTable([['order', 'instrument', 'size', 'limit', 'trigger'], ...rows]));
  }
  return parts.join('\n\n');
}
