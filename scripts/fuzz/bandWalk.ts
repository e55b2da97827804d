// A keeper's watch on a walk of prices, with the exact twin as judge: whatever is liquidatable must be among the suspects.
import { assess, assessFloat, toCash } from '@novate/sdk';
import type { AccountId, AccountState, FloatMarket } from '@novate/sdk';
import { AccountWatch } from '../../keeper/src/bands/accountWatch.ts';
import { cashAt } from '../../keeper/src/decide/decide.ts';
import { holdingsOf, marketFor } from '../../keeper/src/decide/holdings.ts';
import type { PriceBoard, PricedMarket } from '../../keeper/src/mirror/prices.ts';
import {
  boardOf,
  floatLegsOf,
  floatMarketOf,
  fundAccount,
  LISTED,
  moveWorld,
  openWorld,
} from '../bench/keeper/world.ts';
import type { World } from '../bench/keeper/world.ts';
import { fittedWalk } from '../bench/keeper/walk.ts';

/** Health, of the gross value, beyond which the float model's word is taken: a hundred times its error. */
const CLEAR = 1e-5;
/** One in so many of the clear ones is judged by the twin all the same. */
const SAMPLE = 1_000;
/** Accounts further from the line than this, of the gross value, are put back to at most so many times their margin. */
const FAR = 0.08;
const FAR_HEALTH = 1.3;

export interface WalkOptions {
  readonly accounts: number;
  readonly ticks: number;
  readonly tickSec: number;
  readonly seed: number;
  /** Stretches every band of prices: above 1 the walk must find what they miss. */
  readonly stretch?: number;
  readonly isOver?: () => boolean;
  readonly onProgress?: (ticks: number) => void;
}

export interface WalkCounts {
  ticks: number;
  accountTicks: number;
  /** Judged by the twin. */
  exact: number;
  /** Account-ticks below maintenance margin by the twin. */
  liquidatable: number;
  /** Those of them that the watch did not name. Must be 0. */
  missed: number;
  /** Bands left, bands computed, and account-ticks spent inside a band. */
  left: number;
  built: number;
  banded: number;
  strays: number;
  firstMiss: string | undefined;
}

/** Accounts near the line on a fat-tailed walk, with guarded prices, gaps, new surfaces, expiries and traded accounts. */
export function walkBands(options: WalkOptions): WalkCounts {
  const { accounts, ticks, tickSec, seed } = options;
  const world = openWorld(accounts, seed);
  const walk = fittedWalk(LISTED, tickSec, seed ^ 0x5bd1e995);
  // no clock but a counter: how many bands a tick computes must not depend on the machine
  let beats = 0;
  const watch = new AccountWatch(world.book, {
    bandBudgetMs: 4,
    clock: () => beats++,
    ...(options.stretch === undefined ? {} : { stretch: options.stretch }),
  });
  const judge = createJudge(world);
  const counts: WalkCounts = {
    ticks: 0,
    accountTicks: 0,
    exact: 0,
    liquidatable: 0,
    missed: 0,
    left: 0,
    built: 0,
    banded: 0,
    strays: 0,
    firstMiss: undefined,
  };
  for (; counts.ticks < ticks && options.isOver?.() !== true; ++counts.ticks) {
    moveWorld(world, walk(), tickSec);
    const board = disturbed(boardOf(world), world);
    const { suspects, figures } = watch.tick({
      board,
      cash: cashAt(world.ledger.cash, board.timestamp),
      references: world.references,
    });
    counts.left += figures.left;
    counts.built += figures.built;
    counts.banded += figures.banded;
    counts.strays += figures.strays;
    judge(board, new Set(suspects), counts);
    options.onProgress?.(counts.ticks);
  }
  return counts;
}

/** Now and then a price is guarded, stale or missing. */
function disturbed(board: PriceBoard, { random }: World): PriceBoard {
  const draw = random.next();
  if (draw > 0.03) return board;
  const markets = new Map<number, PricedMarket>(board.markets);
  const underlying = 1 + random.index(LISTED.length);
  const market = markets.get(underlying);
  if (market === undefined) return board;
  if (draw < 0.005) markets.delete(underlying);
  else if (draw < 0.01) markets.set(underlying, { ...market, status: 'stale' });
  else {
    const [low, high] = [(market.price * 995n) / 1_000n, (market.price * 1_004n) / 1_000n];
    markets.set(underlying, { ...market, low, high, status: 'guarded' });
  }
  return { ...board, markets };
}

type Cached = ReturnType<typeof floatLegsOf>;

/** Funding is taken off the cash instead, so that legs stay the same. */
const NO_FUNDING = new Float64Array(LISTED.length);

function createJudge(world: World) {
  const cache = new Map<AccountId, Cached>();
  const { random } = world;

  /** Health by the SDK's float model, and the size of what went into it. */
  function rough(
    id: AccountId,
    state: AccountState,
    market: FloatMarket,
    board: PriceBoard,
  ): readonly [number, number] {
    const known = cache.get(id) ?? floatLegsOf({ ...world, fundings: NO_FUNDING }, state);
    cache.set(id, known);
    const index = cashAt(world.ledger.cash, board.timestamp);
    let cash = Number(toCash(index, state.principal)) / 1e18;
    let gross = Math.abs(cash);
    for (const leg of known.legs) {
      const price = market.underlyings.get(leg.underlying)?.index ?? 0;
      gross += Math.abs(leg.size) * price;
      if (leg.kind === 'perp') cash -= leg.size * (world.fundings[leg.underlying - 1] ?? 0);
    }
    const profile = world.profiles[state.profileId];
    if (profile === undefined) throw new Error('no such profile');
    const { equity, maintenanceMargin } = assessFloat(
      { cash, legs: known.legs, spot: known.spot },
      market,
      profile,
    );
    return [equity - maintenanceMargin, gross];
  }

  return (board: PriceBoard, suspects: ReadonlySet<AccountId>, counts: WalkCounts): void => {
    const market = floatMarketOf(world);
    const isPlain =
      [...board.markets.values()].every(({ status }) => status === 'ok') &&
      board.markets.size === LISTED.length;
    const cash = cashAt(world.ledger.cash, board.timestamp);
    for (const [id, state] of world.ledger.accounts) {
      if (state.positions.size + state.collateral.size === 0) continue;
      counts.accountTicks++;
      const [health, gross] = rough(id, state, market, board);
      // where a price is not plain the float model is not asked
      const isClear = isPlain && health > CLEAR * gross && random.index(SAMPLE) !== 0;
      const isBelow = isClear ? false : judgeExactly(id, state);
      if (isBelow) replace(id, market);
      // what has moved far from the line comes back to it
      else if (health > FAR * gross || random.index(20_000) === 0) replace(id, market);
    }

    function judgeExactly(id: AccountId, state: AccountState): boolean {
      const holdings = holdingsOf(state, cash, board, world.references);
      const profile = world.references.profiles.get(state.profileId);
      if (holdings === undefined || profile === undefined) return false;
      if (holds(state, 'stale')) return false;
      counts.exact++;
      const { equity, maintenanceMargin } = assess(
        holdings,
        marketFor(holdings, board, 'favourable'),
        profile,
      );
      if (equity >= maintenanceMargin) return false;
      counts.liquidatable++;
      if (suspects.has(id)) return true;
      counts.missed++;
      counts.firstMiss ??= `account ${id} at tick ${counts.ticks}: E - MM = ${equity - maintenanceMargin} wei`;
      return true;
    }

    /** A price that is too old to act on: the account is skipped, and that is said. */
    function holds(state: AccountState, status: 'stale'): boolean {
      const { legs, spot } = floatLegsOf(world, state);
      return [...legs, ...spot].some(({ underlying }) => board.markets.get(underlying)?.status === status);
    }
  };

  function replace(id: AccountId, market: FloatMarket): void {
    fundAccount(world, id, market, 1.0005 + (FAR_HEALTH - 1) * random.next() ** 3);
  }
}
