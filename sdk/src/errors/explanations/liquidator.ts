import type { Explanation } from '../explanation.ts';

/** Errors of `ILiquidator`. */
export const liquidatorExplanations = {
  NotLiquidatable: {
    says:
      'Account {account:account} has equity of {equity:usd}, not below its maintenance margin of ' +
      '{maintenanceMargin:usd}.',
    remedy:
      'Leave it: its health returned or somebody was faster. Check with isLiquidatable before trying again.',
  },
  NotHealthy: {
    says:
      'Account {account:account} has equity of {equity:usd}, still below its maintenance margin of ' +
      '{maintenanceMargin:usd}.',
    remedy: 'Deposit into the account or reduce its positions, then clear the flag.',
  },
  NotFlagged: {
    says: 'Account {account:account} carries no liquidation flag.',
    remedy: 'Nothing to clear; call flag to start the penalty ramp of an account below maintenance margin.',
  },
  SelfLiquidation: {
    says: 'Account {account:account} cannot liquidate itself.',
    remedy: 'Take the basket with another account of yours.',
  },
  'NotAuthorised(uint256,address)': {
    says: '{1:address} may not act for account {0:account}.',
    remedy: 'Send from the owner of the account, or have the owner approve the caller with setOperator.',
  },
  EmptyBasket: {
    says: 'The liquidation takes nothing.',
    remedy: 'Select at least one position or collateral balance; proRataLiquidation suggests a basket.',
  },
  NoRelief: {
    says: 'The basket frees no maintenance margin: {maintenanceBefore:usd} before, {maintenanceAfter:usd} after.',
    remedy:
      'Select legs that carry the risk of the account, not its hedges; proRataLiquidation suggests a basket.',
  },
  Overshoot: {
    says:
      'The basket takes more than is needed: the account would be left with equity of {equityAfter:usd} against a ' +
      'maintenance margin of {maintenanceAfter:usd}, above 1.2 times.',
    remedy: 'Take less; proRataLiquidation gives the basket that ends at 1.2 times.',
  },
  RewardTooLow: {
    says: 'The reward is {reward:usd}, below the {minReward:usd} asked for.',
    remedy: 'Quote again and lower minReward, or wait: the reward grows for 15 minutes after the flag.',
  },
  CashTooLow: {
    says: 'The cash of the liquidator would change by {cash:usd}, below the {minCash:usd} asked for.',
    remedy: 'Prices moved since the quote: quote again, or allow more slippage.',
  },
  DeadlinePassed: {
    says: 'The deadline {deadlineSec:time} has passed; the block is at {nowSec:time}.',
    remedy: 'Quote again and send with a later deadline.',
  },
  PriceNotUsable: {
    says: 'Account {account:account} cannot be assessed: its prices are {status:status}.',
    remedy: 'Wait for fresh prices, or push a price update, then try again.',
  },
  NotInsolvent: {
    says: 'Account {account:account} has equity of {equity:usd}: it is not insolvent.',
    remedy:
      'Liquidate it, where it is below its maintenance margin; only insolvent accounts are deleveraged.',
  },
  InsuranceSuffices: {
    says: 'The insurance fund has {insured:usd} and can pay the {shortfall:usd} that account {account:account} lacks.',
    remedy: 'Liquidate the account; it can be deleveraged 15 minutes after it was flagged.',
  },
  DeleverageRequired: {
    says:
      'Account {account:account} lacks {shortfall:usd}, and the insurance fund has {insured:usd}: its positions go to ' +
      'their counterparties.',
    remedy: 'Call deleverage on the account; what collateral is left can be liquidated afterwards.',
  },
  NothingToDeleverage: {
    says: 'Account {account:account} has no positions.',
    remedy: 'Liquidate its collateral, if it has any.',
  },
  TooManyDeleveragings: {
    says: 'One side of {instrument:instrument} was deleveraged {max:int} times, which is all that fits.',
    remedy: 'Let its holders close their positions by trading, and list the market anew.',
  },
  LengthMismatch: {
    says: 'Two lists that belong together have different lengths: {expected:int} and {actual:int}.',
    remedy: 'Pass one size for each instrument and one amount for each asset.',
  },
  ParameterOutOfBounds: {
    says: 'The parameter {field:text} = {value:int} is above {max:int}.',
    remedy: 'Choose a value inside the bounds; they are fixed in the code.',
  },
} satisfies Record<string, Explanation>;
