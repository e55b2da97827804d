import { accrueCash, toCash } from '@novate/sdk';
import type { AccountId, CashIndex, CashIndexState, LedgerState } from '@novate/sdk';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import { toCandidate } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { countSkip } from './skip.ts';
import type { SkipCounts } from './skip.ts';
import type { Watched } from '../bands/accountWatch.ts';

/** Rates in events are wad per year; the twin keeps them in units of 1e-8. */
const RATE_UNIT = 10n ** 10n;

export interface DecideInputs {
  readonly ledger: Pick<LedgerState, 'accounts' | 'cash'>;
  /** What the watch over all accounts found at the same board. */
  readonly watched: Watched;
  readonly board: PriceBoard;
  readonly references: References;
  /** The keeper's own account, which cannot liquidate itself. */
  readonly own: AccountId;
  /** Accounts with a liquidation on its way. */
  readonly inFlight: ReadonlySet<AccountId>;
  /** Accounts that are left alone for a while after failures. */
  readonly coolingDown: ReadonlySet<AccountId>;
  /** What one liquidation costs in gas, wad USD. */
  readonly gasCost: bigint;
  /** Least reward less gas cost, wad USD. */
  readonly minProfit: bigint;
  readonly limit: number;
}

export interface Decision {
  /** The worst shortfall first. */
  readonly candidates: readonly Candidate[];
  readonly skipped: SkipCounts;
  /** Accounts watched, those that bounds could not call healthy, and those below maintenance margin by the twin. */
  readonly screened: number;
  readonly suspects: number;
  readonly liquidatable: number;
}

/** What to liquidate now, and why not the rest. A function of its inputs alone. */
export function decide(inputs: DecideInputs): Decision {
  const { ledger, watched, board, references } = inputs;
  const cash = cashAt(ledger.cash, board.timestamp);
  const insurance = ledger.accounts.get(references.insuranceAccount);
  const insuranceCash = insurance === undefined ? 0n : toCash(cash, insurance.principal);
  const skipped: SkipCounts = new Map(watched.skipped);
  const found: Candidate[] = [];

  for (const account of watched.suspects) {
    const state = ledger.accounts.get(account);
    const profile = state === undefined ? undefined : references.profiles.get(state.profileId);
    if (state === undefined || profile === undefined) continue;
    const candidate = toCandidate(account, state, profile, { board, cash, references, insuranceCash });
    if (candidate !== undefined) found.push(candidate);
  }

  const liquidatable = found.length;
  const candidates: Candidate[] = [];
  for (const candidate of found.sort(byShortfall)) {
    if (candidate.account === inputs.own) countSkip(skipped, 'ownAccount');
    else if (inputs.inFlight.has(candidate.account)) countSkip(skipped, 'inFlight');
    else if (inputs.coolingDown.has(candidate.account)) countSkip(skipped, 'coolingDown');
    else if (!candidate.deleverage && candidate.reward - inputs.gasCost < inputs.minProfit)
      countSkip(skipped, 'unprofitable');
    else if (candidates.length >= inputs.limit) countSkip(skipped, 'beyondTickLimit');
    else candidates.push(candidate);
  }
  return {
    candidates,
    skipped,
    screened: watched.accounts,
    suspects: watched.suspects.length,
    liquidatable,
  };
}

/** The cash market's indexes at a later time, from what its last event said. */
export function cashAt(state: CashIndexState, nowSec: bigint): CashIndex {
  const supplyRate = state.supplyRate / RATE_UNIT;
  const borrowRate = state.borrowRate / RATE_UNIT;
  return accrueCash({ ...state, supplyRate, borrowRate }, nowSec);
}

function byShortfall(a: Candidate, b: Candidate): number {
  if (a.shortfall !== b.shortfall) return a.shortfall > b.shortfall ? -1 : 1;
  // ties in an order that does not depend on the order of events
  return a.account < b.account ? -1 : a.account > b.account ? 1 : 0;
}
