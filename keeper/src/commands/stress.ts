import { assess, formatWad, PRESETS, toCash } from '@novate/sdk';
import { withBasket } from '../decide/basket.ts';
import { toCandidate } from '../decide/candidate.ts';
import type { Candidate } from '../decide/candidate.ts';
import { cashAt } from '../decide/decide.ts';
import { marketFor } from '../decide/holdings.ts';
import type { Holdings } from '../decide/holdings.ts';
import type { BookAt } from '../lookback/bookAt.ts';
import { redecide } from '../lookback/redecide.ts';
import type { Terms } from '../lookback/redecide.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import { toJsonText, toTable } from './table.ts';

const WAD = 10n ** 18n;

type Book = Pick<BookAt, 'mirror' | 'board' | 'references'>;

/** What a move of all prices at once would ask of the keeper. Amounts are decimal USD. */
export interface StressRow {
  /** Change of every price, a fraction. */
  readonly move: number;
  readonly liquidatable: number;
  /** Of those, with less than nothing. */
  readonly insolvent: number;
  /** Of those, more than the insurance fund could pay for. */
  readonly deleveraged: number;
  /** What is missing up to maintenance margin, and below zero. */
  readonly shortfall: string;
  readonly badDebt: string;
  readonly reward: string;
  /** Collateral that the keeper's account would need to take over all baskets at once, initial margin less rewards. */
  readonly capital: string;
  /** Gas of all liquidations; null where the gas token has no price. */
  readonly gas: string | null;
}

/** @param moves Changes of every price, wad fractions above -1. */
export function stress(book: Book, terms: Terms, moves: readonly bigint[]): StressRow[] {
  return moves.map((move) => stressAt({ ...book, board: moved(book.board, move) }, terms, move));
}

function moved(board: PriceBoard, move: bigint): PriceBoard {
  const factor = WAD + move;
  const scale = (price: bigint): bigint => (price * factor) / WAD;
  const markets = new Map(
    [...board.markets].map(([underlying, market]) => [
      underlying,
      {
        ...market,
        price: scale(market.price),
        low: scale(market.low),
        high: scale(market.high),
        premium: scale(market.premium),
      },
    ]),
  );
  return { ...board, markets };
}

function stressAt(book: Book, terms: Terms, move: bigint): StressRow {
  const decision = redecide(book, { ...terms, mode: 'protocol', limit: Infinity });
  const found = decision.unhealthy.flatMap((account) => candidateOf(account, book, terms) ?? []);
  const sum = (value: (one: Candidate) => bigint): bigint => found.reduce((all, one) => all + value(one), 0n);
  const taken = found.filter(({ deleverage }) => !deleverage);
  const reward = taken.reduce((all, one) => all + one.reward, 0n);
  return {
    move: Number(move) / 1e18,
    liquidatable: found.length,
    insolvent: found.filter(({ equity }) => equity < 0n).length,
    deleveraged: found.length - taken.length,
    shortfall: formatWad(sum(({ shortfall }) => shortfall)),
    badDebt: formatWad(sum(({ equity }) => (equity < 0n ? -equity : 0n))),
    reward: formatWad(reward),
    capital: formatWad(capitalFor(taken, book)),
    gas: terms.gasCost === undefined ? null : formatWad(terms.gasCost * BigInt(found.length)),
  };
}

function candidateOf(account: bigint, { mirror, board, references }: Book, { basketChoice }: Terms) {
  const state = mirror.ledger.accounts.get(account);
  const profile = state && references.profiles.get(state.profileId);
  if (state === undefined || profile === undefined) return undefined;
  const cash = cashAt(mirror.ledger.cash, board.timestamp);
  const insurance = mirror.ledger.accounts.get(references.insuranceAccount);
  const insuranceCash = insurance === undefined ? 0n : toCash(cash, insurance.principal);
  return toCandidate(account, state, profile, { board, cash, references, insuranceCash, basketChoice });
}

/** An account that begins with nothing and takes all baskets: what it is short of initial margin. */
function capitalFor(taken: readonly Candidate[], { board, references }: Book): bigint {
  let own: Holdings = { cash: 0n, legs: [], spot: [] };
  for (const { basket, market, reward } of taken) own = withBasket(own, basket, market, reward);
  const profile = references.profiles.get(0) ?? PRESETS.portfolio;
  const { equity, initialMargin } = assess(own, marketFor(own, board, 'adverse'), profile);
  return initialMargin > equity ? initialMargin - equity : 0n;
}

export function formatStress(rows: readonly StressRow[], json: boolean): { text: string; code: number } {
  if (json) return { text: toJsonText(rows), code: 0 };
  const usd = (text: string): string => Number(text).toFixed(0);
  const head = ['prices', 'liquidatable', 'insolvent', 'deleveraged', 'short of MM', 'bad debt', 'reward'];
  return {
    text: toTable([
      [...head, 'capital', 'gas'],
      ...rows.map((row) => [
        `${(row.move * 100).toFixed(1)}%`,
        ...[row.liquidatable, row.insolvent, row.deleveraged].map(String),
        ...[row.shortfall, row.badDebt, row.reward, row.capital].map(usd),
        row.gas === null ? 'unknown' : Number(row.gas).toFixed(2),
      ]),
    ]),
    code: 0,
  };
}
