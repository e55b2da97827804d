import { custom, decodeFunctionData, encodeFunctionResult, isAddressEqual, isHex, numberToHex } from 'viem';
import type { Abi, Address, CustomTransport, Hex } from 'viem';

/** A contract of the fake node: what each function returns, or throws as `Reverted`. */
export interface FakeContract {
  readonly address: Address;
  readonly abi: Abi;
  readonly functions: Readonly<Record<string, (args: readonly unknown[], from: string) => unknown>>;
}

/** Thrown by a function of a fake contract: the call reverts with this data. */
export class Reverted extends Error {
  readonly data: Hex;

  constructor(data: Hex) {
    super('execution reverted');
    this.data = data;
  }
}

export interface SentTransaction {
  readonly to: Address;
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly gas: bigint | undefined;
}

export interface FakeNode {
  readonly transport: CustomTransport;
  /** Transactions in the order of sending; each is mined at once. */
  readonly sent: SentTransaction[];
}

interface CallRequest {
  readonly to: Address;
  readonly data: Hex;
  readonly from?: string;
  readonly gas?: Hex;
}

export const GAS_ESTIMATE = 100_000n;
export const BLOCK_TIMESTAMP = 1_800_000_000n;

/** What the fake node knows of its one account. */
export interface FakeWallet {
  readonly code?: Hex;
  /** Typed data as JSON to its signature; a wallet without it knows no such method. */
  readonly sign?: (typedData: string) => Promise<Hex>;
}

/** An EIP-1193 provider that answers calls from functions, so that what clients send can be looked at. */
export function fakeNode(contracts: readonly FakeContract[], wallet: FakeWallet = {}): FakeNode {
  const sent: SentTransaction[] = [];

  function run({ to, data, from = '0x' }: CallRequest): {
    functionName: string;
    args: readonly unknown[];
    result: Hex;
  } {
    const contract = contracts.find(({ address }) => isAddressEqual(address, to));
    if (contract === undefined) throw new Error(`no contract at ${to}`);
    const { functionName, args = [] } = decodeFunctionData({ abi: contract.abi, data });
    const action = contract.functions[functionName];
    if (action === undefined) throw new Error(`nothing for ${functionName}`);
    const value = action(args, from);
    const result =
      value === undefined ? '0x' : encodeFunctionResult({ abi: contract.abi, functionName, result: value });
    return { functionName, args, result };
  }

  function answer(method: string, params: unknown): unknown {
    switch (method) {
      case 'eth_chainId':
        return numberToHex(31337);
      case 'eth_call':
        return run(callOf(params)).result;
      case 'eth_estimateGas':
        run(callOf(params));
        return numberToHex(GAS_ESTIMATE);
      case 'eth_blockNumber':
        return numberToHex(1);
      case 'eth_getBlockByNumber':
        return { number: numberToHex(1), timestamp: numberToHex(BLOCK_TIMESTAMP), transactions: [] };
      case 'eth_sendTransaction': {
        const call = callOf(params);
        const { functionName, args } = run(call);
        sent.push({
          to: call.to,
          functionName,
          args,
          gas: call.gas === undefined ? undefined : BigInt(call.gas),
        });
        return numberToHex(sent.length, { size: 32 });
      }
      case 'eth_getCode':
        return wallet.code ?? '0x';
      case 'eth_signTypedData_v4':
        if (wallet.sign === undefined) throw Object.assign(new Error('no such method'), { code: -32601 });
        return wallet.sign(String(Array.isArray(params) ? params[1] : ''));
      case 'eth_getTransactionReceipt':
        return { status: '0x1', blockNumber: numberToHex(1), logs: [], transactionHash: hashOf(params) };
      default:
        throw new Error(`the fake node does not know ${method}`);
    }
  }

  const request = ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    try {
      return Promise.resolve(answer(method, params));
    } catch (error) {
      if (error instanceof Reverted) return Promise.reject(rpcError(error.data));
      return Promise.reject(error instanceof Error ? error : new Error('unknown'));
    }
  };
  // the answers do not change: asking again would only take time
  const transport = custom({ request }, { retryCount: 0 });
  return { transport, sent };
}

function rpcError(data: Hex): Error {
  return Object.assign(new Error('execution reverted'), { code: 3, data });
}

function callOf(params: unknown): CallRequest {
  const call: unknown = Array.isArray(params) ? params[0] : undefined;
  if (!isCall(call)) throw new Error('not a call');
  return call;
}

function isCall(value: unknown): value is CallRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    isHex(Reflect.get(value, 'to')) &&
    isHex(Reflect.get(value, 'data'))
  );
}

function hashOf(params: unknown): unknown {
  const hash: unknown = Array.isArray(params) ? params[0] : undefined;
  return hash;
}
