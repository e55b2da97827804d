import { assess, decodeInstrumentId, formatAccount, formatWad, toCash } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { AccountWatch } from '../bands/accountWatch.ts';
import { toCandidate } from '../decide/candidate.ts';
import { cashAt, decide, reasonToWait } from '../decide/decide.ts';
import type { DecideInputs } from '../decide/decide.ts';
import { holdingsOf, marketFor } from '../decide/holdings.ts';
import { isPriced } from '../mirror/expiries.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { BookAt } from './bookAt.ts';

/** Long enough for every account to be judged at once. */
const NO_BANDS_MS = 0;

export type Terms = Pick<DecideInputs, 'own' | 'gasCost' | 'mode' | 'minProfit' | 'limit' | 'basketChoice'>;

/** What the keeper would have said of an account. Amounts are decimal USD. */
export interface Verdict {
  readonly account: string;
  readonly equity: string | null;
  readonly maintenanceMargin: string | null;
  /** Equity over maintenance margin; null without margin or price. */
  readonly health: number | null;
  readonly verdict: 'liquidate' | 'deleverage' | 'healthy' | 'skip' | 'unknown';
  readonly reason: string;
  readonly reward: string | null;
}

/** The keeper's decision about everybody at that block, by the same pure functions as then. */
export function redecide(book: Pick<BookAt, 'mirror' | 'board' | 'references'>, terms: Terms) {
  const { mirror, board, references } = book;
  const cash = cashAt(mirror.ledger.cash, board.timestamp);
  const watch = new AccountWatch(mirror.book, { bandBudgetMs: NO_BANDS_MS });
  const watched = watch.tick({ board, cash, references });
  return decide({
    ledger: mirror.ledger,
    watched,
    board,
    references,
    inFlight: new Set(),
    coolingDown: new Set(),
    ...terms,
  });
}

/** Why one account would have been liquidated or not. */
export function explainAccount(
  account: AccountId,
  { mirror, board, references }: Pick<BookAt, 'mirror' | 'board' | 'references'>,
  terms: Terms,
  /** Those that were taken before it, as they lack more. */
  before: number,
): Verdict {
  const name = formatAccount(account);
  const unknown = (reason: string): Verdict => ({
    account: name,
    equity: null,
    maintenanceMargin: null,
    health: null,
    verdict: 'unknown',
    reason,
    reward: null,
  });
  const state = mirror.ledger.accounts.get(account);
  if (state === undefined) return unknown('it did not exist at that block');
  const profile = references.profiles.get(state.profileId);
  const cash = cashAt(mirror.ledger.cash, board.timestamp);
  const holdings = holdingsOf(state, cash, board, references);
  if (profile === undefined) return unknown(`its profile ${state.profileId} is not known`);
  if (holdings === undefined) return unknown(`no price of ${missingPrice(state.positions.keys(), board)}`);
  const margin = assess(holdings, marketFor(holdings, board, 'favourable'), profile);
  const shown = {
    account: name,
    equity: formatWad(margin.equity),
    maintenanceMargin: formatWad(margin.maintenanceMargin),
    health: margin.maintenanceMargin === 0n ? null : Number(margin.equity) / Number(margin.maintenanceMargin),
    reward: null,
  };
  if (margin.equity >= margin.maintenanceMargin) {
    return { ...shown, verdict: 'healthy', reason: 'equity was at or above its maintenance margin' };
  }
  const insurance = mirror.ledger.accounts.get(references.insuranceAccount);
  const insuranceCash = insurance === undefined ? 0n : toCash(cash, insurance.principal);
  const { basketChoice } = terms;
  const stale = [...holdings.legs, ...holdings.spot].find(
    ({ underlying }) => board.markets.get(underlying)?.status === 'stale',
  );
  if (stale !== undefined) {
    return { ...shown, verdict: 'skip', reason: `priceStale: underlying ${stale.underlying}` };
  }
  const inputs = { board, cash, references, insuranceCash, basketChoice };
  const candidate = toCandidate(account, state, profile, inputs);
  if (candidate === undefined) return { ...shown, verdict: 'unknown', reason: 'it could not be valued' };
  const reward = formatWad(candidate.reward);
  const nobody = { inFlight: new Set<AccountId>(), coolingDown: new Set<AccountId>() };
  const wait = reasonToWait(candidate, { ...terms, ...nobody }, before);
  if (wait !== undefined) return { ...shown, reward, verdict: 'skip', reason: wait };
  if (candidate.deleverage) {
    return { ...shown, verdict: 'deleverage', reason: 'it lacked more than the insurance fund had' };
  }
  const legs = candidate.basket.legs.length + candidate.basket.spot.length;
  const reason = `below its margin by ${formatWad(candidate.shortfall)} USD: a basket of ${legs} legs`;
  return { ...shown, reward, verdict: 'liquidate', reason };
}

function missingPrice(instruments: Iterable<bigint>, board: PriceBoard): string {
  for (const id of instruments) {
    const instrument = decodeInstrumentId(id);
    const known = board.markets.has(instrument.underlying);
    if (!known) return `underlying ${instrument.underlying}`;
    if (instrument.kind !== 'perp' && !isPriced(board, instrument))
      return `an expiry of ${instrument.underlying}`;
  }
  return 'its collateral';
}
