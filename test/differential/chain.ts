import accessManager from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { setTimeout as sleep } from 'node:timers/promises';
import { artifacts, network } from 'hardhat';
import {
  decodeFunctionResult,
  encodeFunctionData,
  isAddress,
  isHex,
  numberToHex,
  parseAbi,
  TransactionReceiptNotFoundError,
} from 'viem';
import type { Abi, Address, Hex, PublicClient, TransactionReceipt } from 'viem';
import { startAnvil } from '../../cli/src/local/anvil.ts';

/** A batch is a call, so that no block has to hold it; setting a large profile is a transaction. */
const GAS_LIMIT = 2_000_000_000n;
const POLL_MS = 10;
/** Anvil now and then leaves a transaction lie when the machine is busy. */
const PATIENCE_MS = 500;
const GIVE_UP_MS = 60_000;
const CALL_MS = 300_000;

const batchAbi = parseAbi(['function run(address[] targets, bytes[] calls) returns (bytes[] answers)']);

export interface Request {
  readonly to: Address;
  readonly data: Hex;
}

/** Hardhat's own chain in this process, or Anvil's beside it, which answers calls about ten times as fast. */
export type Evm = 'hardhat' | 'anvil';

/** A chain of this process's own, with an AccessManager of which the first account is the admin. */
export interface TestChain {
  readonly manager: Address;
  /** The `CallBatch` that `ask` and `act` call from. */
  readonly batch: Address;
  deploy(contract: string, args?: readonly unknown[]): Promise<Address>;
  /** A transaction of the admin's. */
  send(to: Address, data: Hex): Promise<void>;
  /**
   * Makes the calls one after the other, each on what the ones before left; then all is as before.
   * @param block Whose time it is; `pending` is one second after `latest`.
   */
  ask(requests: readonly Request[], block?: 'latest' | 'pending'): Promise<readonly Hex[]>;
  /** As `ask`, in a transaction one second after the latest block. */
  act(requests: readonly Request[]): Promise<void>;
  /** Gas of the batch contract's call in a transaction of its own, which must succeed; the batch's own few thousand included. */
  gasOf(request: Request): Promise<bigint>;
  /** Unix seconds of the latest block. */
  now(): Promise<bigint>;
  /** Mines a block so many seconds after the latest. */
  wait(seconds: bigint): Promise<void>;
  /** Mines a block at a time to come, in Unix seconds. */
  advanceTo(timestamp: bigint): Promise<void>;
  close(): Promise<void>;
}

export async function openChain(evm: Evm = 'hardhat'): Promise<TestChain> {
  const { connection, stop } = await connect(evm);
  const { viem, provider } = connection;
  const [admin] = await viem.getWalletClients();
  if (admin === undefined) throw new Error('the chain has no accounts');
  const client = await viem.getPublicClient();

  const now = async (): Promise<bigint> => (await client.getBlock({ blockTag: 'latest' })).timestamp;
  const nextBlockAt = (timestamp: bigint) =>
    provider.request({ method: 'evm_setNextBlockTimestamp', params: [numberToHex(timestamp)] });
  const send = async (to: Address, data: Hex): Promise<void> => {
    const hash = await admin.sendTransaction({ to, data, gas: GAS_LIMIT / 2n });
    const receipt = await receiptOf(client, hash);
    if (receipt.status !== 'success') throw new Error(`a transaction to ${to} reverted`);
  };
  const advanceTo = async (timestamp: bigint): Promise<void> => {
    await nextBlockAt(timestamp);
    await provider.request({ method: 'evm_mine', params: [] });
  };
  const create = async (abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Address> => {
    const hash = await admin.deployContract({ abi, bytecode, args });
    const { contractAddress } = await receiptOf(client, hash);
    if (!isAddress(contractAddress ?? '')) throw new Error('a contract was not deployed');
    return contractAddress as Address;
  };
  const deploy = async (contract: string, args: readonly unknown[] = []): Promise<Address> => {
    const { abi, bytecode } = await artifacts.readArtifact(contract);
    return create(abi as Abi, bytecode as Hex, args);
  };
  const manager = await create(accessManager.abi as Abi, accessManager.bytecode as Hex, [
    admin.account.address,
  ]);
  const batch = await deploy('CallBatch');
  const runData = (requests: readonly Request[]): Hex =>
    encodeFunctionData({
      abi: batchAbi,
      functionName: 'run',
      args: [requests.map(({ to }) => to), requests.map(({ data }) => data)],
    });

  return {
    manager,
    batch,
    deploy,
    send,
    now,
    ask: async (requests, block = 'latest') => {
      const call = {
        from: admin.account.address,
        to: batch,
        data: runData(requests),
        gas: numberToHex(GAS_LIMIT),
      };
      const answer: unknown = await provider.request({ method: 'eth_call', params: [call, block] });
      if (!isHex(answer)) throw new Error('the chain answered a call with something that is no data');
      return decodeFunctionResult({ abi: batchAbi, functionName: 'run', data: answer });
    },
    act: async (requests) => {
      await nextBlockAt((await now()) + 1n);
      await send(batch, runData(requests));
    },
    gasOf: async (request) => {
      await nextBlockAt((await now()) + 1n);
      const data = runData([request]);
      const { result } = await client.simulateContract({
        abi: batchAbi,
        address: batch,
        functionName: 'run',
        args: [[request.to], [request.data]],
        account: admin.account,
      });
      const hash = await admin.sendTransaction({ to: batch, data, gas: GAS_LIMIT / 2n });
      const receipt = await receiptOf(client, hash);
      if ((result[0]?.length ?? 0) < 66) throw new Error(`the call reverted: ${result[0]}`);
      return receipt.gasUsed;
    },
    wait: async (seconds) => advanceTo((await now()) + seconds),
    advanceTo,
    close: async () => {
      await connection.close();
      await stop();
    },
  };
}

async function receiptOf(client: PublicClient, hash: Hex): Promise<TransactionReceipt> {
  const start = performance.now();
  for (let nudges = 1; performance.now() - start < GIVE_UP_MS; await sleep(POLL_MS)) {
    const receipt = await client.getTransactionReceipt({ hash }).catch((error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return undefined;
      throw error;
    });
    if (receipt !== undefined) return receipt;
    if (performance.now() - start < nudges * PATIENCE_MS) continue;
    nudges += 1;
    await client.request({ method: 'evm_mine' } as never);
  }
  throw new Error(`the transaction ${hash} was not mined within ${GIVE_UP_MS / 1_000} s`);
}

async function connect(evm: Evm) {
  if (evm === 'hardhat') {
    const override = { blockGasLimit: GAS_LIMIT, transactionGasCap: false } as const;
    return {
      connection: await network.create({ network: 'default', override }),
      stop: () => Promise.resolve(),
    };
  }
  const limit = String(2n * GAS_LIMIT);
  const node = await startAnvil(['--gas-limit', limit, '--hardfork', 'cancun', '--prune-history']);
  const override = { url: node.url, timeout: CALL_MS };
  return { connection: await network.create({ network: 'localhost', override }), stop: () => node.stop() };
}
