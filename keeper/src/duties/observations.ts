import { settlementTwapAbi } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import { heldExpiries } from './expiries.ts';
import type { Duty, DutyItem } from './types.ts';

/** The window of the settlement price ends at the expiry (ISettlementTwap). */
const WINDOW_SEC = 1_800n;
const OBSERVED_TOGETHER = 16;

interface Observation extends DutyItem {
  readonly id: bigint;
}

/**
 * Records the index for expiries that accounts hold, in the half hour before each: one observation per expiry and slot of
 * `everySec`, whichever keeper comes first.
 */
export function observationDuty(everySec: number): Duty<Observation> {
  const every = BigInt(everySec);
  return {
    name: 'observe',
    kind: 'observation',
    together: OBSERVED_TOGETHER,
    due(view) {
      const now = view.head.timestamp;
      return heldExpiries(view).flatMap(({ id, expirySec, isPriceOk }) => {
        const start = expirySec - WINDOW_SEC;
        if (now < start || now >= expirySec || !isPriceOk) return [];
        const slot = (now - start) / every;
        return [{ key: `observe/${id}/${every}/${slot}`, urgency: 1, id }];
      });
    },
    encode: (items, { references }) => ({
      to: references.settlementTwap,
      data: encodeFunctionData({
        abi: settlementTwapAbi,
        functionName: 'observeMany',
        args: [items.map(({ id }) => id)],
      }),
    }),
  };
}
