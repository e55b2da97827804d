import { NovateContractError, toNovateError } from '@novate/sdk';
import type { Address, Hex } from 'viem';
import type { World } from './world.ts';

/** Errors that say: not you. */
const ACCESS_ERRORS = new Set([
  'AccessManagedUnauthorized',
  'AccessManagerUnauthorizedAccount',
  'AccessManagerUnauthorizedCall',
  'AccessManagerUnauthorizedCancel',
  'AccessManagerUnauthorizedConsume',
  'AccessManagerBadConfirmation',
  'ERC20InsufficientAllowance',
  'NotAuthorised',
  'NotModule',
  'NotWithinAction',
]);

/** What says: you, but schedule it first. */
export const NOT_SCHEDULED = 'AccessManagerNotScheduled';
/** What says: it is scheduled, but the delay is not over. */
export const NOT_READY = 'AccessManagerNotReady';
export const OK = 'ok';
export const NO_DATA = 'no data';

export const isAccessError = (outcome: string): boolean => ACCESS_ERRORS.has(outcome);

/**
 * What a call comes to: `ok`, the name of the error that refused it, or `no data` where it reverted without one.
 * @throws what is no revert: a node that does not answer, say
 */
export async function outcomeOf(world: World, from: Address, to: Address, data: Hex): Promise<string> {
  try {
    await world.call(from, to, data);
    return OK;
  } catch (thrown) {
    const error = toNovateError(thrown);
    if (error instanceof NovateContractError) return error.errorName;
    if (/revert/i.test(String(thrown))) return NO_DATA;
    throw thrown;
  }
}
