import { WAD } from '../../units/index.ts';
import type { Scenario, VolMove } from '../types.ts';

// Fractions that wad cannot hold are cut toward zero: 1/3 is 333333333333333333.
const THIRD = WAD / 3n;
const TWO_THIRDS = (2n * WAD) / 3n;

/**
 * SPAN's sixteen: the price unchanged, up and down by 1/3, 2/3 and all of the scan range, each with volatility up and
 * down; then three times the range with a third of the loss.
 */
export const SPAN16_SCENARIOS: readonly Scenario[] = [
  ...[0n, THIRD, -THIRD, TWO_THIRDS, -TWO_THIRDS, WAD, -WAD].flatMap((move) => bothVols(move)),
  { move: 3n * WAD, vol: 'up', weight: THIRD },
  { move: -3n * WAD, vol: 'up', weight: THIRD },
];

/** Paradex's 24: fractions of the index itself, so that they go with a scan range of one. Eight dampened tails. */
export const PARADEX24_SCENARIOS: readonly Scenario[] = [
  percent(16n, 'up'),
  ...[12n, 8n, 4n, 0n, -4n, -8n, -12n].flatMap((move) => bothVols((move * WAD) / 100n)),
  percent(-16n, 'up'),
  percent(-66n, 'up', 2400n),
  percent(-33n, 'up', 4800n),
  percent(50n, 'up', 3200n),
  percent(100n, 'up', 1600n),
  percent(200n, 'up', 800n),
  percent(300n, 'up', 533n),
  percent(400n, 'up', 400n),
  percent(500n, 'up', 320n),
];

/**
 * Deribit's 27 and 8: nine prices across the scan range, each with volatility up, unchanged and down; then tails that are
 * fractions of the index itself and count for the scan range over their size.
 */
export const DERIBIT35_SCENARIOS: readonly Scenario[] = [
  ...[0n, 1n, -1n, 2n, -2n, 3n, -3n, 4n, -4n].flatMap((quarters): Scenario[] =>
    (['up', 'none', 'down'] as const).map((vol) => ({ move: (quarters * WAD) / 4n, vol, weight: WAD })),
  ),
  ...[-66n, -33n, 50n, 100n, 200n, 300n, 400n, 500n].map((move): Scenario => ({
    ...percent(move, 'up'),
    absolute: true,
  })),
];

function bothVols(move: bigint): Scenario[] {
  return [
    { move, vol: 'up', weight: WAD },
    { move, vol: 'down', weight: WAD },
  ];
}

function percent(move: bigint, vol: VolMove, weightBps: bigint = 10_000n): Scenario {
  return { move: (move * WAD) / 100n, vol, weight: (weightBps * WAD) / 10_000n };
}
