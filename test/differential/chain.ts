import accessManager from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { network } from 'hardhat';
import { decodeFunctionResult, encodeFunctionData, isHex, numberToHex, parseAbi } from 'viem';
import type { Abi, Address, Hex } from 'viem';

/** A batch is a call, so that no block has to hold it; setting a large profile is a transaction. */
const GAS_LIMIT = 2_000_000_000n;

const batchAbi = parseAbi(['function run(address[] targets, bytes[] calls) returns (bytes[] answers)']);

export interface Request {
  readonly to: Address;
  readonly data: Hex;
}

/** A chain of this process, with an AccessManager of which the first account is the admin. */
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

export async function openChain(): Promise<TestChain> {
  const override = { blockGasLimit: GAS_LIMIT, transactionGasCap: false } as const;
  const connection = await network.create({ network: 'default', override });
  const { viem, provider } = connection;
  const [admin] = await viem.getWalletClients();
  if (admin === undefined) throw new Error('the chain has no accounts');
  const client = await viem.getPublicClient();

  const now = async (): Promise<bigint> => (await client.getBlock({ blockTag: 'latest' })).timestamp;
  const nextBlockAt = (timestamp: bigint) =>
    provider.request({ method: 'evm_setNextBlockTimestamp', params: [numberToHex(timestamp)] });
  const send = async (to: Address, data: Hex): Promise<void> => {
    const hash = await admin.sendTransaction({ to, data, gas: GAS_LIMIT / 2n });
    const receipt = await client.getTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`a transaction to ${to} reverted`);
  };
  const advanceTo = async (timestamp: bigint): Promise<void> => {
    await nextBlockAt(timestamp);
    await provider.request({ method: 'evm_mine', params: [] });
  };
  const deploy = async (contract: string, args: readonly unknown[] = []): Promise<Address> =>
    (await viem.deployContract(contract, [...args])).address;

  const hash = await admin.deployContract({
    abi: accessManager.abi as Abi,
    bytecode: accessManager.bytecode as Hex,
    args: [admin.account.address],
  });
  const { contractAddress: manager } = await client.getTransactionReceipt({ hash });
  if (manager === null || manager === undefined) throw new Error('the access manager was not deployed');
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
      const receipt = await client.getTransactionReceipt({ hash });
      if ((result[0]?.length ?? 0) < 66) throw new Error(`the call reverted: ${result[0]}`);
      return receipt.gasUsed;
    },
    wait: async (seconds) => advanceTo((await now()) + seconds),
    advanceTo,
    close: () => connection.close(),
  };
}
