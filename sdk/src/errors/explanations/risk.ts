import type { Explanation } from '../explanation.ts';

/** Errors of `IRiskEngine`, the insurance fund and the value types in `contracts/types`. */
export const riskExplanations = {
  UnknownProfile: {
    says: 'There is no risk profile {profileId:int}.',
    remedy: 'Pick a profile that isProfile of the risk engine knows.',
  },
  InstrumentNotPriced: {
    says: 'Instrument {instrument:instrument} is of no known kind, or its strike is zero or beyond any price.',
    remedy: 'Build instruments with encodeInstrumentId.',
  },
  InvalidProfile: {
    says: 'The profile setting {field:text} = {value:int} is outside {min:int} to {max:int}.',
    remedy: 'Choose a value inside the bounds; they are fixed in the code.',
  },
  TooManyUnderlyings: {
    says: 'The account spans more than {max:int} underlyings.',
    remedy: 'Spread it over several sub-accounts.',
  },
  TermMissing: {
    says: 'No forward and surface were given for underlying {underlying:underlying} at {expirySec:int}.',
    remedy: 'Pass a term for every expiry that the account holds.',
  },
  TermOutOfBounds: {
    says: 'The surface parameter {field:text} = {value:int} is outside {min:int} to {max:int}.',
    remedy: 'Pass wad numbers, and check that they were not scaled twice.',
  },
  ShockOutOfBounds: {
    says: 'The shock {shock:int} is outside {min:int} to {max:int}.',
    remedy: 'Pass the move as a wad fraction of the index, such as -0.1e18.',
  },
  PriceMissing: {
    says: 'No price was given for underlying {underlying:underlying} of the portfolio.',
    remedy: 'Pass a price for every underlying that the account holds, each once.',
  },
  PriceOutOfBounds: {
    says: 'The price {price:usd} of underlying {underlying:underlying} is zero or not below {max:usd}.',
    remedy: 'Pass wad USD per unit, and check that it was not scaled twice.',
  },
  SpotValueOutOfBounds: {
    says: 'The collateral in underlying {underlying:underlying} is worth {value:usd}, above the most computed with, {max:usd}.',
    remedy: 'Check the price and the decimals of the asset; spread the collateral over several sub-accounts.',
  },
  StrikeNotRepresentable: {
    says: 'The strike {strike:usd} is zero or has more than 16 significant digits.',
    remedy: 'Round the strike to 16 significant digits.',
  },
  ExpiryNotRepresentable: {
    says: 'The expiry {expirySec:int} is zero, not on a whole hour, or too far away.',
    remedy: 'Pass Unix seconds divisible by 3600.',
  },
  UnderlyingNotRepresentable: {
    says: 'The underlying number {underlying:int} is outside 1 to 4095.',
    remedy: 'Pick an underlying from getMarkets.',
  },
  SizeOutOfBounds: {
    says: 'The position would have a size of {size:units}, beyond {max:units}.',
    remedy: 'Trade a smaller size, and check that it was not scaled twice.',
  },
  CostOutOfBounds: {
    says: 'The position would have a cost basis of {cost:usd}, beyond {max:usd}.',
    remedy: 'Trade a smaller size or at another price, and check that neither was scaled twice.',
  },
} satisfies Record<string, Explanation>;
