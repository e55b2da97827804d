import { formatTable } from '../margin/formatTable.ts';
import { formatGreeksUsd, GREEK_HEADS, greekCells } from '../report/greeks.ts';
import { formatUsd } from '../report/table.ts';
import type { Explanation, UnderlyingExplanation } from './toExplanation.ts';

const STATES: Readonly<Record<Explanation['state'], string>> = {
  healthy: 'healthy: its equity covers the initial margin',
  atRisk: 'at risk: its equity is below the initial margin, so that it may only reduce risk',
  liquidatable: 'liquidatable: its equity is below the maintenance margin',
  insolvent: 'insolvent: it owes more than it has',
};

/** An explanation for people: what it has, what it needs, and why. */
export function formatExplanation(facts: Explanation): string {
  const parts = [
    `Account ${facts.owner}/${facts.subAccount} at block ${facts.block}, profile "${facts.profile}"`,
    `It is ${STATES[facts.state]}.`,
    formatTable([
      ['equity', usd(facts.equity)],
      ['initial margin', usd(facts.initialMargin)],
      ['maintenance margin', usd(facts.maintenanceMargin)],
      ['unrealised', usd(facts.unrealised)],
    ]),
    'What it holds:',
    holdings(facts),
  ];
  if (facts.underlyings.length === 0) return [...parts, 'Cash alone needs no margin.'].join('\n\n');
  return [...parts, worst(facts), margins(facts), charges(facts), greeks(facts)].join('\n\n');
}

function holdings(facts: Explanation): string {
  return formatTable([
    ['', 'size', 'mark', 'value', 'in the worst scenario'],
    ...facts.holdings.map(({ kind, name, size, mark, value, inWorstScenario }) => [
      `${kind} ${name}`,
      trim(size),
      usd(mark),
      usd(value),
      usd(inWorstScenario),
    ]),
    ['all', '', '', usd(facts.equity), usd(facts.worstScenarioPnl)],
  ]);
}

function greeks(facts: Explanation): string {
  const held = facts.holdings.filter(({ kind }) => kind !== 'cash');
  const table = formatTable([
    ['Greeks', ...GREEK_HEADS],
    ...held.map((one) => [`${one.kind} ${one.name}`, ...greekCells(one.greeks)]),
    ...facts.underlyings.map((one) => [`all ${one.name}`, ...greekCells(one.greeks)]),
  ]);
  return `${table}\n${formatGreeksUsd(facts.greeksUsd)}`;
}

function worst(facts: Explanation): string {
  const { worstScenario, scenarios, worstScenarioPnl, underlyings, worstScenarioWeight } = facts;
  const moves = underlyings.map(({ name, shock }) => `${name} ${signedPercent(shock)}`).join(', ');
  const vol = worstScenario.vol === 'none' ? '' : `, volatility ${worstScenario.vol}`;
  const weight = worstScenarioWeight === '1' ? '' : ` (counted at ${percent(worstScenarioWeight)})`;
  const loss = worstScenarioPnl.startsWith('-')
    ? `it would lose ${usd(worstScenarioPnl.slice(1))} USD${weight}`
    : 'it would lose nothing: no scenario hurts it';
  const least = underlyings.reduce((best, one) => (Number(one.scan) > Number(best.scan) ? one : best));
  return [
    `Worst of ${scenarios} scenarios: number ${worstScenario.index}, ${moves}${vol}. There ${loss}.`,
    ...(Number(least.scan) > 0
      ? [`${direction(least)} costs it most: ${usd(least.scan)} USD at worst on its own.`]
      : []),
  ].join('\n');
}

function direction({ name, netDelta }: UnderlyingExplanation): string {
  const side = netDelta.startsWith('-') ? 'short' : 'long';
  return `Being ${side} ${trim(netDelta.replace('-', ''))} ${name}`;
}

function margins({ breakdown, rho, mmFactor }: Explanation): string {
  const offset =
    rho === '0' ? 'nothing nets across underlyings' : `${percent(rho)} of it nets across underlyings`;
  return [
    `Scenario risk is ${usd(breakdown.risk)} USD (${offset}).`,
    `Maintenance margin: ${percent(mmFactor)} of it + roll ${usd(breakdown.roll)} + haircut ${usd(breakdown.haircut)}` +
      `${breakdown.shortOption === '0' ? '' : ` + short options ${usd(breakdown.shortOption)}`}, at least ${percent(mmFactor)} of the floor.`,
    `Initial margin: all of it + the same charges + ${usd(breakdown.initialExtra)}, at least the floor of ${usd(breakdown.floor)}.`,
  ].join('\n');
}

function charges({ underlyings }: Explanation): string {
  return formatTable([
    [
      'underlying',
      'index',
      'prices',
      'net delta',
      'scan',
      'roll',
      'short option',
      'haircut',
      'initial extra',
      'floor',
    ],
    ...underlyings.map((one) => [
      one.name,
      usd(one.index),
      one.priceStatus,
      trim(one.netDelta),
      ...[one.scan, one.roll, one.shortOption, one.haircut, one.initialExtra, one.floor].map(usd),
    ]),
  ]);
}

const usd = formatUsd;

/** Six digits after the point are enough for eyes. */
function trim(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  const kept = fraction.slice(0, 6).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}

function percent(fraction: string): string {
  return `${Number((Number(fraction) * 100).toFixed(2))}%`;
}

function signedPercent(fraction: string): string {
  return fraction.startsWith('-') ? percent(fraction) : `+${percent(fraction)}`;
}
