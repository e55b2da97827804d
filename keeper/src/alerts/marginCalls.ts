import { assess, formatAccount, formatWad } from '@novate/sdk';
import type { AccountId, CashIndex, Margin } from '@novate/sdk';
import type { AccountWatch } from '../bands/accountWatch.ts';
import { holdingsOf, marketFor } from '../decide/holdings.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import type { AlertStore } from '../store/alertStore.ts';
import { calmAbove, changeOf } from './levels.ts';
import type { LevelOptions } from './levels.ts';

const BPS = 10_000;
/** What a tick may spend on looking at accounts; the next goes on where it stopped. */
const BUDGET_MS = 15;
const PLACES_PER_CLOCK = 32;
/** How often what other keepers raised is read again. */
const RELOAD_MS = 30_000;

export interface AlertView {
  readonly board: PriceBoard;
  readonly cash: CashIndex;
  readonly references: References;
}

export interface MarginCallOptions extends LevelOptions {
  readonly chainId: number;
  readonly clearinghouse: string;
  /** Accounts that fall to this keeper. */
  readonly owns: (account: AccountId) => boolean;
  readonly onRaised: (account: AccountId, levelBps: number) => void;
  /** Milliseconds; 15 unless given. */
  readonly budgetMs?: number;
}

/** Tells owners before they are liquidated: a message for each health level that an account falls below. */
export interface MarginCalls {
  /** Looks at as many accounts as there is time for. */
  check(view: AlertView): Promise<void>;
}

export function createMarginCalls(
  mirror: Pick<Mirror, 'ledger' | 'book'>,
  watch: Pick<AccountWatch, 'standingOf'>,
  store: AlertStore,
  options: MarginCallOptions,
): MarginCalls {
  const calm = calmAbove(options) / BPS;
  let standing = new Map<string, Set<number>>();
  let [at, reloadAt] = [0, -Infinity];

  /** Far above every level by a bound on its margin (MM <= everything held), and nothing raised: most accounts, most of the time. */
  function isCalm(place: number, name: string): boolean {
    if (standing.has(name)) return false;
    const known = watch.standingOf(place);
    return known === undefined || known.health >= (calm - 1) * known.gross;
  }

  function marginOf(account: AccountId, { board, cash, references }: AlertView): Margin | undefined {
    const state = mirror.ledger.accounts.get(account);
    const profile = state && references.profiles.get(state.profileId);
    const holdings = state && holdingsOf(state, cash, board, references);
    if (profile === undefined || holdings === undefined) return undefined;
    const at = marketFor(holdings, board, 'favourable');
    // a stale price says nothing about an account, neither good nor bad
    for (const { underlying } of [...holdings.legs, ...holdings.spot]) {
      if (board.markets.get(underlying)?.status === 'stale') return undefined;
    }
    return assess(holdings, at, profile);
  }

  async function look(account: AccountId, view: AlertView): Promise<void> {
    const margin = marginOf(account, view);
    if (margin === undefined) return;
    const name = formatAccount(account);
    const healthBps = healthOf(margin);
    const known = standing.get(name) ?? new Set<number>();
    const { raised, cleared } = changeOf(healthBps, known, options);
    const message = (type: string, level?: number): object => ({
      type,
      account: name,
      ...(level === undefined ? {} : { level: level / BPS }),
      health: Number.isFinite(healthBps) ? healthBps / BPS : null,
      equity: formatWad(margin.equity),
      maintenanceMargin: formatWad(margin.maintenanceMargin),
      block: Number(view.board.blockNumber),
      timestamp: Number(view.board.timestamp),
      chainId: options.chainId,
      clearinghouse: options.clearinghouse,
    });
    const lowest = raised.at(-1);
    if (lowest !== undefined) {
      if (await store.raise(name, raised, message('margin-call', lowest))) options.onRaised(account, lowest);
      raised.forEach((level) => known.add(level));
      standing.set(name, known);
    }
    if (cleared.length === 0) return;
    cleared.forEach((level) => known.delete(level));
    // one that rises past some of its levels needs no message yet
    await store.clear(name, cleared, known.size === 0 ? message('recovered') : undefined);
    if (known.size === 0) standing.delete(name);
  }

  return {
    async check(view) {
      const startedAt = performance.now();
      if (startedAt >= reloadAt) [standing, reloadAt] = [await store.standing(), startedAt + RELOAD_MS];
      const { ids, end } = mirror.book;
      const endAt = performance.now() + (options.budgetMs ?? BUDGET_MS);
      for (let i = 0; i < end; ++i) {
        if (i % PLACES_PER_CLOCK === 0 && performance.now() >= endAt) return;
        at = (at + 1) % end;
        const account = ids[at];
        if (account === undefined || account === view.references.insuranceAccount) continue;
        if (options.owns(account) && !isCalm(at, formatAccount(account))) await look(account, view);
      }
    },
  };
}

/** E / MM in basis points. */
function healthOf({ equity, maintenanceMargin }: Margin): number {
  if (maintenanceMargin === 0n) return equity < 0n ? -Infinity : Infinity;
  return Number((equity * BigInt(BPS)) / maintenanceMargin);
}
