import { accrueCash, toCash } from '@novate/sdk';
import type { AccountId, CashIndex, CashIndexState, LedgerState } from '@novate/sdk';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import { toCandidate } from './candidate.ts';
import type { BasketChoice, Candidate } from './candidate.ts';
import { refusalOf } from './plan.ts';
import type { PlanTerms } from './plan.ts';
import { countSkip } from './skip.ts';
import type { SkipCounts, SkipReason } from './skip.ts';
import type { Watched } from '../bands/accountWatch.ts';

/** Rates in events are wad per year; the twin keeps them in units of 1e-8. */
const RATE_UNIT = 10n ** 10n;

export interface DecideInputs extends PlanTerms {
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
  /** What one liquidation costs in gas, wad USD; undefined where the gas token has no price. */
  readonly gasCost: bigint | undefined;
  readonly basketChoice: BasketChoice;
  readonly limit: number;
  /** How many the next blocks have gas for; any number unless given. */
  readonly room?: number;
}

export interface Decision {
  /** The worst shortfall first. */
  readonly candidates: readonly Candidate[];
  readonly skipped: SkipCounts;
  /** Accounts watched, those that bounds could not call healthy, and those below maintenance margin by the twin. */
  readonly screened: number;
  readonly suspects: number;
  readonly liquidatable: number;
  /** The latter, the worst first. */
  readonly unhealthy: readonly AccountId[];
}

/** What to liquidate now, and why not the rest. A function of its inputs alone. */
export function decide(inputs: DecideInputs): Decision {
  const { ledger, watched, board, references, basketChoice } = inputs;
  const cash = cashAt(ledger.cash, board.timestamp);
  const insurance = ledger.accounts.get(references.insuranceAccount);
  const insuranceCash = insurance === undefined ? 0n : toCash(cash, insurance.principal);
  const skipped: SkipCounts = new Map(watched.skipped);
  const found: Candidate[] = [];

  for (const account of watched.suspects) {
    const state = ledger.accounts.get(account);
    const profile = state === undefined ? undefined : references.profiles.get(state.profileId);
    if (state === undefined || profile === undefined) continue;
    const terms = { board, cash, references, insuranceCash, basketChoice };
    const candidate = toCandidate(account, state, profile, terms);
    if (candidate !== undefined) found.push(candidate);
  }

  const liquidatable = found.length;
  const candidates: Candidate[] = [];
  for (const candidate of found.sort(byShortfall)) {
    const reason = reasonToWait(candidate, inputs, candidates.length);
    if (reason === undefined) candidates.push(candidate);
    else countSkip(skipped, reason);
  }
  return {
    candidates,
    skipped,
    screened: watched.accounts,
    suspects: watched.suspects.length,
    liquidatable,
    unhealthy: found.map(({ account }) => account),
  };
}

/** Why an account below its maintenance margin is left for later, if so. */
export function reasonToWait(
  { account, deleverage, reward }: Candidate,
  inputs: Pick<
    DecideInputs,
    'own' | 'inFlight' | 'coolingDown' | 'gasCost' | 'limit' | 'room' | keyof PlanTerms
  >,
  chosen: number,
): SkipReason | undefined {
  if (account === inputs.own) return 'ownAccount';
  if (inputs.inFlight.has(account)) return 'inFlight';
  if (inputs.coolingDown.has(account)) return 'coolingDown';
  const refusal = deleverage ? undefined : refusalOf(reward, inputs.gasCost, inputs);
  if (refusal !== undefined) return refusal;
  if (chosen >= inputs.limit) return 'beyondTickLimit';
  return chosen >= (inputs.room ?? Infinity) ? 'blocksFull' : undefined;
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
