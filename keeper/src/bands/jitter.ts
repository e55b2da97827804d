/** A number from 0.5 to 1 that belongs to a place: spreads in time what would otherwise end for all at once. */
export function jitterOf(place: number): number {
  const mixed = Math.imul(place ^ (place >>> 15), 0x9e3779b1);
  return 0.5 + ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 33;
}
