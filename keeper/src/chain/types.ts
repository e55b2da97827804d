import type { Address, Hash, Hex } from 'viem';

/** A block as the keeper needs it. */
export interface BlockHead {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  /** Unix seconds. */
  readonly timestamp: bigint;
  /** Wei per gas; the gas price on chains without a base fee. */
  readonly baseFeePerGas: bigint;
  /** Most gas of a block. */
  readonly gasLimit: bigint;
}

/** A log with its place in the chain. */
export interface ChainLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hash;
  readonly logIndex: number;
}

/** Logs of one block by its hash, or of a closed range. */
export type LogRange =
  { readonly blockHash: Hash } | { readonly fromBlock: bigint; readonly toBlock: bigint };

export interface LogQuery {
  readonly addresses: readonly Address[];
  /** Any of these as first topic. */
  readonly topics: readonly Hex[];
  readonly range: LogRange;
}

/** What following the chain needs of a node. Every method rejects on failure: no answer is never an empty answer. */
export interface ChainReader {
  getHead(): Promise<BlockHead>;
  getBlock(number: bigint): Promise<BlockHead>;
  getLogs(query: LogQuery): Promise<readonly ChainLog[]>;
}

export interface Receipt {
  readonly hash: Hash;
  readonly blockNumber: bigint;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** Wei per gas. */
  readonly effectiveGasPrice: bigint;
  readonly logs: readonly ChainLog[];
}

/** Fees of one transaction, wei per gas. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** A transaction that is complete but for nonce and fees. */
export interface TransactionBody {
  readonly to: Address;
  readonly data: Hex;
  readonly gas: bigint;
  /** Wei that go along; none unless given. */
  readonly value?: bigint;
}

export interface SignedTransaction {
  readonly hash: Hash;
  readonly raw: Hex;
  /** Only uses up the nonce, in place of a version that is no longer wanted. */
  readonly cancels?: boolean;
}

/** What sending needs of a node and a key. */
export interface ChainWriter {
  readonly sender: Address;
  /** Transactions of the sender mined up to a block, or, with `pending`, also those that wait. */
  getNonce(at: { readonly blockNumber: bigint } | 'pending'): Promise<number>;
  sign(body: TransactionBody, nonce: number, fees: Fees): Promise<SignedTransaction>;
  /** @param privately To the private endpoint, where there is one, and to nobody else. */
  sendRaw(raw: Hex, privately?: boolean): Promise<void>;
  /** Undefined while it is not mined. */
  getReceipt(hash: Hash): Promise<Receipt | undefined>;
}
