import { formatWad } from '@novate/sdk';
import type { Conservation } from '../audit/checkConservation.ts';
import type { Played } from '../play/playPrices.ts';

/** What the main job and a replay print. Amounts are USD as decimal strings. */
export interface ReplayResult {
  readonly accounts: number;
  readonly liquidatedAccounts: number;
  readonly liquidations: number;
  /** All bad debt that arose, paid or not. */
  readonly badDebt: string;
  /** What the insurance fund paid: bad debt and liquidators' incentives. */
  readonly insuranceUsed: string;
  readonly deleveragedNotional: string;
  readonly socialisedLoss: string;
  /** Mean gas of a liquidation. */
  readonly gasPerLiquidation: number;
  readonly longestLiquidatableBlocks: number;
  readonly leftLiquidatable: number;
  readonly conserved: boolean;
  /** Rounding dust left to the pool, in 1e-18 USD. */
  readonly residualWei: string;
}

export interface Measured {
  readonly accounts: number;
  readonly played: Played;
  readonly gasPerLiquidation: number;
  readonly longestLiquidatableBlocks: number;
  readonly conservation: Conservation;
}

export function toResult({ accounts, played, conservation, ...measured }: Measured): ReplayResult {
  const { liquidations, badDebts, losses, left } = played;
  const socialised = sum(played.socialised);
  const covered = sum(badDebts.map((one) => one.covered)) + sum(losses.map((one) => one.covered));
  const deleveraged = sum(losses.map((one) => one.deleveraged));
  const unassigned = sum(badDebts.map(({ remaining }) => remaining));
  return {
    accounts,
    liquidatedAccounts: new Set(liquidations.map(({ account }) => account)).size,
    liquidations: liquidations.length,
    badDebt: formatWad(covered + deleveraged + socialised + unassigned),
    insuranceUsed: formatWad(covered + sum(liquidations.map((one) => one.incentive))),
    deleveragedNotional: formatWad(sum(played.deleverages.map(({ notional }) => notional))),
    socialisedLoss: formatWad(socialised),
    gasPerLiquidation: measured.gasPerLiquidation,
    longestLiquidatableBlocks: measured.longestLiquidatableBlocks,
    leftLiquidatable: left,
    conserved: conservation.conserved,
    residualWei: conservation.residual.toString(),
  };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
