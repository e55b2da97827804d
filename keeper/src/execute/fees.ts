import type { BlockHead, Fees } from '../chain/types.ts';

export interface FeePolicy {
  /** Wei per gas; never exceeded. */
  readonly maxFeePerGas: bigint;
  readonly priorityFee: bigint;
  readonly bumpPercent: number;
}

const WAD = 10n ** 18n;
const PERCENT = 100n;
const BASE_FEE_HEADROOM = 2n;

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Fees for the next block: six full blocks may pass before the base fee outgrows them. Undefined above the cap. */
export function feesFor(head: BlockHead, policy: FeePolicy): Fees | undefined {
  const { baseFeePerGas } = head;
  if (baseFeePerGas > policy.maxFeePerGas) return undefined;
  const maxFeePerGas = min(policy.maxFeePerGas, BASE_FEE_HEADROOM * baseFeePerGas + policy.priorityFee);
  return { maxFeePerGas, maxPriorityFeePerGas: min(policy.priorityFee, maxFeePerGas) };
}

/**
 * Fees that replace a transaction of the same nonce: nodes want both a step higher. Undefined where the cap leaves no room,
 * so that bidding against oneself has an end.
 */
export function bumpFees(old: Fees, head: BlockHead, policy: FeePolicy): Fees | undefined {
  const step = (fee: bigint): bigint => (fee * (PERCENT + BigInt(policy.bumpPercent))) / PERCENT + 1n;
  const fresh = feesFor(head, policy);
  const maxFeePerGas = max(step(old.maxFeePerGas), fresh?.maxFeePerGas ?? 0n);
  const maxPriorityFeePerGas = max(step(old.maxPriorityFeePerGas), fresh?.maxPriorityFeePerGas ?? 0n);
  if (maxFeePerGas > policy.maxFeePerGas) return undefined;
  return { maxFeePerGas, maxPriorityFeePerGas: min(maxPriorityFeePerGas, maxFeePerGas) };
}

/** What `gas` costs in the next block, wei. */
export function gasCostWei(gas: bigint, head: BlockHead, policy: FeePolicy): bigint {
  return gas * (head.baseFeePerGas + policy.priorityFee);
}

/** What may be bid per gas, wei, so that `gas` costs at most `budget`. @param budget Wad USD. @param price Of the gas token. */
export function bidPerGas(budget: bigint, gas: bigint, price: bigint): bigint {
  return price === 0n || gas === 0n ? 0n : (budget * WAD) / price / gas;
}
