import {
  abs,
  decodeInstrumentId,
  formatAccount,
  formatWad,
  mulDivDown,
  mulDivUp,
  mulUp,
  WAD,
} from '@novate/sdk';
import type { Order, TriggerOrder } from '@novate/sdk';
import { OrderRefusedError } from './refusal.ts';

const BPS = 10_000n;
const WAD_PER_BPS = WAD / BPS;
/** Fee and tip together, of notional: what the clearinghouse lets a venue take in one trade. */
const MAX_COST_BPS = 100n;

/** What the chain says about an order. All of one block. */
export interface OrderFacts {
  /** Unix seconds. */
  readonly nowSec: bigint;
  readonly state: 'open' | 'partial' | 'filled' | 'cancelled';
  /** Units filled while partial, wad. */
  readonly filled: bigint;
  /** Of the account, now. */
  readonly epoch: number;
  /** Whether the signer may trade for the account. */
  readonly isAuthorised: boolean;
  /** Whether the account holds nothing at all. */
  readonly isEmpty: boolean;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
  /** The vault's least spread in this market; undefined where it makes none. */
  readonly baseSpreadBps: number | undefined;
}

/** What can be said without a chain. @throws OrderRefusedError */
export function requireKind({ order: { instrument, size, postOnly }, triggerPrice }: TriggerOrder): void {
  const refuse = (message: string): never => {
    throw new OrderRefusedError('notSupported', message);
  };
  let kind: string;
  try {
    ({ kind } = decodeInstrumentId(instrument));
  } catch {
    return refuse(`there is no instrument ${instrument}; take its number from encodeInstrumentId`);
  }
  if (kind !== 'perp')
    refuse(`this keeper fills from the vault, which trades perps only, and this is a ${kind}`);
  if (size === 0n) refuse('the size is zero; a positive one buys, a negative one sells');
  if (triggerPrice === 0n) refuse('the trigger price is zero; give the index price that triggers the order');
  if (postOnly)
    refuse('the order is post-only, and a triggered order is matched as the taker; sign it without');
}

/** The least tip that a keeper works for, wad USD. */
export interface IntakeTerms {
  readonly minTip: bigint;
}

/**
 * Refuses what can never execute, or not with anything that has been signed.
 * @throws OrderRefusedError
 */
export function requireExecutable(
  triggerOrder: TriggerOrder,
  facts: OrderFacts,
  { minTip }: IntakeTerms,
): void {
  requireAlive(triggerOrder.order, facts);
  if (facts.isEmpty) {
    throw new OrderRefusedError(
      'emptyAccount',
      `account ${formatAccount(triggerOrder.order.account)} holds nothing; deposit first`,
    );
  }
  requireFees(triggerOrder, facts, minTip);
  requireReach(triggerOrder, facts);
}

function requireAlive(order: Order, { nowSec, state, epoch }: OrderFacts): void {
  const refuse = (code: 'expired' | 'cancelled' | 'filled', message: string): never => {
    throw new OrderRefusedError(code, message);
  };
  if (nowSec > BigInt(order.expirySec)) {
    refuse(
      'expired',
      `the order expired at ${order.expirySec}, and the block is at ${nowSec}; sign a later expiry`,
    );
  }
  if (order.epoch !== epoch) {
    refuse(
      'cancelled',
      `the order is of epoch ${order.epoch}, the account is at ${epoch}: it was cancelled with all others; sign a new one`,
    );
  }
  if (state === 'filled')
    refuse('filled', `nonce ${order.nonce} is filled; sign a new order with another nonce`);
  if (state === 'cancelled') {
    refuse('cancelled', `nonce ${order.nonce} is cancelled; sign a new order with another nonce`);
  }
}

function requireFees({ order, triggerPrice, tip }: TriggerOrder, facts: OrderFacts, minTip: bigint): void {
  const rate = BigInt(facts.takerFeeBps) * WAD_PER_BPS;
  if (order.maxFee < rate) {
    throw new OrderRefusedError(
      'feeTooLow',
      `maxFee is ${formatWad(order.maxFee)} of notional and the matcher takes ${formatWad(rate)}; sign a higher one`,
    );
  }
  if (tip < minTip) {
    throw new OrderRefusedError(
      'tipTooLow',
      `the tip is ${formatWad(tip)} USD and this keeper works for ${formatWad(minTip)} or more`,
    );
  }
  const notional = mulUp(abs(order.size), triggerPrice);
  const most = mulDivUp(notional, MAX_COST_BPS, BPS);
  const fee = mulDivUp(notional, BigInt(facts.takerFeeBps), BPS);
  if (tip === 0n || fee + tip <= most) return;
  throw new OrderRefusedError(
    'tipTooHigh',
    `a tip of ${formatWad(tip)} USD with the fee of ${formatWad(fee)} is more than 1% of the notional at the trigger ` +
      `price, ${formatWad(most)}, which the clearinghouse never lets pass; sign a lower tip`,
  );
}

/** Where the index only gets further from the limit as it triggers: a stop whose limit lies before its trigger. */
function requireReach({ order, triggerPrice, above }: TriggerOrder, facts: OrderFacts): void {
  const { underlying } = decodeInstrumentId(order.instrument);
  if (facts.baseSpreadBps === undefined) {
    throw new OrderRefusedError('notSupported', `the vault makes no market in underlying ${underlying}`);
  }
  const buys = order.size > 0n;
  if (buys !== above) return;
  const best = bestPrice(triggerPrice, buys, facts.baseSpreadBps, facts.makerFeeBps);
  if (buys ? best <= order.limitPrice : best >= order.limitPrice) return;
  const [verb, side] = buys ? ['buys', 'above'] : ['sells', 'below'];
  throw new OrderRefusedError(
    'limitOutOfReach',
    `an order that ${verb} at an index of ${formatWad(triggerPrice)} and ${side} never gets a better price than ` +
      `${formatWad(best)} from the vault, and its limit is ${formatWad(order.limitPrice)}; sign a limit beyond that`,
  );
}

/** What the vault would quote at the trigger price on its calmest day, the matcher's fee for it included (SPEC-Q4, Q5). */
export function bestPrice(index: bigint, buys: boolean, baseSpreadBps: number, makerFeeBps: number): bigint {
  const distance = mulUp(index, BigInt(baseSpreadBps) * WAD_PER_BPS);
  const fee = BigInt(makerFeeBps) * WAD_PER_BPS;
  return buys ? mulDivUp(index + distance, WAD, WAD - fee) : mulDivDown(index - distance, WAD, WAD + fee);
}

/** The part of the tip that a fill pays, wad USD. */
export function tipOf({ order: { size }, tip }: TriggerOrder, filled: bigint): bigint {
  return mulDivDown(tip, filled, abs(size));
}

/** Units that are still open, wad. */
export function openSize({ size }: Order, { filled }: Pick<OrderFacts, 'filled'>): bigint {
  return abs(size) - filled;
}

/** Whether nothing more of it will ever be matched, and why. */
export function endOf(
  order: Order,
  { state, epoch, nowSec }: OrderFacts,
): 'filled' | 'cancelled' | 'expired' | undefined {
  if (state === 'filled') return 'filled';
  if (state === 'cancelled' || order.epoch !== epoch) return 'cancelled';
  return nowSec > BigInt(order.expirySec) ? 'expired' : undefined;
}
