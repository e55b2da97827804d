import { PRICED, UNPRICED } from './marketView.ts';
import type { MarketView } from './marketView.ts';
import type { Band } from './band.ts';
import { createEdgeHeap } from './edgeHeap.ts';
import type { EdgeHeap } from './edgeHeap.ts';

/** Both ends of one input's range, in order. Lower ends are kept negated, so that the nearest comes first in either heap. */
interface Axis {
  readonly low: EdgeHeap;
  readonly high: EdgeHeap;
}

/** The inputs of one underlying that bands have edges on. */
interface UnderlyingAxes {
  readonly price: Axis;
  /** ln(price) less the common move. */
  readonly residual: Axis;
  readonly premium: Axis;
  readonly funding: Axis;
}

/** Edges of a band for parallel moves: of the common move, then underlying, low and high of each residual. */
type Tube = readonly number[];

const newAxis = (): Axis => ({ low: createEdgeHeap(), high: createEdgeHeap() });

/**
 * The edges of all bands in order, one pair of heaps per input, so that a tick touches only the accounts whose band was left.
 * An account has the edges of its box of prices; once it leaves that, those of its band for parallel moves, if it has one.
 */
export class EdgeIndex {
  readonly #axes: UnderlyingAxes[] = [];
  readonly #common = newAxis();
  readonly #supply = createEdgeHeap();
  readonly #borrow = createEdgeHeap();
  readonly #tubes: (Tube | undefined)[] = [];
  /** Underlyings whose mean logarithm of price is the common move. */
  #members: readonly number[] = [];
  #known = 0;
  #commonNow = NaN;

  /** Puts in what the account's inputs may not leave. */
  register(place: number, band: Band, view: MarketView): void {
    const { premium, funding, interest } = band.allowances;
    const tube: number[] = [];
    for (let k = 0; k < band.count; ++k) {
      const u = band.places[k]!;
      const axes = this.#axesOf(u);
      setAxis(axes.price, place, band.low[k]!, band.high[k]!);
      if (premium < 2 * PREMIUM_REACH) {
        setAxis(axes.premium, place, view.premiumLow[u]! - premium, view.premiumHigh[u]! + premium);
      } else removeAxis(axes.premium, place);
      const reach = funding * view.price[u]!;
      setAxis(axes.funding, place, view.funding[u]! - reach, view.funding[u]! + reach);
      if (!band.hasTube) continue;
      const residual = Math.log(view.price[u]!) - this.#commonNow;
      tube.push(u, residual - band.tubeSlack, residual + band.tubeSlack);
    }
    this.#borrow.set(place, view.borrowIndex * (1 + interest));
    this.#supply.set(place, -view.supplyIndex * (1 - interest));
    const { tubeDown, tubeUp } = band;
    this.#tubes[place] =
      band.hasTube && !Number.isNaN(this.#commonNow)
        ? [this.#commonNow - tubeDown, this.#commonNow + tubeUp, ...tube]
        : undefined;
  }

  /** Takes out every edge of the account. */
  remove(place: number): void {
    for (const { price, residual, premium, funding } of this.#axes) {
      removeAxis(price, place);
      removeAxis(residual, place);
      removeAxis(premium, place);
      removeAxis(funding, place);
    }
    removeAxis(this.#common, place);
    this.#borrow.remove(place);
    this.#supply.remove(place);
    this.#tubes[place] = undefined;
  }

  /** Hands over every account whose band the present inputs have left; its edges are taken out. */
  advance(view: MarketView, leave: (place: number) => void): void {
    const out = (place: number): void => {
      this.remove(place);
      leave(place);
    };
    this.#moveCommon(view, out);
    const leaveBox = (place: number): void => {
      if (!this.#enterTube(place)) out(place);
    };
    this.#axes.forEach(({ price }, u) => {
      if ((view.status[u] ?? UNPRICED) === UNPRICED) return;
      pop(price, view.low[u]!, view.high[u]!, leaveBox);
    });
    if (!Number.isNaN(this.#commonNow)) pop(this.#common, this.#commonNow, this.#commonNow, out);
    this.#axes.forEach(({ residual, premium, funding }, u) => {
      if ((view.status[u] ?? UNPRICED) === UNPRICED) return;
      const common = this.#commonNow;
      if (residual.low.size > 0) {
        pop(residual, Math.log(view.low[u]!) - common, Math.log(view.high[u]!) - common, out);
      }
      pop(premium, view.premiumLow[u]!, view.premiumHigh[u]!, out);
      pop(funding, view.funding[u]!, view.funding[u]!, out);
    });
    this.#borrow.popBelow(view.borrowIndex, out);
    this.#supply.popBelow(-view.supplyIndex, out);
  }

  /** Exchanges the edges of the box for those of the band for parallel moves. */
  #enterTube(place: number): boolean {
    const tube = this.#tubes[place];
    if (tube === undefined || Number.isNaN(this.#commonNow)) return false;
    this.#tubes[place] = undefined;
    for (const { price } of this.#axes) removeAxis(price, place);
    setAxis(this.#common, place, tube[0]!, tube[1]!);
    for (let i = 2; i < tube.length; i += 3) {
      setAxis(this.#axesOf(tube[i]!).residual, place, tube[i + 1]!, tube[i + 2]!);
    }
    return true;
  }

  /** The common move; where the prices that it is the mean of have changed, the bands that rest on it end. */
  #moveCommon(view: MarketView, leave: (place: number) => void): void {
    const complete = this.#members.every((u) => view.status[u] === PRICED);
    if (!complete || this.#known !== view.status.length) {
      this.#common.high.popBelow(Infinity, leave);
      this.#tubes.length = 0;
      this.#known = view.status.length;
      this.#members = [...view.status.keys()].filter((u) => view.status[u] === PRICED);
    }
    let sum = 0;
    for (const u of this.#members) sum += Math.log(view.price[u]!);
    this.#commonNow = this.#members.length === 0 ? NaN : sum / this.#members.length;
  }

  #axesOf(u: number): UnderlyingAxes {
    while (this.#axes.length <= u) {
      this.#axes.push({ price: newAxis(), residual: newAxis(), premium: newAxis(), funding: newAxis() });
    }
    return this.#axes[u]!;
  }
}

/** The perp's premium counts for at most this, either way. */
const PREMIUM_REACH = 0.005;

function setAxis({ low, high }: Axis, place: number, from: number, to: number): void {
  low.set(place, -from);
  high.set(place, to);
}

function removeAxis({ low, high }: Axis, place: number): void {
  low.remove(place);
  high.remove(place);
}

/** Takes out the accounts that the span from `low` to `high` is not within the range of. */
function pop(axis: Axis, low: number, high: number, take: (place: number) => void): void {
  axis.low.popBelow(-low, take);
  axis.high.popBelow(high, take);
}
