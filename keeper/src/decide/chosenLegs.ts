import { assess, encodeInstrumentId, mulDown, TARGET_HEALTH, WAD } from '@novate/sdk';
import type { Margin, Market, RiskProfile } from '@novate/sdk';
import { scaleBasket, withoutBasket } from './basket.ts';
import type { Basket } from './basket.ts';
import type { Holdings } from './holdings.ts';

/** How much of the target health is aimed at, as with the pro-rata basket: room for interest until the block. */
const SAFE_TARGET = mulDown(TARGET_HEALTH, (WAD * 999n) / 1_000n);
/** Of a leg, in parts of 2^-14. */
const BISECTIONS = 14;

export interface ChosenLegsInputs {
  readonly holdings: Holdings;
  readonly market: Market;
  readonly profile: RiskProfile;
  /** The account's, as it is. */
  readonly margin: Margin;
  /** Share of the relief that the account pays, wad. */
  readonly phi: bigint;
}

/**
 * The legs and balances that free most margin each, the best first, until the account is at 1.2 times its margin: fewer
 * legs than the pro-rata basket, so less gas and fewer positions for the keeper. Undefined where legs alone do not get there:
 * a hedged book only gets worse by taking one side.
 */
export function chooseLegs(inputs: ChosenLegsInputs): Basket | undefined {
  if (inputs.margin.equity <= 0n) return undefined;
  const reliefs = parts(inputs.holdings)
    .map((part) => ({ part, relief: reliefOf(part, inputs) }))
    .filter(({ relief }) => relief > 0n)
    .sort((a, b) => (a.relief > b.relief ? -1 : a.relief < b.relief ? 1 : 0));
  let taken: Basket = { legs: [], spot: [], fraction: WAD };
  for (const { part } of reliefs) {
    const next = joined(taken, part);
    if (!reachesTarget(next, inputs)) {
      taken = next;
      continue;
    }
    return largestBelow(taken, part, inputs);
  }
  return undefined;
}

/** Each leg and balance as a basket of its own. */
function parts({ legs, spot }: Holdings): Basket[] {
  return [
    ...legs.map((leg) => ({
      legs: [{ instrument: encodeInstrumentId(leg), size: leg.size }],
      spot: [],
      fraction: WAD,
    })),
    ...spot.map((balance) => ({ legs: [], spot: [balance], fraction: WAD })),
  ];
}

function joined(a: Basket, b: Basket): Basket {
  return { legs: [...a.legs, ...b.legs], spot: [...a.spot, ...b.spot], fraction: WAD };
}

function marginAfter(basket: Basket, { holdings, market, profile }: ChosenLegsInputs): Margin {
  return assess(withoutBasket(holdings, basket, market), market, profile);
}

function reliefOf(basket: Basket, inputs: ChosenLegsInputs): bigint {
  return inputs.margin.maintenanceMargin - marginAfter(basket, inputs).maintenanceMargin;
}

/** Whether the account would be at its target, penalty paid. */
function reachesTarget(basket: Basket, inputs: ChosenLegsInputs): boolean {
  const after = marginAfter(basket, inputs);
  const relief = inputs.margin.maintenanceMargin - after.maintenanceMargin;
  const penalty = relief > 0n ? mulDown(inputs.phi, relief) : 0n;
  return after.equity - penalty > mulDown(SAFE_TARGET, after.maintenanceMargin);
}

/** `taken` and as much of `part` as does not overshoot. */
function largestBelow(taken: Basket, part: Basket, inputs: ChosenLegsInputs): Basket | undefined {
  let [low, high] = [0n, WAD];
  for (let i = 0; i < BISECTIONS; ++i) {
    const middle = (low + high) / 2n;
    if (reachesTarget(joined(taken, scaleBasket(part, middle)), inputs)) high = middle;
    else low = middle;
  }
  const basket = joined(taken, scaleBasket(part, low));
  return basket.legs.length + basket.spot.length === 0 ? undefined : basket;
}
