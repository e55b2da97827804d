import { SegmentedControl } from '@mantine/core';
import type { RiskProfile, VolMove } from '@novate/sdk';
import { useState } from 'react';
import { useSymbols } from '../../chain/ChainContext.tsx';
import { percent, toNumber, usd, usdShort } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import type { AccountFacts } from './facts.ts';
import { partsOf, tryAssess } from './facts.ts';

const ALL = 'all';
const VOLS: Readonly<Record<VolMove, string>> = {
  up: 'Volatility up',
  none: 'Same volatility',
  down: 'Volatility down',
};
const VOL_ORDER: readonly VolMove[] = ['up', 'none', 'down'];

interface Cell {
  readonly index: number;
  readonly pnl: number;
  readonly weight: number;
}

/** Profit and loss in each scenario of the margin, the worst one framed. */
export function HeatMap({ facts }: { facts: AccountFacts }) {
  const [of, setOf] = useState(ALL);
  const symbolOf = useSymbols();
  const { profile, report, holdings, market } = facts;
  const held = [...new Set(partsOf(holdings.portfolio).map(({ underlying }) => underlying))];
  const shown = of === ALL || held.includes(Number(of)) ? of : ALL;
  const pnl = shown === ALL ? report?.scenarioPnl : pnlOf(facts, Number(shown));
  const worst = worstOf(pnl, shown === ALL ? report?.worstScenario.index : undefined);
  const range = rangeOf(profile, shown === ALL ? held[0] : Number(shown));
  return (
    <Panel
      title="Scenarios"
      note={
        profile && pnl && worst !== undefined && held.length > 0 ? (
          <Worst facts={facts} pnl={pnl} index={worst} held={shown === ALL ? held : [Number(shown)]} />
        ) : (
          'Cash alone has no scenarios.'
        )
      }
      actions={
        held.length > 1 ? (
          <SegmentedControl
            aria-label="Underlying"
            value={shown}
            onChange={setOf}
            data={[
              { value: ALL, label: 'Total' },
              ...held.map((id) => ({ value: String(id), label: symbolOf(id) })),
            ]}
          />
        ) : null
      }
    >
      {profile && pnl && held.length > 0 && market.underlyings.size > 0 ? (
        <Grid
          profile={profile}
          pnl={pnl.map(toNumber)}
          worst={worst}
          range={shown === ALL && held.length > 1 ? undefined : range}
        />
      ) : null}
      {shown === ALL && held.length > 1 && (
        <p className="note">
          r is the scan range:{' '}
          {held.map((id) => `${symbolOf(id)} ${percent(rangeOf(profile, id))}`).join(', ')}.
        </p>
      )}
    </Panel>
  );
}

/** One underlying's own results, by the twin. */
function pnlOf(
  { holdings, market, profile }: AccountFacts,
  underlying: number,
): readonly bigint[] | undefined {
  const { legs, spot } = holdings.portfolio;
  const own = {
    cash: 0n,
    legs: legs.filter((leg) => leg.underlying === underlying),
    spot: spot.filter((balance) => balance.underlying === underlying),
  };
  return tryAssess(own, market, profile)?.scenarioPnl;
}

function worstOf(pnl: readonly bigint[] | undefined, known: number | undefined): number | undefined {
  if (pnl === undefined || known !== undefined) return known;
  return pnl.reduce((least, value, i) => (value < (pnl[least] ?? 0n) ? i : least), 0);
}

function rangeOf(profile: RiskProfile | undefined, underlying: number | undefined): number {
  const own = profile?.underlyings.find((one) => one.underlying === underlying);
  return toNumber(own?.scanRange ?? profile?.defaultScanRange ?? 0n);
}

interface WorstProps {
  readonly facts: AccountFacts;
  readonly pnl: readonly bigint[];
  readonly index: number;
  readonly held: readonly number[];
}

function Worst({ facts: { profile }, pnl, index, held }: WorstProps) {
  const symbolOf = useSymbols();
  const scenario = profile?.scenarios[index];
  if (scenario === undefined) return null;
  const moves = held.map(
    (id) =>
      `${symbolOf(id)} ${percent(Math.max(toNumber(scenario.move) * rangeOf(profile, id), -0.99), 1, true)}`,
  );
  return (
    <>
      Worst <Term name="scenario">scenario</Term>: {moves.join(', ')}, {VOLS[scenario.vol].toLowerCase()}:{' '}
      <b>{usd(pnl[index])}</b>
    </>
  );
}

interface GridProps {
  readonly profile: RiskProfile;
  readonly pnl: readonly number[];
  readonly worst: number | undefined;
  /** The scan range, where all columns have one; without it moves are shown in multiples of it. */
  readonly range: number | undefined;
}

function Grid({ profile, pnl, worst, range }: GridProps) {
  const { scenarios } = profile;
  const moves = [...new Set(scenarios.map(({ move }) => move))].sort((a, b) => (a < b ? -1 : 1));
  const vols = VOL_ORDER.filter((vol) => scenarios.some((scenario) => scenario.vol === vol));
  const largest = Math.max(1e-9, ...pnl.map(Math.abs));
  const cellOf = (move: bigint, vol: VolMove): Cell | undefined => {
    const index = scenarios.findIndex((scenario) => scenario.move === move && scenario.vol === vol);
    const scenario = scenarios[index];
    return scenario && { index, pnl: pnl[index] ?? 0, weight: toNumber(scenario.weight) };
  };
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Scenario results">
      <table className="heat">
        <caption className="sr-only">Profit and loss by price move and volatility move</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Volatility</span>
            </th>
            {moves.map((move) => (
              <th key={move.toString()} scope="col">
                {moveName(move, range)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {vols.map((vol) => (
            <tr key={vol}>
              <th scope="row">{VOLS[vol]}</th>
              {moves.map((move) => (
                <HeatCell key={move.toString()} cell={cellOf(move, vol)} largest={largest} worst={worst} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function moveName(move: bigint, range: number | undefined): string {
  if (range !== undefined) return percent(Math.max(toNumber(move) * range, -0.99), 1, true);
  return move === 0n ? '0' : `${move > 0n ? '+' : '−'}${Math.abs(toNumber(move)).toFixed(2)} r`;
}

function HeatCell({
  cell,
  largest,
  worst,
}: {
  cell: Cell | undefined;
  largest: number;
  worst: number | undefined;
}) {
  if (cell === undefined) return <td aria-label="none" />;
  const { pnl, weight, index } = cell;
  const strength = Math.min(0.75, (Math.abs(pnl) / largest) * 0.75);
  const background = `rgb(var(${pnl < 0 ? '--heat-loss' : '--heat-gain'}) / ${strength.toFixed(2)})`;
  return (
    <td style={{ background }} data-worst={index === worst ? true : undefined}>
      {usdShort(pnl)}
      {weight < 1 && <small>{percent(weight, 0)} counts</small>}
      {index === worst && <span className="sr-only"> (worst)</span>}
    </td>
  );
}
