import { AccountMap, readPositionWord } from '../codec/index.ts';
import type { AccountId, InstrumentId } from '../codec/index.ts';
import { abs, mulDivFloor, WAD } from '../units/index.ts';
import type { DeleveragedEvent, StateEvent } from './stateEvents.ts';

/** @property size Units, wad, signed. @property cost Wad USD, a perp's funding folded in. */
export interface PositionState {
  readonly size: bigint;
  readonly cost: bigint;
}

export interface AccountState {
  /** Signed cash principal, wad. */
  principal: bigint;
  /** What its deleveraged positions have received and its principal does not hold yet, wad USD, to a few wei (SPEC-D6). */
  pendingCash: bigint;
  /** Wad units by asset number; no entry means none. */
  readonly collateral: Map<number, bigint>;
  /** By instrument number; no entry means none. */
  readonly positions: Map<InstrumentId, PositionState>;
  profileId: number;
  /** Unix seconds; 0 means not flagged. */
  flaggedAt: number;
}

/** A perp market at `updatedAt`; premium and funding index decay from there in closed form (SPEC-F2, F3). */
export interface PerpMarketState {
  readonly fundingIndex: bigint;
  readonly premium: bigint;
  readonly openInterest: bigint;
  /** Unix seconds of the block. */
  readonly updatedAt: bigint;
}

/** Cash indexes at `updatedAt`; from there they grow by their rates (SPEC-C3). */
export interface CashIndexState {
  readonly supplyIndex: bigint;
  readonly borrowIndex: bigint;
  readonly supplyRate: bigint;
  readonly borrowRate: bigint;
  /** Unix seconds of the block. */
  readonly updatedAt: bigint;
}

/** Everything the state events say, rebuilt. */
export interface LedgerState {
  readonly accounts: Map<AccountId, AccountState>;
  readonly perps: Map<number, PerpMarketState>;
  cash: CashIndexState;
}

/** The state before the first event. */
export function createLedgerState(): LedgerState {
  return {
    accounts: new AccountMap(),
    perps: new Map(),
    cash: { supplyIndex: WAD, borrowIndex: WAD, supplyRate: 0n, borrowRate: 0n, updatedAt: 0n },
  };
}

/**
 * Applies one event, in the order of the chain, changing `state` in place and returning it. Depends on nothing but its
 * arguments. Each event but `Deleveraged` carries the new value, so that applying it twice changes nothing.
 * @param timestampSec Unix seconds of the event's block.
 */
export function applyEvent(state: LedgerState, event: StateEvent, timestampSec: bigint): LedgerState {
  switch (event.name) {
    case 'CashUpdated':
      accountIn(state, event.account).principal = event.principal;
      return state;
    case 'CollateralUpdated': {
      const { collateral } = accountIn(state, event.account);
      if (event.amount === 0n) collateral.delete(event.assetId);
      else collateral.set(event.assetId, event.amount);
      return state;
    }
    case 'PositionUpdated':
      setPosition(accountIn(state, event.account), event);
      return state;
    case 'PositionsUpdated': {
      const account = accountIn(state, event.account);
      for (const word of event.positions) setPosition(account, readPositionWord(word));
      return state;
    }
    case 'ProfileChanged':
      accountIn(state, event.account).profileId = event.profileId;
      return state;
    case 'FlagUpdated':
      accountIn(state, event.account).flaggedAt = event.flaggedAt;
      return state;
    case 'PerpUpdated': {
      const { fundingIndex, premium, openInterest } = event;
      state.perps.set(event.underlying, { fundingIndex, premium, openInterest, updatedAt: timestampSec });
      return state;
    }
    case 'InterestAccrued': {
      const { supplyIndex, borrowIndex, supplyRate, borrowRate } = event;
      state.cash = { supplyIndex, borrowIndex, supplyRate, borrowRate, updatedAt: timestampSec };
      return state;
    }
    case 'Deleveraged':
      for (const account of holdersOf(state, event)) deleverage(accountIn(state, account), event);
      return state;
    case 'PositionDeleveraged':
      accountIn(state, event.account).pendingCash = 0n;
      return state;
  }
}

/** Who holds the side that was deleveraged. */
export function holdersOf(
  { accounts }: LedgerState,
  { instrument, isLong }: Pick<DeleveragedEvent, 'instrument' | 'isLong'>,
): AccountId[] {
  const holders: AccountId[] = [];
  for (const [account, { positions }] of accounts) {
    const size = positions.get(instrument)?.size ?? 0n;
    if (size !== 0n && size > 0n === isLong) holders.push(account);
  }
  return holders;
}

/** What the contracts do to a position when it is next touched, done at once: to a wei or two for each event. */
function deleverage(account: AccountState, { instrument, size, units, cash }: DeleveragedEvent): void {
  const held = account.positions.get(instrument);
  if (held === undefined) return;
  const magnitude = abs(held.size);
  const left = (magnitude * (units - size)) / units;
  const cost = mulDivFloor(held.cost, magnitude - left, magnitude);
  account.pendingCash += cost + mulDivFloor(cash, magnitude, units);
  if (left === 0n) account.positions.delete(instrument);
  else {
    const signedLeft = held.size > 0n ? left : -left;
    account.positions.set(instrument, { size: signedLeft, cost: held.cost - cost });
  }
}

function setPosition(
  { positions }: AccountState,
  { instrument, size, cost }: { instrument: InstrumentId; size: bigint; cost: bigint },
): void {
  if (size === 0n) positions.delete(instrument);
  else positions.set(instrument, { size, cost });
}

function accountIn(state: LedgerState, account: AccountId): AccountState {
  const known = state.accounts.get(account);
  if (known !== undefined) return known;
  const created: AccountState = {
    principal: 0n,
    pendingCash: 0n,
    collateral: new Map(),
    positions: new Map(),
    profileId: 0,
    flaggedAt: 0,
  };
  state.accounts.set(account, created);
  return created;
}
