import type { Address, Hex } from 'viem';
import type { AccountId, InstrumentId } from '../codec/index.ts';

/** `IOrderMatcher.Order`, in the order of its fields. */
export interface Order {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  /** Units, wad; + buys and - sells. */
  readonly size: bigint;
  /** The worst price, wad USD per unit. */
  readonly limitPrice: bigint;
  /** The most the order may pay in fees over its whole life, as a fraction of notional, wad. */
  readonly maxFee: bigint;
  /** One nonce is one order: two that share it share one fill. 64 bits. */
  readonly nonce: bigint;
  /** The account's cancel-all epoch when signed. */
  readonly epoch: number;
  /** Last second at which it may be matched, Unix. */
  readonly expirySec: number;
  /** Fills only what brings the position toward zero. */
  readonly reduceOnly: boolean;
  /** May only be the maker. */
  readonly postOnly: boolean;
}

/**
 * `IOrderMatcher.TriggerOrder`: a stop-loss or take-profit. It may be matched, as the taker, once the index of its
 * instrument's underlying has reached `triggerPrice`. Two with the same nonce cancel each other when one is filled.
 */
export interface TriggerOrder {
  /** What is matched once triggered. */
  readonly order: Order;
  /** Index price, wad USD. */
  readonly triggerPrice: bigint;
  /** Whether it triggers at `triggerPrice` and above, else at it and below. */
  readonly above: boolean;
  /** The most that the account pays in all to whoever executes it, wad USD; a part of the order pays its part. */
  readonly tip: bigint;
}

export interface SignedTriggerOrder {
  readonly triggerOrder: TriggerOrder;
  /** As in `SignedOrder`. */
  readonly signer: Address;
  readonly signature: Hex;
}

export interface SignedOrder {
  readonly order: Order;
  /** The account's owner, an operator with the trade scope, or a contract wallet that is either. */
  readonly signer: Address;
  readonly signature: Hex;
}

/** Which matcher on which chain an order is for; part of what is signed. */
export interface OrderDomain {
  readonly chainId: number;
  readonly orderMatcher: Address;
}
