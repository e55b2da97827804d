import type { Address } from 'viem';
import type { World } from './world.ts';
import { PEOPLE } from './world.ts';

/** Everybody who tries every function: people, and the contracts of the deployment that others trust. */
export const ACTORS = [
  ...PEOPLE,
  'deployer',
  'venue',
  'vault',
  'liquidator',
  'insuranceFund',
  'clearinghouse',
  'accessManager',
] as const;
export type Actor = (typeof ACTORS)[number];

const CONTRACTS = {
  venue: 'OrderMatcher',
  vault: 'LiquidityVault',
  liquidator: 'Liquidator',
  insuranceFund: 'InsuranceFund',
  clearinghouse: 'Clearinghouse',
  accessManager: 'AccessManager',
} as const;

export function addressOfActor(world: World, actor: Actor): Address {
  if (actor === 'deployer') return world.deployer;
  if (actor in CONTRACTS) return world.addressOf(CONTRACTS[actor as keyof typeof CONTRACTS]);
  return world.people[actor as keyof World['people']];
}
