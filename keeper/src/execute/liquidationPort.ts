import { assessMany, liquidatorAbi } from '@novate/sdk';
import type { AccountAssessment, AccountId, LiquidationSelection, NovateAddresses } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Address, Hex } from 'viem';
import type { TransactionBody } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';

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

/** What confirming a liquidation needs of the chain. All of it about one block. */
export interface LiquidationPort {
  assess(accounts: readonly AccountId[], blockNumber: bigint): Promise<readonly AccountAssessment[]>;
  /** Rejects as the call would revert. */
  simulate(call: LiquidationCall, blockNumber: bigint): Promise<SimulatedLiquidation>;
  encode(call: LiquidationCall): Omit<TransactionBody, 'gas'>;
  encodeDeleverage(account: AccountId): Omit<TransactionBody, 'gas'>;
  estimateGas(body: Omit<TransactionBody, 'gas'>, blockNumber: bigint): Promise<bigint>;
  /** Rejects as the transaction would revert. */
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
  return {
    assess: (accounts, blockNumber) => assessMany(client, addresses, { accounts, blockNumber }),
    async simulate(call, blockNumber) {
      const { result } = await client.simulateContract({
        ...liquidator,
        args: [call],
        account: sender,
        blockNumber,
      });
      const { before, penalty, incentive } = result;
      return { equity: before.equity, maintenanceMargin: before.maintenanceMargin, penalty, incentive };
    },
    encode(call) {
      const data: Hex = encodeFunctionData({ ...liquidator, args: [call] });
      return { to: addresses.liquidator, data };
    },
    encodeDeleverage: (account) => ({
      to: addresses.liquidator,
      data: encodeFunctionData({ abi: liquidatorAbi, functionName: 'deleverage', args: [account] }),
    }),
    estimateGas: (body, blockNumber) => client.estimateGas({ account: sender, ...body, blockNumber }),
    async replay(body, blockNumber) {
      await client.call({ account: sender, ...body, blockNumber });
    },
  };
}
