import { assess, liquidatorAbi } from '@novate/sdk';
import type { AccountId, AccountState } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Address } from 'viem';
import { cashAt } from '../decide/decide.ts';
import { holdingsOf, marketFor } from '../decide/holdings.ts';
import type { Duty, DutyItem, DutyView } from './types.ts';

/** Flags older than this have lapsed (SPEC-L2). */
const LIFETIME_SEC = 3_600n;
/** How far above its margin an account must be for its flag to be cleared, in percent: near the line it would come back. */
const CLEAR_ABOVE_PERCENT = 110n;
/** Blocks between two looks at all accounts for flags to clear. */
const LOOK_EVERY = 8n;

interface FlagItem extends DutyItem {
  readonly account: AccountId;
}

const isFlagged = ({ flaggedAt }: AccountState, nowSec: bigint): boolean =>
  flaggedAt !== 0 && nowSec <= BigInt(flaggedAt) + LIFETIME_SEC;

/**
 * Flags accounts below their maintenance margin that nobody liquidates at once: too little reward, no room under the keeper's
 * margin, or an account that is too large. From the flag on the reward rises, until somebody comes.
 */
export function flagDuty(liquidator: Address): Duty<FlagItem> {
  return {
    name: 'flag',
    kind: 'flag',
    together: 1,
    due: ({ head, mirror, unhealthy, inFlight, versionOf }) =>
      unhealthy.flatMap((account) => {
        const state = mirror.ledger.accounts.get(account);
        if (state === undefined || inFlight.has(account) || isFlagged(state, head.timestamp)) return [];
        return [{ key: keyOf('flag', account, versionOf(account)), urgency: 0, account }];
      }),
    encode: ([item]) => callOf(liquidator, 'flag', item),
  };
}

/** Clears the flags of accounts that are well above their margin again, so that a later fall begins at the ramp's start. */
export function clearFlagDuty(liquidator: Address): Duty<FlagItem> {
  let lookAt = 0n;
  return {
    name: 'clearFlag',
    kind: 'flag',
    together: 1,
    due(view) {
      const { head, mirror, versionOf } = view;
      if (head.number < lookAt) return [];
      lookAt = head.number + LOOK_EVERY;
      const found: FlagItem[] = [];
      for (const [account, state] of mirror.ledger.accounts) {
        if (!isFlagged(state, head.timestamp) || !isWellAbove(state, view)) continue;
        found.push({ key: keyOf('clearFlag', account, versionOf(account)), urgency: 0, account });
      }
      return found;
    },
    encode: ([item]) => callOf(liquidator, 'clearFlag', item),
  };
}

function isWellAbove(state: AccountState, { board, mirror, references }: DutyView): boolean {
  const cash = cashAt(mirror.ledger.cash, board.timestamp);
  const profile = references.profiles.get(state.profileId);
  const holdings = holdingsOf(state, cash, board, references);
  // what cannot be valued proves nothing
  if (profile === undefined || holdings === undefined) return false;
  const { equity, maintenanceMargin } = assess(holdings, marketFor(holdings, board, 'adverse'), profile);
  return equity * 100n >= maintenanceMargin * CLEAR_ABOVE_PERCENT;
}

function keyOf(what: string, account: AccountId, version: string | undefined): string {
  return `${what}/0x${account.toString(16)}/${version ?? 'unknown'}`;
}

function callOf(to: Address, functionName: 'flag' | 'clearFlag', item: FlagItem | undefined) {
  if (item === undefined) return undefined;
  return { to, data: encodeFunctionData({ abi: liquidatorAbi, functionName, args: [item.account] }) };
}
