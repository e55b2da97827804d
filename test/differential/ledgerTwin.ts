import {
  accrueCash,
  accruePerp,
  calculateRates,
  max,
  min,
  mulDivUp,
  mulDown,
  mulUp,
  netCost,
  premiumAfterTrade,
  toCash,
  toPrincipal,
  tradePosition,
} from '@novate/sdk';
import type {
  CashIndex,
  CashTotals,
  LiquidationReward,
  Market,
  PerpState,
  Portfolio,
  RateModel,
} from '@novate/sdk';

const BPS = 10_000n;

export interface TwinLeg {
  readonly underlying: number;
  readonly size: bigint;
  readonly cost: bigint;
}

export interface TwinTrade {
  readonly buyer: number;
  readonly seller: number;
  readonly underlying: number;
  readonly size: bigint;
  readonly price: bigint;
  readonly buyerFee: bigint;
  readonly sellerFee: bigint;
}

/** What passes from an account to another: amounts absolute, in the order of the account's legs and balances. */
export interface TwinBasket {
  readonly legs: readonly { readonly underlying: number; readonly size: bigint; readonly mark: bigint }[];
  readonly spot: readonly { readonly assetId: number; readonly amount: bigint; readonly price: bigint }[];
}

interface TwinAccount {
  principal: bigint;
  legs: TwinLeg[];
  /** By asset, ascending, none of them zero. */
  spot: Map<number, bigint>;
}

export interface TwinOptions {
  readonly now: bigint;
  readonly accounts: number;
  /** The insurance account's number. */
  readonly insurance: number;
  /** Underlying of each collateral asset. */
  readonly assets: ReadonlyMap<number, number>;
  /** Premium depth of each perp, wad USD. */
  readonly depths: ReadonlyMap<number, bigint>;
  readonly rateModel: RateModel;
  readonly insuranceShareBps: bigint;
}

/** The ledger's state, kept by nothing but the twin's functions; accounts are numbered. */
export class LedgerTwin {
  readonly accounts: TwinAccount[];
  readonly perps: Map<number, PerpState>;
  readonly fees = { insurance: 0n, venue: 0n };
  private cashIndex: CashIndex;
  private totals: CashTotals = { supplyPrincipal: 0n, borrowPrincipal: 0n };
  private readonly options: TwinOptions;

  constructor(options: TwinOptions) {
    const { now } = options;
    this.options = options;
    this.accounts = Array.from({ length: options.accounts }, () => ({
      principal: 0n,
      legs: [],
      spot: new Map(),
    }));
    this.perps = new Map(
      [...options.depths.keys()].map((u) => [u, { fundingIndex: 0n, premium: 0n, updatedAt: now }]),
    );
    const one = 10n ** 18n;
    this.cashIndex = { supplyIndex: one, borrowIndex: one, supplyRate: 0n, borrowRate: 0n, updatedAt: now };
  }

  // ---------------------------------------------------------------------------------------------- views

  cash(account: number, now: bigint): bigint {
    return toCash(this.cashAt(now), this.of(account).principal);
  }

  cashAt(now: bigint): CashIndex {
    return accrueCash(this.cashIndex, now);
  }

  perp(underlying: number, now: bigint): PerpState {
    const state = this.perps.get(underlying);
    if (state === undefined) throw new RangeError(`no perp of underlying ${underlying}`);
    return accruePerp(state, now);
  }

  portfolio(account: number, now: bigint): Portfolio {
    const { legs, spot } = this.of(account);
    return {
      cash: this.cash(account, now),
      legs: legs.map(({ underlying, size, cost }) => {
        const { fundingIndex } = this.perp(underlying, now);
        return { kind: 'perp', underlying, size, cost: netCost(size, cost, fundingIndex) };
      }),
      spot: [...spot].map(([assetId, amount]) => ({ underlying: this.underlyingOf(assetId), amount })),
    };
  }

  market(indexes: ReadonlyMap<number, bigint>, now: bigint): Market {
    const quote = (underlying: number, index: bigint) => ({
      index,
      premium: this.perp(underlying, now).premium,
    });
    return { timestamp: now, underlyings: new Map([...indexes].map(([u, index]) => [u, quote(u, index)])) };
  }

  openInterest(underlying: number): { units: bigint; costSum: bigint } {
    let [units, costSum] = [0n, 0n];
    for (const { legs } of this.accounts) {
      for (const leg of legs) {
        if (leg.underlying !== underlying) continue;
        if (leg.size > 0n) units += leg.size;
        costSum += leg.cost;
      }
    }
    return { units, costSum };
  }

  totalCash(now: bigint): { supplied: bigint; borrowed: bigint } {
    const { supplyIndex, borrowIndex } = this.cashAt(now);
    return {
      supplied: mulUp(this.totals.supplyPrincipal, supplyIndex),
      borrowed: mulDown(this.totals.borrowPrincipal, borrowIndex),
    };
  }

  // ---------------------------------------------------------------------------------------------- actions

  addCash(account: number, amount: bigint, now: bigint): void {
    this.accrue(now);
    this.setCash(account, this.cash(account, now) + amount);
    this.setRates();
  }

  addSpot(account: number, assetId: number, amount: bigint): void {
    const { spot } = this.of(account);
    const held = (spot.get(assetId) ?? 0n) + amount;
    if (held === 0n) spot.delete(assetId);
    else spot.set(assetId, held);
    this.of(account).spot = new Map([...spot].sort(([a], [b]) => a - b));
  }

  accrueInterest(now: bigint): void {
    this.accrue(now);
    this.setRates();
  }

  accrueFunding(underlying: number, now: bigint): void {
    this.perps.set(underlying, this.perp(underlying, now));
  }

  trade(
    { buyer, seller, underlying, size, price, buyerFee, sellerFee }: TwinTrade,
    index: bigint,
    now: bigint,
  ): void {
    const state = this.perp(underlying, now);
    const depth = this.options.depths.get(underlying) ?? 0n;
    const premium = premiumAfterTrade(state.premium, { index, price, notional: mulDown(size, price), depth });
    this.perps.set(underlying, { ...state, premium });

    this.accrue(now);
    const cash = [this.cash(buyer, now), this.cash(seller, now)] as const;
    const bought = this.applyLeg(buyer, underlying, size, price, state.fundingIndex);
    const sold = this.applyLeg(seller, underlying, -size, price, state.fundingIndex);
    const fee = buyerFee + sellerFee;
    const toInsurance = mulDivUp(fee, this.options.insuranceShareBps, BPS);
    this.fees.insurance += toInsurance;
    this.fees.venue += fee - toInsurance;
    this.changeCash(buyer, cash[0], bought - buyerFee);
    this.changeCash(seller, cash[1], sold - sellerFee);
    this.setRates();
  }

  sweepFees(venue: number, now: bigint): void {
    const { insurance: toInsurance, venue: toVenue } = this.fees;
    if (toInsurance !== 0n) this.addCash(this.options.insurance, toInsurance, now);
    if (toVenue !== 0n) this.addCash(venue, toVenue, now);
    this.fees.insurance = 0n;
    this.fees.venue = 0n;
  }

  /** A liquidation's basket. @returns What the giver's cash changed by before the penalty. */
  moveBasket(from: number, to: number, basket: TwinBasket, reward: LiquidationReward, now: bigint): bigint {
    const { penalty, incentive } = reward;
    if (incentive !== 0n) this.addCash(this.options.insurance, -incentive, now);
    this.accrue(now);
    const cash = [this.cash(from, now), this.cash(to, now)] as const;
    let [given, taken] = [0n, 0n];
    for (const { underlying, size, mark } of basket.legs) {
      const held = this.of(from).legs.find((leg) => leg.underlying === underlying)?.size ?? 0n;
      const delta = held > 0n ? -size : size;
      const { fundingIndex } = this.perp(underlying, now);
      given += this.applyLeg(from, underlying, delta, mark, fundingIndex);
      taken += this.applyLeg(to, underlying, -delta, mark, fundingIndex);
    }
    for (const { assetId, amount, price } of basket.spot) {
      this.addSpot(from, assetId, -amount);
      this.addSpot(to, assetId, amount);
      given += mulDown(amount, price);
      taken -= mulDown(amount, price);
    }
    this.changeCash(from, cash[0], given - penalty);
    this.changeCash(to, cash[1], taken + penalty + incentive);
    this.setRates();
    return given;
  }

  /** Pays what an account owes out of the insurance account, as far as it goes, and the rest out of all positive cash. */
  coverBadDebt(account: number, now: bigint): void {
    const debt = -this.cash(account, now);
    const covered = min(debt, max(0n, this.cash(this.options.insurance, now)));
    if (covered !== 0n) {
      this.addCash(this.options.insurance, -covered, now);
      this.addCash(account, covered, now);
    }
    if (covered !== debt) this.socialise(account, now);
  }

  private socialise(account: number, now: bigint): void {
    this.accrue(now);
    const debt = -this.cash(account, now);
    this.setCash(account, 0n);
    const { supplyIndex } = this.cashIndex;
    const supplied = mulDown(this.totals.supplyPrincipal, supplyIndex);
    if (supplied > debt) {
      this.cashIndex = { ...this.cashIndex, supplyIndex: (supplyIndex * (supplied - debt)) / supplied };
    }
    this.setRates();
  }

  /** The same ledger once more, for trying something. */
  clone(): LedgerTwin {
    const copy = new LedgerTwin(this.options);
    copy.accounts.splice(0, copy.accounts.length, ...structuredClone(this.accounts));
    for (const [underlying, state] of this.perps) copy.perps.set(underlying, state);
    Object.assign(copy.fees, this.fees);
    copy.cashIndex = this.cashIndex;
    copy.totals = this.totals;
    return copy;
  }

  /** Whether an account has neither positions nor collateral. */
  isEmpty(account: number): boolean {
    const { legs, spot } = this.of(account);
    return legs.length === 0 && spot.size === 0;
  }

  // ---------------------------------------------------------------------------------------------- parts

  private of(account: number): TwinAccount {
    const found = this.accounts[account];
    if (found === undefined) throw new RangeError(`no account ${account}`);
    return found;
  }

  private underlyingOf(assetId: number): number {
    const underlying = this.options.assets.get(assetId);
    if (underlying === undefined) throw new RangeError(`no asset ${assetId}`);
    return underlying;
  }

  /** @returns Cash that the trade realises. */
  private applyLeg(
    account: number,
    underlying: number,
    delta: bigint,
    price: bigint,
    fundingIndex: bigint,
  ): bigint {
    const { legs } = this.of(account);
    const found = legs.findIndex((leg) => leg.underlying === underlying);
    const at = found < 0 ? legs.length : found;
    const { size, cost, realised } = tradePosition(
      legs[at] ?? { size: 0n, cost: 0n },
      delta,
      price,
      fundingIndex,
    );
    if (size !== 0n) {
      legs[at] = { underlying, size, cost };
    } else {
      // the last one takes the closed one's place
      const last = legs.pop();
      if (last !== undefined && at < legs.length) legs[at] = last;
    }
    return realised;
  }

  private accrue(now: bigint): void {
    this.cashIndex = accrueCash(this.cashIndex, now);
  }

  private changeCash(account: number, cash: bigint, change: bigint): void {
    if (change !== 0n) this.setCash(account, cash + change);
  }

  private setCash(account: number, cash: bigint): void {
    const entry = this.of(account);
    const next = toPrincipal(this.cashIndex, cash);
    const { supplyPrincipal, borrowPrincipal } = this.totals;
    const positive = (value: bigint): bigint => (value > 0n ? value : 0n);
    this.totals = {
      supplyPrincipal: supplyPrincipal - positive(entry.principal) + positive(next),
      borrowPrincipal: borrowPrincipal - positive(-entry.principal) + positive(-next),
    };
    entry.principal = next;
  }

  private setRates(): void {
    this.cashIndex = calculateRates(this.cashIndex, this.totals, this.options.rateModel);
  }
}
