import type { Fees, Receipt, SignedTransaction, TransactionBody } from '../chain/types.ts';
import type { Basket } from '../decide/basket.ts';

/** The liquidation of one account. */
export interface LiquidationPart {
  readonly account: bigint;
  /** What the keeper's account will receive. */
  readonly basket: Basket;
  /** Wad USD, as quoted. */
  readonly reward: bigint;
  /** The mirror's version of the account when it was decided on. */
  readonly version: number;
}

/** What a transaction in flight is for. */
export type Purpose =
  | {
      readonly kind: 'liquidation';
      /** Several where it is a batch: one that fails on chain leaves the others as they are. */
      readonly parts: readonly LiquidationPart[];
      /** Unix seconds after which the call can only revert. */
      readonly deadlineSec?: number;
      /** Until this block it goes to the private endpoint only. */
      readonly privateUntil?: bigint | undefined;
    }
  /** Turns what has expired into cash. */
  | { readonly kind: 'settlement'; readonly accounts: readonly bigint[] }
  /** One of the other duties. @property keys What it does, each once. */
  | { readonly kind: 'duty'; readonly duty: string; readonly keys: readonly string[] }
  /** Only uses up a nonce, so that those behind it can be mined. */
  | { readonly kind: 'cancel' };

/** A transaction that was sent and has not been seen mined. */
export interface InFlight {
  readonly nonce: number;
  readonly purpose: Purpose;
  readonly body: TransactionBody;
  readonly fees: Fees;
  /** Every version that was ever sent: any of them may be mined. The newest is last; none of an intent. */
  readonly sent: readonly SignedTransaction[];
  /** The head when the newest version was sent. */
  readonly sentAtBlock: bigint;
  /** Whether a node said that it has the newest version. */
  readonly acknowledged: boolean;
  /** How often its nonce was used up, yet no receipt was found. */
  readonly missed: number;
}

/** How a transaction left the journal. */
export type Ending =
  /** One of its versions is in a block. */
  | {
      readonly kind: 'mined';
      readonly receipt: Pick<Receipt, 'hash' | 'blockNumber' | 'succeeded'>;
      /** Which of its work was not done although it did not revert, and may be begun again. */
      readonly isUndone?: (key: string) => boolean;
    }
  /** None of its versions ever will be. */
  | { readonly kind: 'dropped' };

/** The liquidations that a transaction makes. */
export function partsOf(purpose: Purpose): readonly LiquidationPart[] {
  return purpose.kind === 'liquidation' ? purpose.parts : [];
}

/** Transactions of one wallet in flight, by nonce. What may have been sent must be in it before it is sent. */
export interface Journal {
  entries(): readonly InFlight[];
  /**
   * Records an entry: an intent while it has no version, then signed, then acknowledged.
   * @throws WorkTakenError for an intent whose work is in hand or done, LeaseLostError where the wallet is not owned
   */
  put(entry: InFlight): Promise<void>;
  remove(nonce: number, ending: Ending): Promise<void>;
  /** Just before bytes are sent. @throws LeaseLostError where another process may own the wallet by now */
  assertMaySend(): void;
}

/** A journal that ends with the process, for what is sent once and by one. */
export function createMemoryJournal(): Journal {
  const byNonce = new Map<number, InFlight>();
  return {
    entries: () => [...byNonce.values()].sort((a, b) => a.nonce - b.nonce),
    put(entry) {
      byNonce.set(entry.nonce, entry);
      return Promise.resolve();
    },
    remove(nonce) {
      byNonce.delete(nonce);
      return Promise.resolve();
    },
    assertMaySend: () => undefined,
  };
}
