import type { Explanation } from '../explanation.ts';

/** Errors of `IOrderMatcher`. */
export const orderExplanations = {
  OrderExpired: {
    says: 'Order {nonce:int} of account {account:account} expired at {expirySec:time}; the block is at {nowSec:time}.',
    remedy: 'Sign a new order with a later expiry.',
  },
  OrderAlreadyFilled: {
    says: 'Order {nonce:int} of account {account:account} is filled: {filled:units} of {size:units}.',
    remedy: 'Drop it from the book; for another trade sign an order with a new nonce.',
  },
  OrderIsCancelled: {
    says: 'Order {nonce:int} of account {account:account} was cancelled.',
    remedy: 'Drop it from the book; for another trade sign an order with a new nonce.',
  },
  WrongEpoch: {
    says:
      'The order of account {account:account} was signed for epoch {orderEpoch:int}, the account is at ' +
      '{accountEpoch:int}: it was cancelled with all others.',
    remedy: 'Read the epoch with getEpoch and sign a new order.',
  },
  InvalidSignature: {
    says: 'The signature of the order of account {account:account} is not by {signer:address}.',
    remedy:
      'Sign with signOrder on the chain and matcher that settle it, and pass the address that signed as signer.',
  },
  SignerNotAuthorised: {
    says: '{signer:address} may not trade for account {account:account}.',
    remedy: 'Sign with the owner, or have the owner approve the signer with setOperator and the trade scope.',
  },
  SizeZero: {
    says: 'Order {nonce:int} of account {account:account} has size zero.',
    remedy: 'Sign an order with a size: positive buys, negative sells.',
  },
  SameSide: {
    says: 'Both orders are on the same side: sizes {makerSize:units} and {takerSize:units}.',
    remedy: 'Match a buy (positive size) with a sell (negative size).',
  },
  InstrumentMismatch: {
    says: 'The maker trades {maker:instrument}, the taker {taker:instrument}.',
    remedy: 'Match two orders in the same instrument.',
  },
  PricesDoNotCross: {
    says: 'The buyer pays at most {buyLimit:usd}, the seller wants at least {sellLimit:usd}.',
    remedy: 'Match orders whose buy limit is not below the sell limit.',
  },
  PostOnlyCannotTake: {
    says: 'Order {nonce:int} of account {account:account} is post-only and cannot be the taker.',
    remedy: 'Pass it as the maker, or sign it without postOnly.',
  },
  ReduceOnlyWouldIncrease: {
    says:
      'A reduce-only order of account {account:account} would fill {fill:units} of {instrument:instrument} on a ' +
      'position of {position:units}.',
    remedy: 'Match it only while the account holds the opposite position, and for no more than its size.',
  },
  FillZero: {
    says: 'Nothing can be filled.',
    remedy: 'Pass a maxSize above zero, and check what is left of both orders with getOrderFill.',
  },
  TriggerNotReached: {
    says:
      'Order {nonce:int} of account {account:account} triggers at {triggerPrice:usd} (and above: {above:bool}); the ' +
      'index is at {index:usd}.',
    remedy: 'Execute it when the index has reached its trigger; follow the index with getMarkets.',
  },
  TriggerPriceNotFresh: {
    says: 'The index of underlying {underlying:underlying} is {status:status}, which triggers no order.',
    remedy: 'Wait until its sources answer and agree again; until then close by a plain order.',
  },
  FeeAboveMax: {
    says: 'The fee {fee:usd} is above what the order of account {account:account} still allows, {max:usd}.',
    remedy: 'Sign the order with a maxFee of at least the fee rate of the matcher.',
  },
  FeeOutOfBounds: {
    says: 'The fee {feeBps:bps} is above the most allowed, {max:bps}.',
    remedy: 'Set a lower fee; the bound is fixed in the code.',
  },
} satisfies Record<string, Explanation>;
