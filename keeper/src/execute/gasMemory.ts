import { max } from '@novate/sdk';
import type { BlockHead } from '../chain/types.ts';
import { SHARED_GAS } from './batches.ts';
import type { InFlight } from './journal.ts';
import { padded } from './prepared.ts';

/** Until one was measured: what the cheapest takes, so that nothing that pays is left, and what most take. */
export const FIRST_LEAST = 130_000n;
const FIRST_MEAN = 300_000n;
/** Weight of the newest measurement in the mean, and of a higher one in the least. */
const MEAN_MEMORY = 8n;
const LEAST_MEMORY = 64n;

/** What liquidations took in transactions of their own, from those that were mined. */
export interface GasMemory {
  /** What the cheapest take: an account that does not pay for this pays for none. What the others take, estimates say. */
  least(): bigint;
  /** What one takes of a block, as its gas limit says. */
  mean(): bigint;
  learn(gas: bigint): void;
}

/** @param shared Whether they share transactions, and so its gas. */
export function createGasMemory(shared: boolean): GasMemory {
  let least = FIRST_LEAST;
  let mean = FIRST_MEAN;
  const saved = shared ? SHARED_GAS : 0n;
  return {
    least: () => max(least - saved, 0n),
    mean: () => max(mean - saved, 1n),
    learn(gas) {
      least = gas < least ? gas : least + (gas - least) / LEAST_MEMORY;
      mean += (gas - mean) / MEAN_MEMORY;
    },
  };
}

/**
 * How many liquidations the next blocks have gas for, besides what waits already. More would wait until their prices are old
 * and their deadlines past: they are decided on again, once there is room for them.
 */
export function roomFor(
  gas: Pick<GasMemory, 'mean'>,
  { gasLimit }: Pick<BlockHead, 'gasLimit'>,
  queueBlocks: number,
  inFlight: readonly Pick<InFlight, 'body'>[],
): number {
  // some chains do not say
  if (gasLimit === 0n) return Infinity;
  const waiting = inFlight.reduce((sum, { body }) => sum + body.gas, 0n);
  const free = gasLimit * BigInt(queueBlocks) - waiting;
  if (free <= 0n) return 0;
  // one goes out whatever it takes, unless something waits: a block that is smaller than thought holds nothing up
  return Math.max(Number(free / padded(gas.mean(), gasLimit)), inFlight.length === 0 ? 1 : 0);
}
