import { mulDivUp } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { BlockHead, TransactionBody } from '../chain/types.ts';
import { grossValue, toSelection } from '../decide/basket.ts';
import type { Candidate } from '../decide/candidate.ts';
import type { Taken } from '../decide/capacity.ts';
import type { LiquidationCall, SimulatedLiquidation } from './liquidationPort.ts';

const BPS = 10_000n;
/** Above the estimate, which is for the state at the head: the first of two liquidations in a block makes more slots. */
const GAS_MARGIN_PERCENT = 30n;
const GAS_MARGIN = 50_000n;
export const NO_CASH_BOUND = -(2n ** 255n);

/** A liquidation that fits the keeper's margin. */
export interface Planned {
  readonly candidate: Candidate;
  readonly taken: Taken;
}

/** One that the chain would make. */
export interface ReadyPart extends Planned {
  readonly simulated: SimulatedLiquidation;
}

/** A transaction to send. */
export interface Ready {
  /** Several where it is a batch. */
  readonly parts: readonly ReadyPart[];
  readonly body: TransactionBody;
  /** Two smaller ones in its place; absent where it cannot be divided. */
  readonly divide?: () => readonly Ready[];
}

export interface CallTerms {
  readonly own: AccountId;
  readonly slippageBps: number;
  /** From the head that it was decided by. */
  readonly deadlineSec: number;
}

/** Gas limit for what was estimated. @param most Never above it. */
export function padded(estimate: bigint, most: bigint): bigint {
  const gas = (estimate * (100n + GAS_MARGIN_PERCENT)) / 100n + GAS_MARGIN;
  return gas < most ? gas : most;
}

/** The estimates that fit under a gas limit. */
export function unpadded(limit: bigint): bigint {
  return limit <= GAS_MARGIN ? 0n : ((limit - GAS_MARGIN) * 100n) / (100n + GAS_MARGIN_PERCENT);
}

/** Unix seconds. */
export const deadlineOf = (
  { timestamp }: BlockHead,
  { deadlineSec }: Pick<CallTerms, 'deadlineSec'>,
): number => Number(timestamp) + deadlineSec;

export function callOf(
  { candidate }: Planned,
  terms: Omit<CallTerms, 'slippageBps'>,
  head: BlockHead,
  minReward: bigint,
  minCash: bigint,
): LiquidationCall {
  return {
    account: candidate.account,
    liquidator: terms.own,
    selection: toSelection(candidate.basket),
    minReward,
    minCash,
    deadlineSec: deadlineOf(head, terms),
  };
}

/**
 * Everything changes hands at mark, so that what is bounded is how far marks and terms may move until the block. Where the
 * keeper's own positions are closed, cash moves by what they made before, which says nothing about the price now.
 */
export function boundedCall(
  planned: Planned,
  options: CallTerms,
  head: BlockHead,
  reward: bigint,
): LiquidationCall {
  const slippage = BigInt(options.slippageBps);
  const { basket, market } = planned.candidate;
  const { cash, nets } = planned.taken;
  const minReward = reward - mulDivUp(reward, slippage, BPS);
  const minCash = nets ? NO_CASH_BOUND : cash - mulDivUp(grossValue(basket, market) + reward, slippage, BPS);
  return callOf(planned, options, head, minReward, minCash);
}
