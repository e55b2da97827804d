// A long walk: the keeper's watch names who may be liquidatable, the exact twin judges every account at every tick.
import { toCash, toPrincipal } from '@novate/sdk';
import { createRandom } from '../../../cli/src/random.ts';
import type { Random } from '../../../cli/src/random.ts';
import { AccountWatch } from '../../../keeper/src/bands/accountWatch.ts';
import { openWorld, references, toWad } from '../../bench/keeper/world.ts';
import type { World } from '../../bench/keeper/world.ts';
import { beginEpoch } from './epoch.ts';
import type { Epoch, Moment } from './epoch.ts';
import { ExactJudge } from './judge.ts';
import { draw } from './population.ts';
import type { Inhabitant } from './population.ts';
import { FeedPrices, WALKING } from './prices.ts';

const EPOCH_SEC = 14_400;
/** Share of the accounts that trade something else when an epoch begins. */
const REDRAWN = 1 / 8;
/** Of ticks: those after which the keeper has no time for bands. */
const BUSY = 0.1;
/** Of account-ticks: cash is moved though the account is healthy. */
const MOVES_CASH_EVERY = 2_000;

export interface LongWalkOptions {
  readonly accounts: number;
  readonly ticks: number;
  readonly ticksPerEpoch: number;
  readonly seed: number;
  /** Stretches every band of prices: above 1 the walk must find what they miss. */
  readonly stretch?: number;
  readonly onProgress?: (counts: Readonly<LongWalkCounts>) => void;
}

export interface LongWalkCounts {
  ticks: number;
  /** Those in which a feed moved. */
  moved: number;
  epochs: number;
  accountTicks: number;
  /** Evaluations by the exact twin; every other account-tick had the same account, prices and epoch as one of them. */
  exact: number;
  liquidatable: number;
  missed: number;
  /** Account-ticks spent inside a band, accounts judged by the watch, bands computed. */
  banded: number;
  judged: number;
  built: number;
  /** The first miss, with all that is needed to look at it. */
  firstMiss: string | undefined;
}

/** Ends early at the first miss. */
export function longWalk(options: LongWalkOptions): LongWalkCounts {
  const walk = new LongWalk(options);
  const { counts } = walk;
  while (counts.ticks < options.ticks && counts.missed === 0) {
    if (counts.ticks % options.ticksPerEpoch === 0) walk.beginEpoch();
    walk.tick();
    options.onProgress?.(counts);
  }
  return counts;
}

class LongWalk {
  readonly counts: LongWalkCounts = {
    ticks: 0,
    moved: 0,
    epochs: 0,
    accountTicks: 0,
    exact: 0,
    liquidatable: 0,
    missed: 0,
    banded: 0,
    judged: 0,
    built: 0,
    firstMiss: undefined,
  };
  readonly #options: LongWalkOptions;
  readonly #world: World;
  readonly #random: Random;
  readonly #prices: FeedPrices;
  readonly #judge = new ExactJudge();
  readonly #watch: AccountWatch;
  readonly #accounts: Inhabitant[];
  #epoch: Epoch | undefined;
  /** Bits of underlyings whose prices count as new: all of them when an epoch begins. */
  #news = 0;

  constructor(options: LongWalkOptions) {
    const { seed, accounts, stretch } = options;
    this.#options = options;
    this.#world = openWorld(0, seed);
    this.#random = createRandom(seed ^ 0x3c6ef372);
    this.#prices = new FeedPrices(seed);
    // no clock but a counter, so that the same seed walks the same way on every machine
    let beats = 0;
    this.#watch = new AccountWatch(this.#world.book, {
      bandBudgetMs: 0,
      // without the safety net, which would hide a few misses
      ticksPerSweep: Infinity,
      clock: () => beats++,
      ...(stretch === undefined ? {} : { stretch }),
    });
    this.#accounts = Array.from({ length: accounts }, (_, i) => draw(i, this.#world.nowSec, this.#random));
  }

  beginEpoch(): void {
    this.#prices.drift();
    this.#epoch = beginEpoch(this.#world, EPOCH_SEC, this.#prices.levels);
    const moment = this.#epoch.at(this.#prices.levels);
    this.#judge.begin(moment.board, this.#epoch.cash);
    const isFirst = this.counts.epochs++ === 0;
    this.#accounts.forEach((account, i) => {
      account.cash = toCash(this.#epoch!.cash, account.state.principal);
      if (!isFirst && this.#random.next() >= REDRAWN) return;
      this.#accounts[i] = draw(i, this.#world.nowSec, this.#random);
      this.#fund(this.#accounts[i], moment);
    });
    this.#news = (1 << WALKING.length) - 1;
  }

  tick(): void {
    const { counts } = this;
    const moved = this.#prices.step();
    const moment = this.#epoch!.at(this.#prices.levels);
    const inputs = { board: moment.board, cash: this.#epoch!.cash, references };
    const { suspects, figures } = this.#watch.look(inputs);
    this.#judgeAll(moment, new Set(suspects), moved | this.#news);
    this.#news = 0;
    counts.built += this.#watch.mend(this.#random.next() < BUSY ? 0 : Infinity);
    counts.ticks++;
    if (moved !== 0) counts.moved++;
    counts.accountTicks += this.#accounts.length;
    counts.exact = this.#judge.evaluations;
    counts.banded += figures.banded;
    counts.judged += figures.judged;
  }

  #judgeAll(moment: Moment, suspects: ReadonlySet<bigint>, news: number): void {
    const { counts } = this;
    for (const account of this.#accounts) {
      const movesCash = this.#random.index(MOVES_CASH_EVERY) === 0;
      // with the same cash and the same prices it is as healthy as it was a tick ago
      if ((account.mask & news) === 0 && !movesCash && !this.#funded.has(account)) continue;
      this.#funded.delete(account);
      const gap = this.#judge.gapOf(account, this.#prices.levels, moment.markets);
      const isBelow = account.cash < gap;
      if (isBelow) counts.liquidatable++;
      if (isBelow && !suspects.has(account.id)) this.#miss(account, gap, moment);
      if (isBelow || movesCash) this.#fund(account, moment);
    }
  }

  /** Those whose cash is new since they were judged last. */
  readonly #funded = new Set<Inhabitant>();

  /** Puts an account at a distance from its line that is anywhere from a few wei to some percent of what it holds. */
  #fund(account: Inhabitant, moment: Moment): void {
    const gap = this.#judge.gapOf(account, this.#prices.levels, moment.markets);
    const share = this.#random.next() < 0.05 ? 0 : 10 ** this.#random.between(-4, -1.3);
    const margin = toWad(share * account.gross) + BigInt(this.#random.index(3));
    const principal = toPrincipal(this.#epoch!.cash, gap + margin);
    account.state = { ...account.state, principal };
    account.cash = toCash(this.#epoch!.cash, principal);
    this.#funded.add(account);
    this.#world.book.set(account.id, account.state);
  }

  #miss({ id, state, cash }: Inhabitant, gap: bigint, { board }: Moment): void {
    this.counts.missed++;
    const { seed, accounts, ticksPerEpoch, stretch = 1 } = this.#options;
    const text = (_: string, value: unknown): unknown =>
      typeof value === 'bigint' ? value.toString() : value instanceof Map ? [...value] : value;
    const replay = { seed, accounts, ticksPerEpoch, stretch, ticks: this.counts.ticks + 1 };
    const missed = {
      account: id,
      shortBy: gap - cash,
      state,
      board,
      levels: [...this.#prices.levels],
      replay,
    };
    this.counts.firstMiss ??= JSON.stringify(missed, text, 1);
  }
}
