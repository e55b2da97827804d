import { clearinghouseAbi } from '@novate/sdk';
import type { AccountId, NovateAddresses } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Address } from 'viem';
import type { TransactionBody } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';

/** What settling expired accounts needs of the chain. */
export interface SettlementPort {
  encode(accounts: readonly AccountId[]): Omit<TransactionBody, 'gas'>;
  /** Simulates: rejects as the call would revert. */
  estimateGas(body: Omit<TransactionBody, 'gas'>, blockNumber: bigint): Promise<bigint>;
}

export function createSettlementPort(
  client: KeeperClient,
  addresses: NovateAddresses,
  sender: Address,
): SettlementPort {
  return {
    encode: (accounts) => ({
      to: addresses.clearinghouse,
      data: encodeFunctionData({ abi: clearinghouseAbi, functionName: 'settleExpired', args: [accounts] }),
    }),
    estimateGas: ({ to, data }, blockNumber) =>
      client.estimateGas({ account: sender, to, data, blockNumber }),
  };
}
