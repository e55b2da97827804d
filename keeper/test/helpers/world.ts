import { BTC, createLedgerState, encodeInstrumentId, ETH, PRESETS, WAD } from '@novate/sdk';
import type { AccountState, Instrument, LedgerState, PostedTerm, PriceStatus } from '@novate/sdk';
import { AccountWatch } from '../../src/bands/accountWatch.ts';
import type { Watched, WatchInputs } from '../../src/bands/accountWatch.ts';
import { createAccountBook } from '../../src/mirror/accountBook.ts';
import type { AccountBook } from '../../src/mirror/accountBook.ts';
import type { PriceBoard, PricedMarket } from '../../src/mirror/prices.ts';
import type { References } from '../../src/mirror/references.ts';
import { cashAt } from '../../src/decide/decide.ts';
import type { DecideInputs } from '../../src/decide/decide.ts';
import type { SkipReason } from '../../src/decide/skip.ts';

export const SOL = 3;
export const NOW = 1_800_000_000n;
export const KEEPER = 1n;
export const INSURANCE = 2n;

export const usd = (amount: number): bigint => BigInt(Math.round(amount * 1e6)) * 10n ** 12n;

export const perp = (underlying: number): bigint => encodeInstrumentId({ kind: 'perp', underlying });

export interface AccountSketch {
  readonly cash?: number;
  /** Size in units and entry price. */
  readonly perps?: Readonly<Record<number, readonly [size: number, entry: number]>>;
  /** Futures and options: size in units, and for futures the entry price. */
  readonly dated?: readonly (readonly [
    instrument: Exclude<Instrument, { kind: 'perp' }>,
    size: number,
    entry?: number,
  ])[];
  /** Units by asset number: 1 is ETH, 2 is BTC. */
  readonly spot?: Readonly<Record<number, number>>;
  readonly profileId?: number;
  readonly flaggedAt?: number;
}

export function account(sketch: AccountSketch): AccountState {
  const { cash = 0, perps = {}, dated = [], spot = {}, profileId = 0, flaggedAt = 0 } = sketch;
  return {
    principal: usd(cash),
    pendingCash: 0n,
    collateral: new Map(Object.entries(spot).map(([assetId, amount]) => [Number(assetId), usd(amount)])),
    positions: new Map([
      ...Object.entries(perps).map(
        ([underlying, [size, entry]]) =>
          [perp(Number(underlying)), { size: usd(size), cost: usd(-size * entry) }] as const,
      ),
      ...dated.map(
        ([instrument, size, entry = 0]) =>
          [encodeInstrumentId(instrument), { size: usd(size), cost: usd(-size * entry) }] as const,
      ),
    ]),
    profileId,
    flaggedAt,
  };
}

/** An expiry on a whole hour, so many days from `NOW`. */
export const inDays = (days: number): bigint =>
  (NOW / 3_600n) * 3_600n + BigInt(Math.round(days * 24)) * 3_600n;

/** A posted smile of about this volatility at the forward. */
export function surface(vol: number, expirySec: bigint, more: Partial<PostedTerm> = {}): PostedTerm {
  const variance = (vol * vol * Number(expirySec - NOW)) / (365 * 86_400);
  const wad = (value: number): bigint => BigInt(Math.round(value * 1e12)) * 10n ** 6n;
  return {
    a: wad(variance * 0.8),
    b: wad(variance),
    rho: -3n * 10n ** 17n,
    m: 0n,
    sigma: 2n * 10n ** 17n,
    basis: 4n * 10n ** 16n,
    timestamp: NOW - 60n,
    ...more,
  };
}

export const references: References = {
  riskEngine: '0x4444444444444444444444444444444444444444',
  volSurface: '0x5555555555555555555555555555555555555555',
  settlementTwap: '0x6666666666666666666666666666666666666666',
  profiles: new Map([
    [0, PRESETS.portfolio],
    [1, PRESETS.standard],
  ]),
  assetUnderlyings: new Map([
    [0, 0],
    [1, ETH],
    [2, BTC],
  ]),
  insuranceAccount: INSURANCE,
  dustMargin: 100n * WAD,
  minReward: 5n * WAD,
};

export function market(price: number, more: Partial<PricedMarket> = {}): PricedMarket {
  const index = usd(price);
  const status: PriceStatus = 'ok';
  return { price: index, low: index, high: index, status, fundingIndex: 0n, premium: 0n, ...more };
}

export function board(
  markets: Readonly<Record<number, PricedMarket>>,
  unpriced: readonly number[] = [],
): PriceBoard {
  return {
    blockNumber: 100n,
    timestamp: NOW,
    markets: new Map(Object.entries(markets).map(([underlying, entry]) => [Number(underlying), entry])),
    unpriced: new Map(unpriced.map((underlying) => [underlying, 'no source answers'])),
  };
}

export function ledgerOf(accounts: Readonly<Record<number, AccountState>>): LedgerState {
  const ledger = createLedgerState();
  for (const [id, state] of Object.entries(accounts)) ledger.accounts.set(BigInt(id), state);
  return ledger;
}

export function bookOf(ledger: LedgerState): AccountBook {
  const book = createAccountBook();
  for (const [id, state] of ledger.accounts) book.set(id, state);
  return book;
}

/** What a watch says of a single account: healthy, maybe, or why it cannot know. */
export function verdictOf(state: AccountState, inputs: WatchInputs): 'healthy' | 'maybe' | SkipReason {
  const book = createAccountBook();
  book.set(1n, state);
  const { suspects, skipped } = new AccountWatch(book, { bandBudgetMs: 1_000 }).tick(inputs);
  const [reason] = skipped.keys();
  return reason ?? (suspects.length > 0 ? 'maybe' : 'healthy');
}

/** What a watch that has just begun says. */
export function watchedOf(ledger: LedgerState, prices: PriceBoard, refs: References = references): Watched {
  const cash = cashAt(ledger.cash, prices.timestamp);
  return new AccountWatch(bookOf(ledger), { bandBudgetMs: 1_000 }).tick({
    board: prices,
    cash,
    references: refs,
  });
}

/** Inputs of a decision about these accounts, everything else permissive. */
export function inputsOf(
  accounts: Readonly<Record<number, AccountState>>,
  prices: PriceBoard,
  more: Partial<DecideInputs> = {},
): DecideInputs {
  const ledger = ledgerOf({ [Number(INSURANCE)]: account({ cash: 1_000_000 }), ...accounts });
  return {
    ledger,
    watched: watchedOf(ledger, prices),
    board: prices,
    references,
    own: KEEPER,
    inFlight: new Set(),
    coolingDown: new Set(),
    gasCost: 0n,
    mode: 'profit',
    minProfit: 0n,
    basketChoice: 'pro-rata',
    limit: 100,
    ...more,
  };
}
