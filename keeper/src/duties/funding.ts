import { clearinghouseAbi } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Address } from 'viem';
import type { Duty, DutyItem } from './types.ts';

interface Poke extends DutyItem {
  readonly underlying: number;
}

/**
 * Brings the stored funding of every market with open interest up to date. Accrual is a closed form, so that this changes
 * nobody's funding; it keeps what events say recent, for those who read events alone.
 */
export function fundingDuty(clearinghouse: Address, everySec: number): Duty<Poke> {
  const every = BigInt(everySec);
  return {
    name: 'funding',
    kind: 'funding',
    together: 1,
    due({ head, mirror }) {
      const epoch = head.timestamp / every;
      return [...mirror.ledger.perps].flatMap(([underlying, { openInterest, updatedAt }]) => {
        if (openInterest === 0n || updatedAt / every >= epoch) return [];
        return [{ key: `funding/${underlying}/${every}/${epoch}`, urgency: 0, underlying }];
      });
    },
    encode: ([poke]) =>
      poke && {
        to: clearinghouse,
        data: encodeFunctionData({
          abi: clearinghouseAbi,
          functionName: 'accrueFunding',
          args: [poke.underlying],
        }),
      },
  };
}
