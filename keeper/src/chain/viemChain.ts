import { createPublicClient, custom, keccak256, TransactionReceiptNotFoundError } from 'viem';
import type { Account, Chain, CustomTransport, LocalAccount, PublicClient } from 'viem';
import { agreeingRequest } from './agree.ts';
import { createEndpointPool, httpEndpoints, poolTransport } from './endpoints.ts';
import type { Endpoint, EndpointPool } from './endpoints.ts';
import { createQuorumReader } from './quorumReader.ts';
import type { BlockHead, ChainLog, ChainReader, ChainWriter, LogQuery } from './types.ts';

export type KeeperClient = PublicClient<CustomTransport, Chain | undefined, Account | undefined>;

/** How to reach the chain. */
export interface ChainAccess {
  /** Asks whichever endpoint is best. */
  readonly client: KeeperClient;
  /** Calls count where as many endpoints as must agree return the same. */
  readonly agreeing: KeeperClient;
  /** Asks as many endpoints as must agree. */
  readonly reader: ChainReader;
  readonly pool: EndpointPool;
}

export interface AccessOptions {
  readonly urls: readonly string[];
  readonly timeoutMs: number;
  readonly quorum: number;
  readonly maxHeadLag: bigint;
  readonly onFailover?: (endpoint: string) => void;
}

export function openChain({ urls, timeoutMs, quorum, ...options }: AccessOptions): ChainAccess {
  const pool = createEndpointPool(httpEndpoints(urls, timeoutMs), options);
  const readerOf = ({ request }: Endpoint): ChainReader =>
    createChainReader(createEndpointClient({ request }));
  return {
    client: createPublicClient({ transport: poolTransport(pool), cacheTime: 0 }),
    agreeing: createEndpointClient({ request: agreeingRequest(pool, quorum) }),
    reader: createQuorumReader(pool, readerOf, quorum),
    pool,
  };
}

/** A client of one endpoint, without caches: each answer is about the block that was asked for. */
export function createKeeperClient(rpcUrl: string, timeoutMs: number): KeeperClient {
  const [endpoint] = httpEndpoints([rpcUrl], timeoutMs);
  if (endpoint === undefined) throw new Error('no endpoint');
  return createEndpointClient(endpoint);
}

/** A client of one endpoint, however it is reached. */
export function createEndpointClient({ request }: Pick<Endpoint, 'request'>): KeeperClient {
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
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
      gasLimit: found.gasLimit,
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

/** @param hidden Where transactions go that not everybody is to see. */
export function createChainWriter(
  client: KeeperClient,
  key: LocalAccount,
  chainId: number,
  hidden: KeeperClient = client,
): ChainWriter {
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
    async sendRaw(raw, privately = false) {
      await (privately ? hidden : client).sendRawTransaction({ serializedTransaction: raw });
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
