// The exact twin's verdict on every account at every tick. It is a function of the account, the prices of its underlyings and
// the epoch alone, so that each combination is asked about once.
import { assess } from '@novate/sdk';
import type { CashIndex, Market, RiskProfile, UnderlyingMarket } from '@novate/sdk';
import { holdingsOf } from '../../../keeper/src/decide/holdings.ts';
import type { Holdings } from '../../../keeper/src/decide/holdings.ts';
import type { PriceBoard } from '../../../keeper/src/mirror/prices.ts';
import { references } from '../../bench/keeper/world.ts';
import type { Inhabitant } from './population.ts';
import { keyOf } from './prices.ts';

/** One in so many answers that are known is asked again, with the cash that the account has by then. */
const CHECK_EVERY = 50_000;

interface Known {
  readonly holdings: Holdings;
  readonly profile: RiskProfile;
  /** By prices: what the account needs besides its cash, wad USD. */
  readonly gaps: Map<number, bigint>;
}

export class ExactJudge {
  readonly #known = new Map<bigint, Known>();
  #board: PriceBoard | undefined;
  #cash: CashIndex | undefined;
  #answers = 0;
  /** How often the twin was asked. */
  evaluations = 0;

  /** Nothing that was known counts at another time. */
  begin(board: PriceBoard, cash: CashIndex): void {
    this.#known.clear();
    this.#board = board;
    this.#cash = cash;
  }

  /**
   * Maintenance margin less what everything but cash is worth, wad USD: the account is liquidatable where its cash is less. The
   * twin adds cash to equity before anything else and to nothing else, so that this is exact whatever the cash.
   */
  gapOf(account: Inhabitant, levels: Int32Array, markets: ReadonlyMap<number, UnderlyingMarket>): bigint {
    const known = this.#known.get(account.id) ?? this.#takeIn(account);
    const key = keyOf(account.underlyings, levels);
    const kept = known.gaps.get(key);
    if (kept === undefined) {
      const gap = this.#ask(known, markets, known.holdings.cash);
      known.gaps.set(key, gap);
      return gap;
    }
    if (++this.#answers % CHECK_EVERY === 0) {
      const again = this.#ask(known, markets, account.cash);
      if (again !== kept) throw new Error(`the twin says ${again} of ${account.id} now, ${kept} before`);
    }
    return kept;
  }

  #takeIn(account: Inhabitant): Known {
    const profile = references.profiles.get(account.state.profileId);
    if (profile === undefined) throw new Error(`no profile ${account.state.profileId}`);
    const known = { holdings: this.#holdingsOf(account), profile, gaps: new Map<number, bigint>() };
    this.#known.set(account.id, known);
    return known;
  }

  #holdingsOf({ id, state }: Inhabitant): Holdings {
    if (this.#board === undefined || this.#cash === undefined) throw new Error('no epoch has begun');
    const holdings = holdingsOf(state, this.#cash, this.#board, references);
    if (holdings === undefined) throw new Error(`account ${id} holds what has no price`);
    return holdings;
  }

  #ask({ holdings, profile }: Known, markets: ReadonlyMap<number, UnderlyingMarket>, cash: bigint): bigint {
    this.evaluations++;
    const market: Market = { timestamp: this.#board?.timestamp ?? 0n, underlyings: markets };
    const { equity, maintenanceMargin } = assess({ ...holdings, cash }, market, profile);
    return maintenanceMargin - (equity - cash);
  }
}
