// Accounts of every kind, on few underlyings each, so that the same prices come again while an account stands.
import { encodeInstrumentId } from '@novate/sdk';
import type { AccountId, AccountState, Instrument } from '@novate/sdk';
import type { Random } from '../../../cli/src/random.ts';
import { expiries, MONEYNESS, toWad } from '../../bench/keeper/world.ts';
import { WALKING } from './prices.ts';

type LegKind = 'perp' | 'spot' | 'future' | 'option';

/** What an account holds: by underlying, kinds of legs. */
interface Recipe {
  readonly underlyings: (random: Random) => readonly number[];
  readonly legs: readonly LegKind[];
}

/** Those whose feeds move in coarse steps: what is dear to judge lives on them, or on one underlying. */
const COARSE = [2, 3];
const one = (random: Random): readonly number[] => [random.index(WALKING.length)];
const two = (random: Random): readonly number[] => {
  const first = random.index(WALKING.length);
  return [first, (first + 1 + random.index(WALKING.length - 1)) % WALKING.length];
};
const RECIPES: readonly Recipe[] = [
  { underlyings: one, legs: ['perp', 'spot'] },
  { underlyings: two, legs: ['perp', 'perp'] },
  { underlyings: one, legs: ['option', 'option', 'option'] },
  { underlyings: one, legs: ['perp', 'future', 'option', 'option'] },
  { underlyings: two, legs: ['perp', 'spot', 'future', 'future'] },
  { underlyings: () => COARSE, legs: ['option', 'option', 'perp'] },
  { underlyings: () => [1, ...COARSE], legs: ['perp', 'perp', 'perp', 'future'] },
  { underlyings: one, legs: ['option', 'option', 'spot', 'future'] },
];
/** Assets 1 to 3 are those of the first three underlyings. */
const SPOT_ASSETS = 3;

export interface Inhabitant {
  readonly id: AccountId;
  state: AccountState;
  /** What its principal is worth now, wad USD. */
  cash: bigint;
  /** Value of all that it holds at first prices, USD. */
  readonly gross: number;
  /** Places in `WALKING` of what it holds, and the same as bits. */
  readonly underlyings: readonly number[];
  readonly mask: number;
}

/** The so-manieth account, with new legs and no cash. */
export function draw(index: number, nowSec: number, random: Random): Inhabitant {
  const recipe = RECIPES[index % RECIPES.length] ?? RECIPES[0]!;
  const wanted = recipe.underlyings(random);
  const state: AccountState = {
    principal: 0n,
    pendingCash: 0n,
    collateral: new Map(),
    positions: new Map(),
    profileId: random.next() < 0.7 ? 0 : 1,
    flaggedAt: 0,
  };
  const value = 2_000 * Math.exp(random.normal());
  let gross = 0;
  recipe.legs.forEach((kind, i) => {
    const amount = value * random.between(0.3, 1.3);
    gross += amount;
    addLeg(state, kind, wanted[i % wanted.length] ?? 0, amount, nowSec, random);
  });
  const underlyings = [...new Set(wanted)].sort();
  const mask = underlyings.reduce((bits, u) => bits | (1 << u), 0);
  return { id: BigInt(1_000 + index), state, cash: 0n, gross, underlyings, mask };
}

function addLeg(
  { positions, collateral }: AccountState,
  kind: LegKind,
  u: number,
  value: number,
  nowSec: number,
  random: Random,
): void {
  const { underlying, price } = WALKING[u]!;
  const size = ((random.next() < 0.5 ? 1 : -1) * value) / price;
  if (kind === 'spot' && underlying <= SPOT_ASSETS) {
    collateral.set(underlying, toWad(Math.abs(size)));
    return;
  }
  const instrument = instrumentOf(kind, underlying, price, nowSec, random);
  const isOption = instrument.kind === 'call' || instrument.kind === 'put';
  const cost = isOption ? 0 : -size * price * random.between(0.95, 1.05);
  positions.set(encodeInstrumentId(instrument), { size: toWad(size), cost: toWad(cost) });
}

function instrumentOf(
  kind: LegKind,
  underlying: number,
  price: number,
  nowSec: number,
  random: Random,
): Instrument {
  if (kind === 'perp' || kind === 'spot') return { kind: 'perp', underlying };
  const open = expiries.filter((expirySec) => expirySec > nowSec);
  const expirySec = BigInt(open[random.index(open.length)] ?? expiries.at(-1) ?? 0);
  if (kind === 'future') return { kind, underlying, expirySec };
  const moneyness = MONEYNESS[random.index(MONEYNESS.length)] ?? 1;
  const strike = toWad(Number((price * moneyness).toPrecision(4)));
  return { kind: random.next() < 0.5 ? 'call' : 'put', underlying, expirySec, strike };
}
