import { formatWad } from '@novate/sdk';
import type { Leg } from '@novate/sdk';

/** Such as "ETH", "ETH 2026-03-27" and "ETH 2026-03-27 4200". @param names Underlyings' names by number. */
export function nameOfLeg(leg: Leg, names: ReadonlyMap<number, string>): string {
  const name = names.get(leg.underlying) ?? String(leg.underlying);
  if (leg.kind === 'perp') return name;
  const date = new Date(Number(leg.expirySec) * 1_000).toISOString().slice(0, 10);
  return leg.kind === 'future' ? `${name} ${date}` : `${name} ${date} ${formatWad(leg.strike)}`;
}
