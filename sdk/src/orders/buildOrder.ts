import type { AccountId, InstrumentId } from '../codec/index.ts';
import { InvalidOrderError } from './errors.ts';
import type { Order } from './types.ts';

/** 0.1% of notional. */
export const DEFAULT_MAX_FEE = 10n ** 15n;
/** One day. */
export const DEFAULT_LIFETIME_SEC = 86_400;

export interface BuildOrderParameters {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  /** Units, wad; + buys and - sells. */
  readonly size: bigint;
  /** The worst price, wad USD per unit. */
  readonly limitPrice: bigint;
  /** Fraction of notional, wad; 0.1% unless given. */
  readonly maxFee?: bigint | undefined;
  /** 64 bits; random unless given. To amend an order, sign again with its nonce. */
  readonly nonce?: bigint | undefined;
  /** The account's cancel-all epoch, see getEpoch; 0 unless given. */
  readonly epoch?: number | undefined;
  /** Unix seconds; one day from the clock of this machine unless given. */
  readonly expirySec?: number | undefined;
  readonly reduceOnly?: boolean | undefined;
  readonly postOnly?: boolean | undefined;
}

/**
 * An order ready to sign, with defaults for what is left out and every field checked against the bits that hold it.
 * @throws InvalidOrderError
 */
export function buildOrder(parameters: BuildOrderParameters): Order {
  const order: Order = {
    account: parameters.account,
    instrument: parameters.instrument,
    size: parameters.size,
    limitPrice: parameters.limitPrice,
    maxFee: parameters.maxFee ?? DEFAULT_MAX_FEE,
    nonce: parameters.nonce ?? randomNonce(),
    epoch: parameters.epoch ?? 0,
    expirySec: parameters.expirySec ?? Math.floor(Date.now() / 1000) + DEFAULT_LIFETIME_SEC,
    reduceOnly: parameters.reduceOnly ?? false,
    postOnly: parameters.postOnly ?? false,
  };
  requireBits('account', order.account, 256);
  requireBits('instrument', order.instrument, 96);
  requireBits('limitPrice', order.limitPrice, 128);
  requireBits('maxFee', order.maxFee, 64);
  requireBits('nonce', order.nonce, 64);
  requireWhole('epoch', order.epoch, 2 ** 32 - 1);
  requireWhole('expirySec', order.expirySec, 2 ** 40 - 1);
  if (order.size === 0n) throw new InvalidOrderError('size', 'is zero; + buys and - sells');
  if (BigInt.asIntN(128, order.size) !== order.size) {
    throw new InvalidOrderError(
      'size',
      `${order.size} does not fit an int128; check that it was not scaled twice`,
    );
  }
  if (order.limitPrice === 0n)
    throw new InvalidOrderError('limitPrice', 'is zero; give the worst price in wad USD');
  return order;
}

export function requireBits(field: string, value: bigint, bits: number): void {
  if (value < 0n || BigInt.asUintN(bits, value) !== value) {
    throw new InvalidOrderError(
      field,
      `${value} does not fit ${bits} unsigned bits; check its unit and scale`,
    );
  }
}

function requireWhole(field: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new InvalidOrderError(field, `${value} must be a whole number from 0 to ${max}`);
  }
}

function randomNonce(): bigint {
  const [nonce = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return nonce;
}
