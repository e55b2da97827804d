import { createPublicClient, http, keccak256, TransactionReceiptNotFoundError } from 'viem';
import type { Account, Chain, HttpTransport, LocalAccount, PublicClient } from 'viem';
import type { BlockHead, ChainLog, ChainReader, ChainWriter, LogQuery } from './types.ts';

const RETRIES = 2;

export type KeeperClient = PublicClient<HttpTransport, Chain | undefined, Account | undefined>;

/** A client without caches: each answer is about the block that was asked for. */
export function createKeeperClient(rpcUrl: string, timeoutMs: number): KeeperClient {
  const transport = http(rpcUrl, { timeout: timeoutMs, retryCount: RETRIES, retryDelay: 100 });
  return createPublicClient({ transport, cacheTime: 0 });
}

export function createChainReader(client: KeeperClient): ChainReader {
  async function block(number?: bigint): Promise<BlockHead> {
    const found = await client.getBlock(
      number === undefined ? { blockTag: 'latest' } : { blockNumber: number },
    );
    return {
      number: found.number,
      hash: found.hash,
      parentHash: found.parentHash,
      timestamp: found.timestamp,
      baseFeePerGas: found.baseFeePerGas ?? (await client.getGasPrice()),
    };
  }
  return { getHead: () => block(), getBlock: block, getLogs: (query) => getLogs(client, query) };
}

// by hand: viem's getLogs takes events, not bare topics, and would decode what is decoded thirty times faster elsewhere
async function getLogs(client: KeeperClient, { addresses, topics, range }: LogQuery): Promise<ChainLog[]> {
  const filter = { address: [...addresses], topics: [[...topics]] };
  const logs = await client.request({
    method: 'eth_getLogs',
    params: [
      'blockHash' in range
        ? { ...filter, blockHash: range.blockHash }
        : { ...filter, fromBlock: toHex(range.fromBlock), toBlock: toHex(range.toBlock) },
    ],
  });
  return logs.map(({ address, topics: found, data, blockNumber, blockHash, logIndex }) => {
    if (blockNumber === null || blockHash === null || logIndex === null) {
      throw new Error('the node returned a log of a block that is not mined yet');
    }
    return {
      address,
      topics: found,
      data,
      blockNumber: BigInt(blockNumber),
      blockHash,
      logIndex: Number(logIndex),
    };
  });
}

export function createChainWriter(client: KeeperClient, key: LocalAccount, chainId: number): ChainWriter {
  const address = key.address;
  return {
    sender: address,
    getNonce: (at) =>
      client.getTransactionCount(
        at === 'pending' ? { address, blockTag: 'pending' } : { address, blockNumber: at.blockNumber },
      ),
    async sign(body, nonce, fees) {
      const raw = await key.signTransaction({ type: 'eip1559', chainId, nonce, ...body, ...fees });
      return { raw, hash: keccak256(raw) };
    },
    async sendRaw(raw) {
      await client.sendRawTransaction({ serializedTransaction: raw });
    },
    async getReceipt(hash) {
      try {
        const receipt = await client.getTransactionReceipt({ hash });
        return {
          hash,
          blockNumber: receipt.blockNumber,
          succeeded: receipt.status === 'success',
          gasUsed: receipt.gasUsed,
          effectiveGasPrice: receipt.effectiveGasPrice,
          logs: receipt.logs,
        };
      } catch (error) {
        if (error instanceof TransactionReceiptNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

const toHex = (value: bigint): `0x${string}` => `0x${value.toString(16)}`;
