import type { Explanation } from '../explanation.ts';

/** Errors of `IClearinghouse`. */
export const clearinghouseExplanations = {
  'NotAuthorised(uint256,address,uint8)': {
    says: '{caller:address} may not {scope:scopes} for account {account:account}.',
    remedy:
      'Send from the owner of the account, or have the owner approve the caller with setOperator and the missing scope.',
  },
  NotModule: {
    says: '{caller:address} is not registered as a {role:roles}.',
    remedy: 'Call through the order matcher or the liquidator; governance registers modules with setModule.',
  },
  AmountZero: {
    says: 'The amount is zero, or becomes zero at the scale of the token.',
    remedy: 'Pass an amount above zero, in the unit that the parameter names.',
  },
  AmountTooLarge: {
    says: 'The amount {amount:int} is above the largest that fits, {max:int}.',
    remedy: 'Pass a smaller amount, and check that it was not scaled twice.',
  },
  UnknownAsset: {
    says: 'Asset {assetId:asset} is not listed.',
    remedy: 'Pick an asset number from getAssets.',
  },
  AssetDisabled: {
    says: 'Deposits of asset {assetId:asset} are closed.',
    remedy:
      'Deposit another asset from getAssets, or no more cash than the account owes; withdrawing this one still works.',
  },
  TransferAmountMismatch: {
    says: 'Token {token:address} moved {receivedRaw:int} raw units where {expectedRaw:int} were asked for.',
    remedy:
      'Use a token that charges no fee on transfers and does not rebase; this one cannot be collateral.',
  },
  LedgerMismatch: {
    says: 'The pool holds {actualRaw:int} raw units of token {token:address}, less than the {recordedRaw:int} it recorded.',
    remedy:
      'Balances of this token shrank by themselves: none goes in or out until what is missing is sent to the clearinghouse. Tell governance.',
  },
  TokenNotAnswering: {
    says: 'Token {token:address} gives no answer where an ERC-20 must.',
    remedy:
      'Check the address and the chain; a listed token that does this is broken, and governance can disable it.',
  },
  DepositCapExceeded: {
    says: 'The deposit would take asset {assetId:asset} to {recorded:units} recorded units, above its cap of {cap:units}.',
    remedy: 'Deposit less, another asset, or wait until others withdraw or governance raises the cap.',
  },
  'InsufficientBalance(uint256,uint8,uint256,uint256)': {
    says: 'Account {account:account} holds {balance:units} of asset {assetId:asset}, less than {amount:units}.',
    remedy: 'Ask for at most the balance that getPortfolio shows.',
  },
  InsufficientLiquidity: {
    says: 'The pool can pay out {available:units} of asset {assetId:asset} now, less than {amount:units}.',
    remedy: 'Withdraw less, or wait: the rest is lent out and returns as borrowers repay.',
  },
  TooManyCollaterals: {
    says: 'Account {account:account} may hold at most {max:int} collateral assets.',
    remedy: 'Withdraw one asset completely first, or use another sub-account.',
  },
  TooManyPositions: {
    says: 'Account {account:account} may hold at most {max:int} positions.',
    remedy: 'Close a position first, or use another sub-account.',
  },
  UnknownInstrument: {
    says: 'Instrument {instrument:instrument} is not listed.',
    remedy: 'Pick a market from getMarkets, or have governance list it.',
  },
  InstrumentExpired: {
    says: 'Instrument {instrument:instrument} expired at {expirySec:int}.',
    remedy: 'Trade a later expiry; what is held of this one turns into cash once it has settled.',
  },
  NotWithinAction: {
    says: 'settleWithin belongs to the clearinghouse itself.',
    remedy: 'Call settleExpired with the accounts to settle.',
  },
  PositionNotFound: {
    says: 'Account {account:account} has no position in {instrument:instrument}.',
    remedy: 'Read the positions again with getPortfolio; it may have been closed or liquidated meanwhile.',
  },
  ReducesPastZero: {
    says:
      'Taking {amount:units} from account {account:account} in {instrument:instrument} goes past zero: ' +
      'its size is {size:units}.',
    remedy: 'Take at most the size of the position; read it again with getPosition.',
  },
  PriceOutOfBand: {
    says: 'The price {price:usd} is further than {bandBps:bps} from the mark {mark:usd}.',
    remedy: 'Trade at a price closer to the mark in getMarkets.',
  },
  FeeTooHigh: {
    says: 'The fee {fee:usd} is above the most allowed, {max:usd}.',
    remedy: 'Lower the fee of the venue.',
  },
  SameAccount: {
    says: 'Account {account:account} is on both sides.',
    remedy: 'Use two different accounts.',
  },
  OpenInterestCapExceeded: {
    says:
      'The trade would take the open interest of {instrument:instrument} to {openInterest:units}, ' +
      'above its cap of {cap:units}.',
    remedy: 'Trade a smaller size; closing trades are not affected by the cap.',
  },
  BelowInitialMargin: {
    says:
      'Account {account:account} would have equity of {equity:usd}, below the initial margin of {initialMargin:usd} ' +
      'that it needs, without having reduced its risk.',
    remedy: 'Deposit at least the difference, choose a smaller size, or close positions first.',
  },
  WithdrawalTooLarge: {
    says:
      'Account {account:account} would keep equity of {equityAfter:usd}, of which {unrealised:usd} is unrealised, ' +
      'against an initial margin of {initialMargin:usd}.',
    remedy:
      'Withdraw less (withdrawableCash of the margin lens is the most), or realise gains or reduce positions first.',
  },
  ReduceOnly: {
    says: 'Account {account:account} may only reduce risk now: prices are {status:status}, paused: {paused:bool}.',
    remedy:
      'Close or reduce, or wait until the price sources agree again and trading is open; see the status in getMarkets.',
  },
  InvalidRecipient: {
    says: '{to:address} cannot receive a withdrawal.',
    remedy: 'Withdraw to an address other than zero and the clearinghouse itself.',
  },
  InvalidConfig: {
    says: 'The setting {field:text} = {value:int} is outside {min:int} to {max:int}.',
    remedy: 'Choose a value inside the bounds; they are fixed in the code.',
  },
  NotAContract: {
    says: '{target:address} has no code.',
    remedy: 'Check the address and the chain: a contract is expected there.',
  },
  AccountNotEmpty: {
    says: 'Account {account:account} still holds positions, collateral or cash.',
    remedy:
      'Liquidate what is left first; only a debt with nothing behind it is covered by the insurance fund.',
  },
  FundingOutOfBounds: {
    says: 'The funding index {fundingIndex:int} or the premium {premium:int} of the perp has outgrown its storage.',
    remedy: 'Report it: only a price far outside the configured bands can lead here.',
  },
  OpenInterestOutOfBounds: {
    says: 'Open interest of {units:int} units or a cost sum of {costSum:int} does not fit its storage.',
    remedy: 'Use a smaller size; check that it was not scaled twice.',
  },
  FeesOutOfBounds: {
    says: 'Collected fees of {insuranceFees:usd} and {venueFees:usd} exceed the most that can wait, {max:usd}.',
    remedy: 'Call sweepFees for the venue, then trade again.',
  },
} satisfies Record<string, Explanation>;
