import { decodeInstrumentId } from '../codec/index.ts';
import { abs, formatWad, mulDivUp, mulUp } from '../units/index.ts';
import { buildOrder, requireBits } from './buildOrder.ts';
import type { BuildOrderParameters } from './buildOrder.ts';
import { InvalidOrderError } from './errors.ts';
import type { Order, TriggerOrder } from './types.ts';

/** What a venue may take from an account in one trade, fee and tip together, as a share of notional. */
const MAX_FEE_BPS = 100n;
const BPS = 10_000n;

export interface BuildTriggerOrderParameters extends BuildOrderParameters {
  /** Index price, wad USD. */
  readonly triggerPrice: bigint;
  /** Whether it triggers at `triggerPrice` and above, else at it and below. */
  readonly above: boolean;
  /** The most to pay in all to whoever executes it, wad USD; nothing unless given, and then nobody may bother. */
  readonly tip?: bigint | undefined;
}

/**
 * A trigger order ready to sign; for the rest as `buildOrder`. A tip that the clearinghouse would not let pass at the
 * trigger price (for options: at the limit price) is refused here, for such an order could not execute when it is needed.
 * @throws InvalidOrderError
 */
export function buildTriggerOrder(parameters: BuildTriggerOrderParameters): TriggerOrder {
  const { triggerPrice, above, tip = 0n, ...rest } = parameters;
  const order = buildOrder(rest);
  requireBits('triggerPrice', triggerPrice, 128);
  requireBits('tip', tip, 128);
  if (triggerPrice === 0n)
    throw new InvalidOrderError('triggerPrice', 'is zero; give the index price that triggers it, in wad USD');
  if (order.postOnly)
    throw new InvalidOrderError('postOnly', 'cannot be set: a trigger order is matched as the taker');
  requireTip(order, triggerPrice, tip);
  return { order, triggerPrice, above, tip };
}

function requireTip(order: Order, triggerPrice: bigint, tip: bigint): void {
  const { kind } = decodeInstrumentId(order.instrument);
  const isOption = kind === 'call' || kind === 'put';
  const notional = mulUp(abs(order.size), isOption ? order.limitPrice : triggerPrice);
  const most = mulDivUp(notional, MAX_FEE_BPS, BPS);
  const fee = mulUp(notional, order.maxFee);
  if (tip === 0n || fee + tip <= most) return;
  throw new InvalidOrderError(
    'tip',
    `${formatWad(tip)} USD is too high: with a fee of up to ${formatWad(fee)} it is more than 1% of the notional, ` +
      `${formatWad(most)}`,
  );
}
