/** How far each slow input may move before a bound no longer holds. All zero: the inputs as they are now. */
export interface Allowances {
  /** Unix seconds until which a bound holds; now, for the present moment. */
  untilSec: number;
  /** Relative change of every option's volatility, as a difference of logarithms. */
  vol: number;
  /** The same of a term's forward over the index. */
  carry: number;
  /** Change of the perp's relative premium. */
  premium: number;
  /** Change of the funding index, relative to the price. */
  funding: number;
  /** Relative growth of the borrow index, and fall of the supply index. */
  interest: number;
  /** How far surfaces may have widened, 0 to 1; NaN: as far as they have now. */
  widen: number;
}

export const NO_ALLOWANCES: Readonly<Omit<Allowances, 'untilSec'>> = {
  vol: 0,
  carry: 0,
  premium: 0,
  funding: 0,
  interest: 0,
  widen: NaN,
};
