import { toNumber } from '../../format/format.ts';

/** How far on the crossing side of the mark a suggested limit lies. */
const ROOM = 0.001;

/** A limit that crosses the mark by a little, as text for the form. */
export function limitAt(mark: bigint, side: 'buy' | 'sell'): string {
  const price = toNumber(mark) * (1 + (side === 'buy' ? ROOM : -ROOM));
  return price >= 1 ? price.toFixed(2) : price.toPrecision(6);
}
