import { formatWad, withdrawable } from '@novate/sdk';
import type { Assessment, MarginState } from '@novate/sdk';
import { formatTable } from './formatTable.ts';

const STATES: Readonly<Record<MarginState, string>> = {
  healthy: 'healthy',
  atRisk: 'at risk: only what reduces risk is allowed',
  liquidatable: 'liquidatable',
  insolvent: 'insolvent',
};

/** A margin for people: USD to the cent, rounded as the figure itself is (equity down, margin up). */
export function formatMargin(assessment: Assessment, names: ReadonlyMap<number, string>): string {
  const { worstScenario, underlyings } = assessment;
  const vol = worstScenario.vol === 'none' ? 'unchanged' : worstScenario.vol;
  const shock = formatWad(floorTo(worstScenario.shock * 100n, 2));
  const summary = formatTable([
    ['equity', down(assessment.equity)],
    ['initial margin', up(assessment.initialMargin)],
    ['maintenance margin', up(assessment.maintenanceMargin)],
    ['unrealised', down(assessment.unrealised)],
    ['withdrawable', down(withdrawable(assessment))],
  ]);
  const breakdown = formatTable([
    ['underlying', 'index', 'net delta', 'scan', 'roll', 'short option', 'haircut', 'initial extra', 'floor'],
    ...underlyings.map((share) => [
      names.get(share.underlying) ?? String(share.underlying),
      formatWad(share.index),
      formatWad(share.netDelta),
      ...[share.scan, share.roll, share.shortOption, share.haircut, share.initialExtra, share.floor].map(up),
    ]),
    [
      'all',
      '',
      '',
      ...[
        assessment.risk,
        assessment.roll,
        assessment.shortOption,
        assessment.haircut,
        assessment.initialExtra,
        assessment.floor,
      ].map(up),
    ],
  ]);
  return [
    `state: ${STATES[assessment.state]}`,
    `worst scenario: ${worstScenario.index} (price ${shock}%, volatility ${vol})`,
    '',
    summary,
    '',
    breakdown,
    '',
    'USD. The last row of `scan` is the risk after the offset between underlyings.',
  ].join('\n');
}

const down = (value: bigint): string => cents(floorTo(value, 2));
const up = (value: bigint): string => cents(-floorTo(-value, 2));

function floorTo(value: bigint, decimals: number): bigint {
  const unit = 10n ** BigInt(18 - decimals);
  const rest = ((value % unit) + unit) % unit;
  return value - rest;
}

/** Always with two decimals, so that points line up. */
function cents(value: bigint): string {
  const [whole = '0', fraction = ''] = formatWad(value).split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}
