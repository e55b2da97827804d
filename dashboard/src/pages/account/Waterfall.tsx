import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useSymbols } from '../../chain/ChainContext.tsx';
import { instrumentName, toNumber, usd, usdSigned } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import type { AccountFacts, Part } from './facts.ts';
import { tryAssess } from './facts.ts';
import { marginOf, stepsByCharge, stepsByHolding } from './waterfall.ts';
import type { MarginKind, Step } from './waterfall.ts';

/** From equity down to what is free, by what takes from it. */
export function Waterfall({ facts }: { facts: AccountFacts }) {
  const [kind, setKind] = useState<MarginKind>('initial');
  const [by, setBy] = useState<'charge' | 'holding'>('charge');
  const symbolOf = useSymbols();
  const { holdings, market, profile } = facts;
  const result = facts.report ?? tryAssess(holdings.portfolio, market, profile);
  const nameOf = ({ leg, underlying }: Part): string =>
    leg === undefined ? `${symbolOf(underlying)} spot` : instrumentName(leg, symbolOf);
  const steps =
    result === undefined
      ? undefined
      : by === 'charge'
        ? stepsByCharge(result, profile, kind)
        : stepsByHolding(holdings.portfolio, market, profile, kind, nameOf);
  return (
    <Panel
      title="Margin waterfall"
      note={
        by === 'charge'
          ? 'What each charge takes from equity.'
          : 'What each holding adds after those before it: hedges give back.'
      }
    >
      <div className="filters">
        <SegmentedControl
          aria-label="Which margin"
          value={kind}
          onChange={(value) => setKind(value)}
          data={[
            { value: 'initial', label: 'Initial' },
            { value: 'maintenance', label: 'Maintenance' },
          ]}
        />
        <SegmentedControl
          aria-label="Split by"
          value={by}
          onChange={(value) => setBy(value)}
          data={[
            { value: 'charge', label: 'By charge' },
            { value: 'holding', label: 'By holding' },
          ]}
        />
      </div>
      {result === undefined || steps === undefined ? (
        <p className="empty">This split is not available: a holding has no price here.</p>
      ) : (
        <Falls equity={toNumber(result.equity)} steps={steps} margin={marginOf(result, kind)} kind={kind} />
      )}
    </Panel>
  );
}

interface FallsProps {
  readonly equity: number;
  readonly steps: readonly Step[];
  readonly margin: number;
  readonly kind: MarginKind;
}

function Falls({ equity, steps, margin, kind }: FallsProps) {
  const rest = equity - margin;
  const levels = steps.reduce<number[]>((all, { value }) => [...all, (all.at(-1) ?? equity) - value], []);
  const [low, high] = [Math.min(0, ...levels, equity), Math.max(0, ...levels, equity)];
  const place = (from: number, to: number, tone?: 'good' | 'bad') => (
    <Bar from={from} to={to} low={low} high={high} tone={tone} />
  );
  return (
    <table className="waterfall">
      <caption className="sr-only">Margin waterfall</caption>
      <tbody>
        <tr>
          <th scope="row">
            <Term name="equity">Equity</Term>
          </th>
          <td>{place(0, equity, equity >= 0 ? 'good' : 'bad')}</td>
          <td>{usd(equity)}</td>
        </tr>
        {steps.map(({ key, label, term, value }, i) => (
          <tr key={key}>
            <th scope="row">{term === undefined ? label : <Term name={term}>{label}</Term>}</th>
            <td>{place((levels[i] ?? 0) + value, levels[i] ?? 0)}</td>
            <td>{value === 0 ? usd(0) : usdSigned(-value)}</td>
          </tr>
        ))}
        <tr data-total>
          <th scope="row">{kind === 'initial' ? <Term name="free">Free</Term> : 'Above maintenance'}</th>
          <td>{place(0, rest, rest >= 0 ? 'good' : 'bad')}</td>
          <td data-tone={rest < 0 ? 'bad' : undefined}>{usd(rest)}</td>
        </tr>
      </tbody>
    </table>
  );
}

interface BarProps {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
  readonly tone: 'good' | 'bad' | undefined;
}

function Bar({ from, to, low, high, tone }: BarProps) {
  const at = (value: number): number => (high === low ? 0 : ((value - low) / (high - low)) * 100);
  const [left, right] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
  return (
    <div className="fall" aria-hidden="true">
      {right > left && (
        <span data-tone={tone} style={{ left: `${left}%`, width: `max(1px, ${right - left}%)` }} />
      )}
      <i style={{ left: `${at(0)}%` }} />
    </div>
  );
}
