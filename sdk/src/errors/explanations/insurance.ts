import type { Explanation } from '../explanation.ts';

/** Errors of `ICashPool`, of the insurance fund and the liquidity vault; those of ERC-4626 are among the external ones. */
export const insuranceExplanations = {
  TooManyDecimals: {
    says: 'The cash token {token:address} has {decimals:int} decimals, more than {max:int}.',
    remedy: 'Deploy the pool for a clearinghouse whose cash has at most 18 decimals.',
  },
  DepositTooSmall: {
    says: 'The deposit of {assets:int} raw units is worth less than one share, which costs {min:int}.',
    remedy: 'Deposit at least the price of one share, as previewMint(1) returns it.',
  },
  NothingRequested: {
    says: '{owner:address} has not requested to redeem any shares.',
    remedy: 'Call requestRedeem with the number of shares first, then redeem when the delay is over.',
  },
  RequestNotReady: {
    says: 'The request of {owner:address} may be redeemed from {readyAtSec:time} on; the block is at {nowSec:time}.',
    remedy: 'Wait until then; asking for more shares meanwhile starts the delay anew.',
  },
  RequestLapsed: {
    says: 'The request of {owner:address} lapsed at {lapsesAtSec:time}; the block is at {nowSec:time}.',
    remedy: 'Renew it with requestRedeem(0), or take the shares back with cancelRequest.',
  },
} satisfies Record<string, Explanation>;
