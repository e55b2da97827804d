import { assessMany, liquidatorAbi } from '@novate/sdk';
import type { AccountAssessment, AccountId, LiquidationSelection, NovateAddresses } from '@novate/sdk';
import { decodeFunctionResult, encodeFunctionData, toFunctionSelector } from 'viem';
import type { Address, Hex } from 'viem';
import type { TransactionBody } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';

const BATCH_SELECTOR = toFunctionSelector(
  liquidatorAbi.find((item) => item.type === 'function' && item.name === 'liquidateBatch') ?? '',
);

/** The arguments of `Liquidator.liquidate`. Wad USD, Unix seconds. */
export interface LiquidationCall {
  readonly account: AccountId;
  readonly liquidator: AccountId;
  readonly selection: LiquidationSelection;
  readonly minReward: bigint;
  readonly minCash: bigint;
  readonly deadlineSec: number;
}

/** What the chain says a call would do. Wad USD. */
export interface SimulatedLiquidation {
  readonly equity: bigint;
  readonly maintenanceMargin: bigint;
  readonly penalty: bigint;
  readonly incentive: bigint;
}

/** What the chain says that a part of a batch would do. */
export type BatchOutcome =
  | { readonly done: true; readonly simulated: SimulatedLiquidation }
  | { readonly done: false; readonly reason: Hex };

/** None of a batch would be done. @property data What the first reverted with. */
export class NothingDoneError extends Error {
  override readonly name = 'NothingDoneError';
  readonly data: Hex;

  constructor(data: Hex) {
    super('every liquidation of the batch would revert');
    this.data = data;
  }
}

/** What confirming a liquidation needs of the chain. All of it about one block. */
export interface LiquidationPort {
  assess(accounts: readonly AccountId[], blockNumber: bigint): Promise<readonly AccountAssessment[]>;
  /** Rejects as the call would revert. */
  simulate(call: LiquidationCall, blockNumber: bigint): Promise<SimulatedLiquidation>;
  encode(call: LiquidationCall): Omit<TransactionBody, 'gas'>;
  encodeDeleverage(account: AccountId): Omit<TransactionBody, 'gas'>;
  /** Each as it would go within so much gas for all. The gas matters: what runs out of it fails, the batch does not. */
  simulateBatch(
    calls: readonly LiquidationCall[],
    gas: bigint,
    blockNumber: bigint,
  ): Promise<readonly BatchOutcome[]>;
  encodeBatch(calls: readonly LiquidationCall[]): Omit<TransactionBody, 'gas'>;
  estimateGas(body: Omit<TransactionBody, 'gas'>, blockNumber: bigint): Promise<bigint>;
  /** Rejects as the transaction would revert, or where all of its parts would. */
  replay(body: TransactionBody, blockNumber: bigint): Promise<void>;
}

export function createLiquidationPort(
  client: KeeperClient,
  addresses: NovateAddresses,
  sender: Address,
): LiquidationPort {
  const liquidator = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'liquidate',
  } as const;
  const batch = { ...liquidator, functionName: 'liquidateBatch' } as const;
  return {
    assess: (accounts, blockNumber) => assessMany(client, addresses, { accounts, blockNumber }),
    async simulate(call, blockNumber) {
      const { result } = await client.simulateContract({
        ...liquidator,
        args: [call],
        account: sender,
        blockNumber,
      });
      return toSimulated(result);
    },
    encode(call) {
      const data: Hex = encodeFunctionData({ ...liquidator, args: [call] });
      return { to: addresses.liquidator, data };
    },
    async simulateBatch(calls, gas, blockNumber) {
      const { result } = await client.simulateContract({
        ...batch,
        args: [calls],
        account: sender,
        gas,
        blockNumber,
      });
      return result.map(({ done, terms, reason }) =>
        done ? { done, simulated: toSimulated(terms) } : { done, reason },
      );
    },
    encodeBatch: (calls) => ({
      to: addresses.liquidator,
      data: encodeFunctionData({ ...batch, args: [calls] }),
    }),
    encodeDeleverage: (account) => ({
      to: addresses.liquidator,
      data: encodeFunctionData({ abi: liquidatorAbi, functionName: 'deleverage', args: [account] }),
    }),
    estimateGas: (body, blockNumber) => client.estimateGas({ account: sender, ...body, blockNumber }),
    async replay(body, blockNumber) {
      const { data } = await client.call({ account: sender, ...body, blockNumber });
      if (data === undefined || !body.data.startsWith(BATCH_SELECTOR)) return;
      const outcomes = decodeFunctionResult({ ...batch, data });
      if (!outcomes.some(({ done }) => done)) throw new NothingDoneError(outcomes[0]?.reason ?? '0x');
    },
  };
}

function toSimulated({
  before,
  penalty,
  incentive,
}: {
  readonly before: { readonly equity: bigint; readonly maintenanceMargin: bigint };
  readonly penalty: bigint;
  readonly incentive: bigint;
}): SimulatedLiquidation {
  return { equity: before.equity, maintenanceMargin: before.maintenanceMargin, penalty, incentive };
}
