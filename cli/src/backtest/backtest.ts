import { assessFloat } from '@novate/sdk';
import type { FloatPortfolio, FloatProfile } from '@novate/sdk';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { createRandom } from '../random.ts';
import { PORTFOLIO_TYPES, randomPortfolio } from './randomPortfolio.ts';
import type { PortfolioType } from './randomPortfolio.ts';
import { ageBooks, pnlOf } from './revalue.ts';
import type { AgedBook } from './revalue.ts';
import { addLoss, addTally, createTally, round, toCoverage } from './tally.ts';
import type { Coverage, Tally } from './tally.ts';
import type { Venue } from './venue.ts';
import { DEFAULT_BETA, VOL_RESPONSES } from './volResponse.ts';
import type { VolResponse } from './volResponse.ts';
import type { Moves, Windows } from './windows.ts';

export interface BacktestInputs {
  readonly venues: readonly Venue[];
  readonly windows: Windows;
  /** By symbol. */
  readonly betas: ReadonlyMap<string, number>;
  readonly profile: FloatProfile;
  readonly portfolios: number;
  readonly seed: number;
}

/** How often one day's losses exceeded maintenance and initial margin. */
export type MarginCoverage = Readonly<Record<'maintenance' | 'initial', Coverage>>;

export interface TypeResult {
  readonly type: PortfolioType | 'all';
  readonly portfolios: number;
  /** Portfolios times windows. */
  readonly trials: number;
  readonly coverage: Readonly<Record<VolResponse, MarginCoverage>>;
  /** As `coverage`, of the windows since 2022 only. */
  readonly recent: Readonly<Record<VolResponse, MarginCoverage>>;
  /** Mean over portfolios of 1 - margin / sum of the legs' margins one by one, in %. */
  readonly saved: Readonly<Record<'maintenance' | 'initial', number>>;
}

/** From when on windows count as recent. */
export const RECENT_SEC = Date.UTC(2022, 0, 1) / 1000;

type Tallies = Readonly<Record<VolResponse, Readonly<Record<'maintenance' | 'initial', Tally>>>>;

interface Collected {
  portfolios: number;
  savedMaintenance: number;
  savedInitial: number;
  readonly older: Tallies;
  readonly recent: Tallies;
}

/**
 * Random portfolios of each type against every historical window: the same number of each type, spread over the venues.
 * The last result is of all types together.
 */
export function backtest(inputs: BacktestInputs): TypeResult[] {
  const random = createRandom(inputs.seed);
  const all = createCollected();
  const count = Math.ceil(inputs.portfolios / PORTFOLIO_TYPES.length);
  const results = PORTFOLIO_TYPES.map((type) => {
    const collected = createCollected();
    for (let i = 0; i < count; i++) {
      const venue = inputs.venues[i % inputs.venues.length];
      if (venue === undefined) throw new Error('a backtest needs a venue');
      tryPortfolio(randomPortfolio(type, venue, random), venue, inputs, collected);
    }
    merge(all, collected);
    return toResult(type, collected);
  });
  return [...results, toResult('all', all)];
}

function tryPortfolio(
  portfolio: FloatPortfolio,
  venue: Venue,
  { windows, betas, profile }: BacktestInputs,
  collected: Collected,
): void {
  const { maintenanceMargin, initialMargin } = assessFloat(portfolio, venue.market, profile);
  const parts = standalone(portfolio).map((part) => assessFloat(part, venue.market, profile));
  collected.portfolios++;
  collected.savedMaintenance += 1 - maintenanceMargin / sum(parts.map((part) => part.maintenanceMargin));
  collected.savedInitial += 1 - initialMargin / sum(parts.map((part) => part.initialMargin));

  const books = ageBooks(portfolio, venue.market).map((book) => inHistory(book, windows, betas));
  for (let i = 0; i < windows.startsSec.length; i++) {
    if (books.some(({ moves }) => Number.isNaN(moves.price[i]))) continue;
    const tallies = (windows.startsSec[i] ?? 0) >= RECENT_SEC ? collected.recent : collected.older;
    const losses = lossesIn(books, i);
    for (const response of VOL_RESPONSES) {
      addLoss(tallies[response].maintenance, losses[response], maintenanceMargin);
      addLoss(tallies[response].initial, losses[response], initialMargin);
    }
  }
}

interface BookInHistory {
  readonly book: AgedBook;
  readonly moves: Moves;
  readonly beta: number;
}

function inHistory(book: AgedBook, { moves }: Windows, betas: ReadonlyMap<string, number>): BookInHistory {
  const symbol = UNDERLYINGS.find(({ id }) => id === book.underlying)?.symbol ?? '';
  const own = moves.get(symbol);
  if (own === undefined) throw new Error(`no candles of ${symbol}`);
  return { book, moves: own, beta: betas.get(symbol) ?? DEFAULT_BETA };
}

/** The loss in one window for each response of volatility. */
function lossesIn(books: readonly BookInHistory[], window: number): Record<VolResponse, number> {
  const losses = { sticky: 0, regressed: 0, realised: 0 };
  for (const { book, moves, beta } of books) {
    const move = moves.price[window] ?? NaN;
    const still = pnlOf(book, move, 0);
    const isLinear = book.options.length === 0;
    losses.sticky -= still;
    losses.regressed -= isLinear || move >= 0 ? still : pnlOf(book, move, -beta * move);
    losses.realised -= isLinear ? still : pnlOf(book, move, moves.realised[window] ?? NaN);
  }
  return losses;
}

/** Each leg and each balance on its own. */
function standalone({ spot, legs }: FloatPortfolio): FloatPortfolio[] {
  return [
    ...spot.map((balance) => ({ cash: 0, spot: [balance], legs: [] })),
    ...legs.map((leg) => ({ cash: 0, spot: [], legs: [leg] })),
  ];
}

function createCollected(): Collected {
  return {
    portfolios: 0,
    savedMaintenance: 0,
    savedInitial: 0,
    older: createTallies(),
    recent: createTallies(),
  };
}

function createTallies(): Tallies {
  const both = () => ({ maintenance: createTally(), initial: createTally() });
  return { sticky: both(), regressed: both(), realised: both() };
}

function merge(into: Collected, from: Collected): void {
  into.portfolios += from.portfolios;
  into.savedMaintenance += from.savedMaintenance;
  into.savedInitial += from.savedInitial;
  mergeTallies(into.older, from.older);
  mergeTallies(into.recent, from.recent);
}

function mergeTallies(into: Tallies, from: Tallies): void {
  for (const response of VOL_RESPONSES) {
    addTally(into[response].maintenance, from[response].maintenance);
    addTally(into[response].initial, from[response].initial);
  }
}

function toResult(type: TypeResult['type'], collected: Collected): TypeResult {
  const { portfolios, savedMaintenance, savedInitial, older, recent } = collected;
  const whole = createTallies();
  mergeTallies(whole, older);
  mergeTallies(whole, recent);
  return {
    type,
    portfolios,
    trials: whole.sticky.maintenance.count,
    coverage: toCoverages(whole),
    recent: toCoverages(recent),
    saved: {
      maintenance: round((100 * savedMaintenance) / portfolios, 2),
      initial: round((100 * savedInitial) / portfolios, 2),
    },
  };
}

function toCoverages(tallies: Tallies): Readonly<Record<VolResponse, MarginCoverage>> {
  const both = (response: VolResponse): MarginCoverage => ({
    maintenance: toCoverage(tallies[response].maintenance),
    initial: toCoverage(tallies[response].initial),
  });
  return { sticky: both('sticky'), regressed: both('regressed'), realised: both('realised') };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
