import { Button, Select, Slider } from '@mantine/core';
import type { Assessment } from '@novate/sdk';
import { useMemo, useState } from 'react';
import { useChain, useSymbols } from '../../chain/ChainContext.tsx';
import { health, percent, price, toNumber, toWad, usd, usdShort, usdSigned } from '../../format/format.ts';
import { NumberField } from '../../ui/NumberField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Plot } from '../../ui/Plot.tsx';
import type { PlotSeries } from '../../ui/Plot.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { Term } from '../../ui/Term.tsx';
import type { TermName } from '../../ui/terms.ts';
import type { AccountFacts } from './facts.ts';
import { partsOf, tryAssess } from './facts.ts';
import { computeWhatIf } from './whatIf.ts';
import type { WhatIf as Outcome } from './whatIf.ts';

const SERIES: readonly PlotSeries[] = [
  { label: 'Equity', colour: '--series-1', kind: 'line', format: usdShort },
  { label: 'Maintenance margin', colour: '--bad', kind: 'line', format: usdShort },
];
/** The middle of a slider. */
const CENTRE = [{ value: 0 }];
const movePercent = (value: number): string => percent(value / 100, 0, true);

/** Prices moved and a trade added, recomputed in this browser as the sliders move. */
export function WhatIf({ facts }: { facts: AccountFacts }) {
  const { holdings, market, profile } = facts;
  const { reference } = useChain();
  const held = [...new Set(partsOf(holdings.portfolio).map(({ underlying }) => underlying))];
  const markets = [...market.underlyings.keys()];
  const [moves, setMoves] = useState<ReadonlyMap<number, number>>(new Map());
  const [traded, setTraded] = useState<number>();
  const [size, setSize] = useState<number | string>(0);
  const underlying = traded ?? held[0] ?? markets[0] ?? 0;
  const takerFeeBps = reference?.takerFeeBps ?? 0;
  const outcome = useMemo(() => {
    const inputs = { moves, underlying, size: toWad(Number(size) || 0), takerFeeBps };
    return computeWhatIf(holdings.portfolio, market, profile, inputs);
  }, [holdings, market, profile, moves, underlying, size, takerFeeBps]);
  const now = useMemo(() => tryAssess(holdings.portfolio, market, profile), [holdings, market, profile]);
  const shown = [...new Set([...held, underlying])].filter((id) => market.underlyings.has(id));
  const reset = (): void => {
    setMoves(new Map());
    setSize(0);
  };
  return (
    <Panel
      title="What if"
      note={
        outcome.result === undefined
          ? 'Not available: the twin cannot price one of the holdings.'
          : `Recomputed by the risk engine’s twin in ${outcome.milliseconds.toFixed(1)} ms.`
      }
      actions={
        <Button size="compact-sm" variant="default" onClick={reset}>
          Reset
        </Button>
      }
    >
      <div className="halves">
        <div className="sliders">
          {shown.map((id) => (
            <PriceSlider
              key={id}
              id={id}
              move={moves.get(id) ?? 0}
              index={toNumber(market.underlyings.get(id)?.index ?? 0n)}
              onChange={(move) => setMoves((all) => new Map(all).set(id, move))}
            />
          ))}
          <TradeInputs
            markets={markets}
            underlying={underlying}
            size={size}
            largest={largestTrade(now, toNumber(market.underlyings.get(underlying)?.index ?? 1n))}
            onUnderlying={setTraded}
            onSize={setSize}
          />
          <Comparison now={now} outcome={outcome} />
        </div>
        <Curve outcome={outcome} />
      </div>
    </Panel>
  );
}

/** A size that is worth thrice the equity, to two significant digits. */
function largestTrade(now: Assessment | undefined, index: number): number {
  const units = Math.max(1_000, 3 * Math.abs(toNumber(now?.equity ?? 0n))) / Math.max(index, 1e-9);
  return Number(units.toPrecision(2));
}

interface PriceSliderProps {
  readonly id: number;
  readonly move: number;
  readonly index: number;
  readonly onChange: (move: number) => void;
}

function PriceSlider({ id, move, index, onChange }: PriceSliderProps) {
  const symbol = useSymbols()(id);
  return (
    <div className="slider-row">
      <b>{symbol}</b>
      <Slider
        min={-75}
        max={75}
        step={1}
        value={Math.round(move * 100)}
        onChange={(value) => onChange(value / 100)}
        label={movePercent}
        thumbLabel={`Change of the ${symbol} price in percent`}
        marks={CENTRE}
        size="sm"
      />
      <output>
        {price(index * (1 + move))} <span className="note">{percent(move, 0, true)}</span>
      </output>
    </div>
  );
}

interface TradeInputsProps {
  readonly markets: readonly number[];
  readonly underlying: number;
  readonly size: number | string;
  readonly largest: number;
  readonly onUnderlying: (underlying: number) => void;
  readonly onSize: (size: number | string) => void;
}

function TradeInputs({ markets, underlying, size, largest, onUnderlying, onSize }: TradeInputsProps) {
  const symbolOf = useSymbols();
  const value = Math.max(-largest, Math.min(largest, Number(size) || 0));
  return (
    <div>
      <div className="form-grid">
        <Select
          label="Trade the perp of"
          data={markets.map((id) => ({ value: String(id), label: symbolOf(id) }))}
          value={String(underlying)}
          onChange={(id) => onUnderlying(Number(id))}
          allowDeselect={false}
        />
        <NumberField
          label={`Size, ${symbolOf(underlying)} (− sells)`}
          value={size}
          onChange={onSize}
          step={largest / 100}
        />
      </div>
      <Slider
        mt="sm"
        min={-largest}
        max={largest}
        step={largest / 100}
        value={value}
        onChange={(next) => onSize(Number(next.toPrecision(4)))}
        label={null}
        thumbLabel="Size of the trade"
        marks={CENTRE}
        size="sm"
      />
    </div>
  );
}

interface Line {
  readonly label: string;
  readonly term: TermName;
  readonly of: (result: Assessment) => number;
}

const LINES: readonly Line[] = [
  { label: 'Equity', term: 'equity', of: ({ equity }) => toNumber(equity) },
  { label: 'Initial margin', term: 'initialMargin', of: ({ initialMargin }) => toNumber(initialMargin) },
  {
    label: 'Maintenance margin',
    term: 'maintenanceMargin',
    of: ({ maintenanceMargin }) => toNumber(maintenanceMargin),
  },
];

function Comparison({ now, outcome }: { now: Assessment | undefined; outcome: Outcome }) {
  const { result, allowed } = outcome;
  return (
    <div className="table-scroll">
      <table className="table compare">
        <caption className="sr-only">Now and then</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Figure</span>
            </th>
            <th scope="col" data-align="right">
              Now
            </th>
            <th scope="col" data-align="right">
              Then
            </th>
            <th scope="col" data-align="right">
              Change
            </th>
          </tr>
        </thead>
        <tbody>
          {LINES.map(({ label, term, of }) => (
            <tr key={label}>
              <th scope="row">
                <Term name={term}>{label}</Term>
              </th>
              <td data-align="right">{usd(now && of(now))}</td>
              <td data-align="right">{usd(result && of(result))}</td>
              <td data-align="right">{now && result ? usdSigned(of(result) - of(now)) : '–'}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <Term name="health">Health</Term>
            </th>
            <td data-align="right">{healthOf(now)}</td>
            <td data-align="right">
              <b data-testid="whatif-health">{healthOf(result)}</b>
            </td>
            <td data-align="right">{result && <StateBadge state={result.state} />}</td>
          </tr>
        </tbody>
      </table>
      <p className="note" aria-live="polite">
        {allowed === undefined
          ? '\u00a0'
          : allowed
            ? 'The clearinghouse would allow this trade at these prices.'
            : 'The clearinghouse would refuse this trade at these prices: it ends below the initial margin.'}
      </p>
    </div>
  );
}

function healthOf(result: Assessment | undefined): string {
  return result === undefined ? '–' : health(toNumber(result.equity), toNumber(result.maintenanceMargin));
}

function Curve({ outcome }: { outcome: Outcome }) {
  const data = useMemo(() => {
    const { moves, equity, margin } = outcome.curve;
    return [moves, equity, margin];
  }, [outcome]);
  return (
    <div>
      <h3>If all prices moved further, together</h3>
      <Plot
        label="Equity and maintenance margin as all prices move from −50% to +50%"
        data={data}
        series={SERIES}
        xName="move"
        xFormat={movePercent}
      />
    </div>
  );
}
