import type { AccountId } from '@novate/sdk';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { KeeperConfig } from '../config/index.ts';
import { clearFlagDuty, flagDuty } from './flags.ts';
import { fundingDuty } from './funding.ts';
import { observationDuty } from './observations.ts';
import { createPriceService } from './priceService.ts';
import { pythDuty } from './pythPush.ts';
import { settlePriceDuty } from './settlePrices.ts';
import { reserveDuty } from './reserve.ts';
import { anyDuty } from './types.ts';
import type { AnyDuty } from './types.ts';

export { createDutyRunner } from './runDuties.ts';
export type { DutyReport, DutyRunner } from './runDuties.ts';
export type { DutyView } from './types.ts';

/** How old a price may grow before it is pushed, of what its source allows. */
const PUSH_AT_AGE_PERCENT = 50;

/** The duties that a configuration asks for, the most urgent first. */
export function createDuties(config: KeeperConfig, client: KeeperClient, own: AccountId): readonly AnyDuty[] {
  const { addresses, pythUrl, rpcTimeoutMs, observeEverySec, pokeFundingSec } = config;
  const duties: AnyDuty[] = [];
  if (pythUrl !== undefined) {
    const service = createPriceService(pythUrl, rpcTimeoutMs);
    const options = {
      priceRouter: addresses.priceRouter,
      deviationBps: config.pythDeviationBps,
      agePercent: PUSH_AT_AGE_PERCENT,
      pollSec: config.pythPollSec,
    };
    duties.push(anyDuty(pythDuty(client, service, options)));
  }
  if (config.observeSettlements) {
    duties.push(anyDuty(observationDuty(observeEverySec)));
    duties.push(anyDuty(settlePriceDuty(client, addresses.priceRouter)));
  }
  if (config.flagUnhealthy) duties.push(anyDuty(flagDuty(addresses.liquidator)));
  if (config.clearFlags) duties.push(anyDuty(clearFlagDuty(addresses.liquidator)));
  if (pokeFundingSec > 0) duties.push(anyDuty(fundingDuty(addresses.clearinghouse, pokeFundingSec)));
  if (config.reservePositions > 0) {
    duties.push(anyDuty(reserveDuty(client, addresses, own, config.reservePositions)));
  }
  return duties;
}
