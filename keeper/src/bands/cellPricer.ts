import type { AccountBook } from '../mirror/accountBook.ts';
import type { UnderlyingGroup } from './accountGroups.ts';
import type { Allowances } from './allowances.ts';
import type { LoadStatus } from './loadStatus.ts';
import { LoadedAccount } from './loadedAccount.ts';
import type { MarketView } from './marketView.ts';
import { addOption, clearSums, createCellSums, MOST_SCENARIOS } from './optionCell.ts';
import type { RiskTable } from './riskTable.ts';

/**
 * Lower bounds of an account's health E - MM over cells of prices.
 *
 * The margin of the loaded account is a maximum of sums over underlyings (SPEC-M5, M10): with a_j the worst scenario's weight,
 * E - MM = min over branches j of `base + sum_u g_uj(S_u)`, where j runs over the scenarios, over "no net loss", and over the
 * floor. `cell` bounds each g_uj from below for every price of one cell.
 */
export class CellPricer {
  readonly account: LoadedAccount;
  readonly #sums = createCellSums();
  readonly #pnls = new Float64Array(MOST_SCENARIOS);
  #roll = 0;
  #netLow = 0;
  #netHigh = 0;
  #gross = 0;

  constructor(book: AccountBook) {
    this.account = new LoadedAccount(book);
  }

  /** Branches of the loaded account: scenarios, no net loss, floor. */
  get branches(): number {
    return this.account.risk.scenarios + 2;
  }

  /** What a change of volatility costs at most, summed over the cells priced since the account was loaded. */
  get vega(): number {
    return this.#sums.vega;
  }

  /** Takes an account in. Unless LOADED is returned, nothing can be asked about it. */
  load(place: number, view: MarketView, risk: RiskTable | undefined, allowances: Allowances): LoadStatus {
    this.#sums.vega = 0;
    return this.account.load(place, view, risk, allowances);
  }

  /**
   * Bounds each branch of the k-th underlying's share from below, for every price from `low` to `high`.
   * @param out Takes `branches` numbers: scenarios, no net loss, floor. USD.
   */
  cell(k: number, low: number, high: number, out: Float64Array): void {
    const group = this.account.group(k);
    const { profile, scenarios } = this.account.risk;
    clearSums(this.#sums, scenarios);
    this.#roll = group.perpAbs * high * profile.rollMin;
    this.#netLow = group.net * (group.net >= 0 ? low : high);
    this.#netHigh = group.net * (group.net >= 0 ? high : low);
    this.#gross = group.gross * high;
    const lnLow = Math.log(low);
    const lnHigh = high === low ? lnLow : Math.log(high);
    for (let t = group.termFrom; t < group.termTo; ++t) this.#addTerm(group, t, low, high, lnLow, lnHigh);

    const net = Math.max(Math.abs(this.#netLow), Math.abs(this.#netHigh));
    const floor =
      net * (profile.floorNet - profile.floorHedged / 2) + (this.#gross * profile.floorHedged) / 2;
    const charges =
      this.#roll +
      group.shortUnits * high * profile.shortRate +
      haircutOf(group, high * group.spot, profile.haircut);
    const doubt = this.account.doubt * (3 * group.units * high + group.strikeGross);
    const fixed = group.putStrikes - this.#sums.gap - doubt;
    const { valueA, valueB, shockedA, shockedB } = this.#sums;
    out.fill(Infinity, 0, scenarios + 2);
    this.#branchesAt(group, low, valueA + fixed, valueA, shockedA, charges, profile.mmFactor * floor, out);
    if (high === low) return;
    this.#branchesAt(group, high, valueB + fixed, valueB, shockedB, charges, profile.mmFactor * floor, out);
  }

  #addTerm(
    group: UnderlyingGroup,
    t: number,
    low: number,
    high: number,
    lnLow: number,
    lnHigh: number,
  ): void {
    const account = this.account;
    const term = account.term(t);
    const forwardA = low * term.ratio;
    const forwardB = high * term.ratio;
    const most = forwardB * (1 + term.slack);
    const least = forwardA * (1 - term.slack);
    let deltaLow = (term.futures * (term.futures >= 0 ? least : most)) / term.ratio;
    let deltaHigh = (term.futures * (term.futures >= 0 ? most : least)) / term.ratio;
    this.#gross += (term.futuresAbs * most) / term.ratio;
    const sums = this.#sums;
    for (let i = term.optionFrom; i < term.optionTo; ++i) {
      const size = account.optionSizes[i]!;
      const lnStrike = account.optionLnStrikes[i]!;
      const atA = lnLow + term.lnRatio - lnStrike;
      const atB = lnHigh + term.lnRatio - lnStrike;
      addOption(sums, term, group.shocks, size, account.optionStrikes[i]!, forwardA, forwardB, atA, atB);
      const isPut = account.optionIsPut[i]!;
      const n1Low = sums.deltaLow - isPut;
      const n1High = sums.deltaHigh - isPut;
      const lowest = n1Low * (n1Low >= 0 ? least : most);
      const highest = n1High * (n1High >= 0 ? most : least);
      deltaLow += size * (size >= 0 ? lowest : highest);
      deltaHigh += size * (size >= 0 ? highest : lowest);
      this.#gross += Math.abs(size) * Math.max(Math.abs(lowest), Math.abs(highest));
    }
    this.#roll += Math.max(Math.abs(deltaLow), Math.abs(deltaHigh)) * term.rate;
    this.#netLow += deltaLow;
    this.#netHigh += deltaHigh;
  }

  /** Lowers `out` to the branches at one end of the cell. Values and shocked values are taken at their lowest. */
  #branchesAt(
    { shocks: { shocks, weights }, linear, linearSlack }: UnderlyingGroup,
    price: number,
    optionsAndFixed: number,
    options: number,
    shocked: Float64Array,
    charges: number,
    floor: number,
    out: Float64Array,
  ): void {
    const { scenarios, jointWeight, ownWeight } = this.account.risk;
    const { gap, gaps } = this.#sums;
    const lowest = price * linear - price * linearSlack;
    const value = lowest + optionsAndFixed;
    const pnls = this.#pnls;
    let least = 0;
    for (let j = 0; j < scenarios; ++j) {
      const change = lowest * shocks[j]! + (shocked[j]! - gaps[j]!) - (options - gap);
      const pnl = weights[j]! * change;
      pnls[j] = pnl;
      if (pnl < least) least = pnl;
    }
    const common = value + ownWeight * least - charges;
    for (let j = 0; j < scenarios; ++j) {
      const branch = common + jointWeight * pnls[j]!;
      if (branch < out[j]!) out[j] = branch;
    }
    if (common < out[scenarios]!) out[scenarios] = common;
    if (value - floor < out[scenarios + 1]!) out[scenarios + 1] = value - floor;
  }
}

function haircutOf(
  { shocks: { haircutSlope, haircutCap } }: UnderlyingGroup,
  value: number,
  rate: number,
): number {
  if (haircutSlope === 0) return value * rate;
  return value * Math.min(haircutCap, rate + haircutSlope * value);
}
