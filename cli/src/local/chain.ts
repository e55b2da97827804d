import { createPublicClient, http, isHex, numberToHex } from 'viem';
import type { Address, Hex, LocalAccount, PublicClient } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { hardhat } from 'viem/chains';
import { createRequest } from './jsonRpc.ts';
import type { Request } from './jsonRpc.ts';

/** The mnemonic that Hardhat funds on every local chain; known to everybody. */
const MNEMONIC = 'test test test test test test test test test test test junk';
const GAS_PRICE_CAP = 1_000n * 10n ** 9n;
const CONCURRENCY = 48;
const MAX_BLOCKS_PER_BATCH = 10_000;

/** A call that a key of ours makes. @property gas Its limit, so that nothing is estimated. */
export interface LocalCall {
  readonly from: LocalAccount;
  readonly to: Address;
  readonly data: Hex;
  readonly gas: bigint;
  /** What it does, for the message when it fails. */
  readonly label: string;
}

export interface Block {
  readonly number: bigint;
  readonly timestamp: number;
}

/** A local node whose blocks and clock are ours. */
export interface LocalChain {
  readonly url: string;
  readonly client: PublicClient;
  readonly deployer: LocalAccount;
  readonly request: Request;
  /** Sends without waiting; the calls of one key stay in order. Returns the transactions' hashes. */
  send(calls: readonly LocalCall[]): Promise<Hex[]>;
  /** Mines one block. @param timestamp Unix seconds; one after the last block unless given. */
  mine(timestamp?: number): Promise<Block>;
  /** Sends and mines until all are in; throws where one reverted. */
  execute(calls: readonly LocalCall[]): Promise<void>;
  latest(): Promise<Block>;
}

export async function connectChain(url: string): Promise<LocalChain> {
  const client = createPublicClient({
    chain: hardhat,
    transport: http(url),
    pollingInterval: 20,
    cacheTime: 0,
  });
  const chainId = await client.getChainId();
  // its keys are known to everybody and its clock is ours: never anything but a local chain
  if (chainId !== hardhat.id)
    throw new Error(`${url} has the chain id ${chainId}, not ${hardhat.id} of a local chain`);
  const request = createRequest(url);
  const nonces = new Map<Address, number>();

  const nextNonce = async (address: Address): Promise<number> => {
    const known = nonces.get(address) ?? (await client.getTransactionCount({ address, blockTag: 'pending' }));
    nonces.set(address, known + 1);
    return known;
  };
  const latest = async (): Promise<Block> => {
    const block = await client.getBlock();
    return { number: block.number, timestamp: Number(block.timestamp) };
  };
  const mine = async (timestamp?: number): Promise<Block> => {
    await request('evm_mine', timestamp === undefined ? [] : [numberToHex(timestamp)]);
    return latest();
  };
  const send = async (calls: readonly LocalCall[]): Promise<Hex[]> => {
    const signed: Hex[] = [];
    for (const { from, to, data, gas } of calls) {
      const nonce = await nextNonce(from.address);
      const fees = { maxFeePerGas: GAS_PRICE_CAP, maxPriorityFeePerGas: 0n };
      signed.push(
        await from.signTransaction({ type: 'eip1559', chainId: hardhat.id, nonce, to, data, gas, ...fees }),
      );
    }
    return mapConcurrently(signed, async (raw) => toHash(await request('eth_sendRawTransaction', [raw])));
  };
  const execute = async (calls: readonly LocalCall[]): Promise<void> => {
    const hashes = await send(calls);
    const last = hashes.at(-1);
    for (let blocks = 0; last !== undefined; blocks++) {
      if ((await pendingCount(request)) === 0) break;
      if (blocks === MAX_BLOCKS_PER_BATCH) throw new Error('transactions stay pending');
      await mine();
    }
    await mapConcurrently(hashes, async (hash, i) => {
      const receipt = await client.getTransactionReceipt({ hash });
      if (receipt.status === 'success') return;
      throw new Error(
        `"${calls[i]?.label ?? hash}" reverted: ${await revertReason(client, calls[i], receipt.blockNumber)}`,
      );
    });
  };
  return { url, client, deployer: mnemonicToAccount(MNEMONIC), request, send, mine, execute, latest };
}

function toHash(value: unknown): Hex {
  if (!isHex(value)) throw new Error('the node answered a transaction with something that is no hash');
  return value;
}

async function pendingCount(request: Request): Promise<number> {
  const pending = await request('eth_pendingTransactions', []).catch(() => anvilPending(request));
  return Array.isArray(pending) ? pending.length : 0;
}

/** Anvil has another name for it. */
async function anvilPending(request: Request): Promise<unknown[]> {
  const status = await request('txpool_status', []);
  const count = typeof status === 'object' && status !== null && 'pending' in status ? status.pending : 0;
  return new Array<unknown>(Number(count));
}

async function revertReason(
  client: PublicClient,
  call: LocalCall | undefined,
  block: bigint,
): Promise<string> {
  if (call === undefined) return 'unknown';
  try {
    await client.call({ account: call.from.address, to: call.to, data: call.data, blockNumber: block - 1n });
    return 'not reproducible on the block before';
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  }
}

/** `Promise.all` with a bound on how many run at once. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      const item = items[i];
      if (item !== undefined) results[i] = await map(item, i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
  return results;
}
