import { getBlock, simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { decodeNovateError } from '../../errors/index.ts';
import type { NovateContractError } from '../../errors/index.ts';
import { toLiquidationQuote } from '../liquidation.ts';
import type { LiquidationQuote, LiquidationSelection } from '../liquidation.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';
import { DEFAULT_DEADLINE_SEC } from './liquidate.ts';

/** One liquidation of several, with the bounds that it carries. Wad USD. */
export interface BatchedLiquidation {
  readonly account: AccountId;
  readonly selection: LiquidationSelection;
  readonly minReward: bigint;
  readonly minCash: bigint;
}

export interface LiquidateBatchParameters extends Sender {
  /** The sender's own account that takes all baskets. */
  readonly liquidator: AccountId;
  readonly liquidations: readonly BatchedLiquidation[];
  /** Last second at which it may execute, Unix; 120 after the latest block unless given. */
  readonly deadlineSec?: number | undefined;
}

/** How one of them would end now: its quote, or why it cannot be made. */
export type LiquidationOutcome =
  | { readonly done: true; readonly quote: LiquidationQuote }
  | { readonly done: false; readonly error: NovateContractError | undefined };

/**
 * Prepares several liquidations in one transaction. One that cannot be made is undone alone; the rest go on.
 * @throws MissingSenderError
 */
export async function prepareLiquidateBatch(
  client: NovateClient,
  addresses: NovateAddresses,
  { liquidator, liquidations, deadlineSec, sender }: LiquidateBatchParameters,
): Promise<Prepared<readonly LiquidationOutcome[]>> {
  const deadline = deadlineSec ?? Number((await getBlock(client)).timestamp) + DEFAULT_DEADLINE_SEC;
  const request = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'liquidateBatch',
    args: [liquidations.map((one) => ({ ...one, liquidator, deadlineSec: deadline }))],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, async () => {
    const { result } = await simulateContract(client, request);
    return {
      result: result.map(({ done, terms, reason }): LiquidationOutcome =>
        done ? { done, quote: toLiquidationQuote(terms) } : { done, error: decodeNovateError(reason) },
      ),
    };
  });
}

/** Liquidates several accounts. @returns The transaction's hash. */
export async function sendLiquidateBatch(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: LiquidateBatchParameters,
): Promise<Hash> {
  return send(client, () => prepareLiquidateBatch(client, addresses, parameters));
}
