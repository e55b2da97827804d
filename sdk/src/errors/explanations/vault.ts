import type { Explanation } from '../explanation.ts';

/** Errors of `ILiquidityVault` that it does not share with other contracts. */
export const vaultExplanations = {
  UnknownMarket: {
    says: 'The liquidity vault makes no market in underlying {underlying:underlying}.',
    remedy: 'Trade one that marketOf lists, or match a signed order.',
  },
  MarketClosed: {
    says: 'The liquidity vault only reduces its position in underlying {underlying:underlying}.',
    remedy: 'Trade in the direction that brings its position toward zero, or match a signed order.',
  },
  DeadlinePassed: {
    says: 'The deadline {deadlineSec:time} has passed; the block is at {nowSec:time}.',
    remedy: 'Send it again with a later deadline.',
  },
  PriceBeyondLimit: {
    says: 'The vault quotes {price:usd}, which is beyond the limit of {limitPrice:usd}.',
    remedy: 'Ask for a new quote, trade less, or accept a worse limit.',
  },
  PriceNotFresh: {
    says:
      'The index of underlying {underlying:underlying} is {status:status} and {ageSec:int} seconds old; the vault ' +
      'quotes on a price that is ok and at most {maxAgeSec:int} seconds old.',
    remedy: 'Wait for the next price, or match a signed order.',
  },
  PositionCapExceeded: {
    says:
      'The vault would hold {position:units} units of underlying {underlying:underlying}, more than its cap of ' +
      '{cap:units}.',
    remedy: 'Trade less, trade in the other direction, or match a signed order.',
  },
  SpreadTooWide: {
    says:
      'The vault would ask a spread of {spread:units} of the price for underlying {underlying:underlying}, more ' +
      'than the {max:units} it may.',
    remedy: 'Trade less, or wait until the market is calmer.',
  },
  CushionTooThin: {
    says:
      'The vault would have equity of {equity:usd} at an initial margin of {initialMargin:usd}; it keeps ' +
      '{cushionBps:bps} of that margin.',
    remedy: 'Trade less, trade in the other direction, or wait until more is deposited in the vault.',
  },
} satisfies Record<string, Explanation>;
