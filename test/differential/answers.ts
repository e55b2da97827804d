// The twin's results as the engine would return them, in ABI words: equal words are equal fields, all of them.
import type { Assessment, MarginState, Market, Portfolio, UnderlyingReport, VolMove } from '@novate/sdk';
import type { Hex } from 'viem';
import { markOf } from './markets.ts';

const WORD = 32;
const STATES: readonly MarginState[] = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];
const VOLS: readonly VolMove[] = ['none', 'up', 'down'];
/** Words of a `Report` before its arrays. */
const REPORT_HEAD = 17;

/** What `explainAt` and `explain` return. */
export function encodeReport(assessment: Assessment, status: bigint): Hex {
  const { worstScenario, risk, roll, shortOption, haircut, initialExtra, floor, scenarioPnl } = assessment;
  const words = [
    ...marginWords(assessment, status),
    BigInt(STATES.indexOf(assessment.state)),
    BigInt(worstScenario.index),
    worstScenario.shock,
    BigInt(VOLS.indexOf(worstScenario.vol)),
    risk,
    roll,
    shortOption,
    haircut,
    initialExtra,
    floor,
    offset(REPORT_HEAD),
    offset(REPORT_HEAD + 1 + scenarioPnl.length),
    ...counted(scenarioPnl),
    BigInt(assessment.underlyings.length),
    ...assessment.underlyings.flatMap(underlyingWords),
  ];
  return toHex([offset(1), ...words]);
}

/** What `assess` returns. */
export function encodeMargins(assessments: readonly { assessment: Assessment; status: bigint }[]): Hex {
  const margins = assessments.flatMap(({ assessment, status }) => marginWords(assessment, status));
  return toHex([offset(1), BigInt(assessments.length), ...margins]);
}

/** What `marksOf` returns. */
export function encodeMarks({ legs, spot }: Portfolio, market: Market, status: bigint): Hex {
  const legMarks = legs.map((leg) => markOf(leg, market));
  const spotMarks = spot.map(({ underlying }) => market.underlyings.get(underlying)?.index ?? 0n);
  const head = [offset(3), offset(3 + 1 + legMarks.length), status];
  return toHex([offset(1), ...head, ...counted(legMarks), ...counted(spotMarks)]);
}

function marginWords(assessment: Assessment, status: bigint): bigint[] {
  const { equity, initialMargin, maintenanceMargin, unrealised } = assessment;
  return [equity, initialMargin, maintenanceMargin, unrealised, status];
}

function underlyingWords(report: UnderlyingReport): bigint[] {
  const { underlying, index, netDelta, scan, roll, shortOption, haircut, initialExtra, floor } = report;
  return [BigInt(underlying), index, netDelta, scan, roll, shortOption, haircut, initialExtra, floor];
}

function counted(values: readonly bigint[]): bigint[] {
  return [BigInt(values.length), ...values];
}

function offset(words: number): bigint {
  return BigInt(WORD * words);
}

function toHex(words: readonly bigint[]): Hex {
  let text = '';
  for (const word of words)
    text += BigInt.asUintN(8 * WORD, word)
      .toString(16)
      .padStart(2 * WORD, '0');
  return `0x${text}`;
}
