import { toEventSelector } from 'viem';
import type { Hex } from 'viem';
import type { AccountId, InstrumentId, PositionWord } from '../codec/index.ts';
import { MalformedLogError } from './errors.ts';
import type { LogLike } from './log.ts';

/** @property principal Signed cash principal, wad; times the supply or borrow index it is the cash (SPEC-C1). */
export interface CashUpdatedEvent {
  readonly name: 'CashUpdated';
  readonly account: AccountId;
  readonly principal: bigint;
}

/** @property amount What the account holds now, wad units. */
export interface CollateralUpdatedEvent {
  readonly name: 'CollateralUpdated';
  readonly account: AccountId;
  readonly assetId: number;
  readonly amount: bigint;
}

/**
 * @property size Units, wad, + long and - short; 0 means closed.
 * @property cost Cost basis, wad USD, with a perp's funding folded in (SPEC-F6).
 */
export interface PositionUpdatedEvent {
  readonly name: 'PositionUpdated';
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly size: bigint;
  readonly cost: bigint;
}

/**
 * Several positions of one account, as a liquidation leaves them; where one comes twice the later word counts.
 * @property positions One word each, of size 0 where it is closed; see `readPositionWord`.
 */
export interface PositionsUpdatedEvent {
  readonly name: 'PositionsUpdated';
  readonly account: AccountId;
  readonly positions: readonly PositionWord[];
}

export interface ProfileChangedEvent {
  readonly name: 'ProfileChanged';
  readonly account: AccountId;
  readonly profileId: number;
}

/** @property flaggedAt Unix seconds; 0 means not flagged. */
export interface FlagUpdatedEvent {
  readonly name: 'FlagUpdated';
  readonly account: AccountId;
  readonly flaggedAt: number;
}

/**
 * @property fundingIndex What one unit long has paid, wad USD.
 * @property premium Wad USD per unit over the index.
 * @property openInterest Units held by longs, wad.
 */
export interface PerpUpdatedEvent {
  readonly name: 'PerpUpdated';
  readonly underlying: number;
  readonly fundingIndex: bigint;
  readonly premium: bigint;
  readonly openInterest: bigint;
}

/** Indexes in wad, rates in wad per year. */
export interface InterestAccruedEvent {
  readonly name: 'InterestAccrued';
  readonly supplyIndex: bigint;
  readonly borrowIndex: bigint;
  readonly supplyRate: bigint;
  readonly borrowRate: bigint;
}

/**
 * One side of an instrument was deleveraged (SPEC-D4): each of its positions keeps `(units - size) / units`.
 * @property isLong The side.
 * @property epoch How many times that has happened to it.
 * @property size Units closed. @property units Units that the side held before, wad.
 * @property cash What its positions received together, wad USD; negative where they paid.
 * @property index, cashIndex, generation Its indexes since (SPEC-D4).
 */
export interface DeleveragedEvent {
  readonly name: 'Deleveraged';
  readonly instrument: InstrumentId;
  readonly isLong: boolean;
  readonly epoch: bigint;
  readonly size: bigint;
  readonly units: bigint;
  readonly cash: bigint;
  readonly index: bigint;
  readonly cashIndex: bigint;
  readonly generation: bigint;
}

/**
 * A position followed its side's deleveragings, on chain; its new size and the account's cash are told by events of their own.
 * @property closed Units closed, with the position's sign. @property cash What the account's cash changed by, wad USD.
 */
export interface PositionDeleveragedEvent {
  readonly name: 'PositionDeleveraged';
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly closed: bigint;
  readonly cash: bigint;
}

/** The events that rebuild every account, and the market state that values them. */
export type StateEvent =
  | CashUpdatedEvent
  | CollateralUpdatedEvent
  | PositionUpdatedEvent
  | PositionsUpdatedEvent
  | ProfileChangedEvent
  | FlagUpdatedEvent
  | PerpUpdatedEvent
  | InterestAccruedEvent
  | DeleveragedEvent
  | PositionDeleveragedEvent;

const topics = {
  CashUpdated: toEventSelector('CashUpdated(uint256,int256)'),
  CollateralUpdated: toEventSelector('CollateralUpdated(uint256,uint8,uint256)'),
  PositionUpdated: toEventSelector('PositionUpdated(uint256,uint96,int256,int256)'),
  PositionsUpdated: toEventSelector('PositionsUpdated(uint256,uint256[])'),
  ProfileChanged: toEventSelector('ProfileChanged(uint256,uint8)'),
  FlagUpdated: toEventSelector('FlagUpdated(uint256,uint40)'),
  PerpUpdated: toEventSelector('PerpUpdated(uint16,int256,int256,uint256)'),
  InterestAccrued: toEventSelector('InterestAccrued(uint256,uint256,uint256,uint256)'),
  Deleveraged: toEventSelector(
    'Deleveraged(uint96,bool,uint256,uint256,uint256,int256,uint256,int256,uint256)',
  ),
  PositionDeleveraged: toEventSelector('PositionDeleveraged(uint256,uint96,int256,int256)'),
} as const satisfies Record<StateEvent['name'], Hex>;

/** First topics of the state events, for a log filter: `topics: [stateEventTopics]`. */
export const stateEventTopics: readonly Hex[] = Object.values(topics);

/**
 * Decodes a state event by hand, a hundred times faster than by ABI and more; undefined for any other log.
 *
 * Warning: every contract can emit these topics. Pass logs of the clearinghouse's address only.
 * @throws MalformedLogError where the topic is known and the shape is not
 */
export function decodeStateLog(log: LogLike): StateEvent | undefined {
  const [topic, first, second] = log.topics;
  const { data } = log;
  switch (topic) {
    case topics.CashUpdated:
      requireShape('CashUpdated', log, 2, 1);
      return { name: 'CashUpdated', account: unsigned(first), principal: signed(word(data, 0)) };
    case topics.PositionUpdated:
      requireShape('PositionUpdated', log, 3, 2);
      return {
        name: 'PositionUpdated',
        account: unsigned(first),
        instrument: unsigned(second),
        size: signed(word(data, 0)),
        cost: signed(word(data, 1)),
      };
    case topics.PositionsUpdated:
      return { name: 'PositionsUpdated', account: unsigned(first), positions: listIn(log) };
    case topics.CollateralUpdated:
      requireShape('CollateralUpdated', log, 3, 1);
      return {
        name: 'CollateralUpdated',
        account: unsigned(first),
        assetId: small(second),
        amount: unsigned(word(data, 0)),
      };
    case topics.PerpUpdated:
      requireShape('PerpUpdated', log, 2, 3);
      return {
        name: 'PerpUpdated',
        underlying: small(first),
        fundingIndex: signed(word(data, 0)),
        premium: signed(word(data, 1)),
        openInterest: unsigned(word(data, 2)),
      };
    case topics.InterestAccrued:
      requireShape('InterestAccrued', log, 1, 4);
      return {
        name: 'InterestAccrued',
        supplyIndex: unsigned(word(data, 0)),
        borrowIndex: unsigned(word(data, 1)),
        supplyRate: unsigned(word(data, 2)),
        borrowRate: unsigned(word(data, 3)),
      };
    case topics.ProfileChanged:
      requireShape('ProfileChanged', log, 2, 1);
      return { name: 'ProfileChanged', account: unsigned(first), profileId: small(word(data, 0)) };
    case topics.FlagUpdated:
      requireShape('FlagUpdated', log, 2, 1);
      return { name: 'FlagUpdated', account: unsigned(first), flaggedAt: small(word(data, 0)) };
    case topics.Deleveraged:
      requireShape('Deleveraged', log, 3, 7);
      return {
        name: 'Deleveraged',
        instrument: unsigned(first),
        isLong: unsigned(second) !== 0n,
        epoch: unsigned(word(data, 0)),
        size: unsigned(word(data, 1)),
        units: unsigned(word(data, 2)),
        cash: signed(word(data, 3)),
        index: unsigned(word(data, 4)),
        cashIndex: signed(word(data, 5)),
        generation: unsigned(word(data, 6)),
      };
    case topics.PositionDeleveraged:
      requireShape('PositionDeleveraged', log, 3, 2);
      return {
        name: 'PositionDeleveraged',
        account: unsigned(first),
        instrument: unsigned(second),
        closed: signed(word(data, 0)),
        cash: signed(word(data, 1)),
      };
    default:
      return undefined;
  }
}

function requireShape(eventName: string, log: LogLike, topicCount: number, words: number): void {
  if (log.topics.length !== topicCount || log.data.length !== 2 + 64 * words)
    throw new MalformedLogError(eventName);
}

/** The words of a list that is all of the data: its offset, its length, then they. */
function listIn(log: LogLike): bigint[] {
  const count = (log.data.length - 2) / 64 - 2;
  if (count < 0) throw new MalformedLogError('PositionsUpdated');
  requireShape('PositionsUpdated', log, 2, 2 + count);
  if (unsigned(word(log.data, 0)) !== 32n || unsigned(word(log.data, 1)) !== BigInt(Math.floor(count)))
    throw new MalformedLogError('PositionsUpdated');
  return Array.from({ length: count }, (_, i) => unsigned(word(log.data, i + 2)));
}

function word(data: Hex, index: number): string {
  return `0x${data.slice(2 + 64 * index, 66 + 64 * index)}`;
}

function unsigned(hex: string | undefined): bigint {
  return BigInt(hex ?? 0);
}

function signed(hex: string): bigint {
  return BigInt.asIntN(256, BigInt(hex));
}

function small(hex: string | undefined): number {
  return Number(hex ?? 0);
}
