import { PRICED, UNPRICED } from './marketView.ts';
import type { MarketView } from './marketView.ts';
import type { Band } from './band.ts';
import { createEdgeHeap } from './edgeHeap.ts';
import type { EdgeHeap } from './edgeHeap.ts';
import { grown } from '../mirror/universe.ts';

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

/** Which of its edges count for an account now. */
const OUT = 0;
const BOX = 1;
const TUBE = 2;
const FIRST_CAPACITY = 1_024;

const newAxis = (): Axis => ({ low: createEdgeHeap(), high: createEdgeHeap() });

/**
 * The edges of all bands in order, one pair of heaps per input, so that a tick touches only the accounts whose band was left.
 * The edges of its box of prices count for an account; once it leaves that, those of its band for parallel moves, if it has one.
 * Edges that count no more stay where they are until prices come by or a new band moves them: taking all of them out at once
 * would cost more than everything else that a tick does with an account.
 */
export class EdgeIndex {
  readonly #axes: UnderlyingAxes[] = [];
  readonly #common = newAxis();
  readonly #supply = createEdgeHeap();
  readonly #borrow = createEdgeHeap();
  readonly #tubes: (Tube | undefined)[] = [];
  #modes = new Uint8Array(FIRST_CAPACITY);
  /** Underlyings whose mean logarithm of price is the common move. */
  #members: readonly number[] = [];
  #known = 0;
  #commonNow = NaN;

  /** Puts in what the account's inputs may not leave. */
  register(place: number, band: Band, view: MarketView): void {
    const { premium, funding, interest } = band.allowances;
    if (place >= this.#modes.length) this.#modes = grown(this.#modes, 2 * place);
    this.#modes[place] = BOX;
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

  /** From now on none of the account's edges counts. */
  remove(place: number): void {
    this.#modes[place] = OUT;
    this.#tubes[place] = undefined;
  }

  /** Hands over every account whose band the present inputs have left; it has none from then on. */
  advance(view: MarketView, leave: (place: number) => void): void {
    const out = (place: number): void => {
      this.remove(place);
      leave(place);
    };
    const leaveBand = (place: number): void => {
      if (this.#modes[place] !== OUT) out(place);
    };
    const leaveTube = (place: number): void => {
      if (this.#modes[place] === TUBE) out(place);
    };
    const leaveBox = (place: number): void => {
      if (this.#modes[place] === BOX && !this.#enterTube(place)) out(place);
    };
    this.#moveCommon(view, leaveTube);
    this.#axes.forEach(({ price }, u) => {
      if ((view.status[u] ?? UNPRICED) === UNPRICED) return;
      pop(price, view.low[u]!, view.high[u]!, leaveBox);
    });
    if (!Number.isNaN(this.#commonNow)) pop(this.#common, this.#commonNow, this.#commonNow, leaveTube);
    this.#axes.forEach(({ residual, premium, funding }, u) => {
      if ((view.status[u] ?? UNPRICED) === UNPRICED) return;
      const common = this.#commonNow;
      if (residual.low.size > 0) {
        pop(residual, Math.log(view.low[u]!) - common, Math.log(view.high[u]!) - common, leaveTube);
      }
      pop(premium, view.premiumLow[u]!, view.premiumHigh[u]!, leaveBand);
      pop(funding, view.funding[u]!, view.funding[u]!, leaveBand);
    });
    this.#borrow.popBelow(view.borrowIndex, leaveBand);
    this.#supply.popBelow(-view.supplyIndex, leaveBand);
  }

  /** From now on the edges of the band for parallel moves count, where there is one. */
  #enterTube(place: number): boolean {
    const tube = this.#tubes[place];
    if (tube === undefined || Number.isNaN(this.#commonNow)) return false;
    this.#tubes[place] = undefined;
    this.#modes[place] = TUBE;
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
