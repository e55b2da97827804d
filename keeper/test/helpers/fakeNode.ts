import { keccak256, toHex } from 'viem';
import type { Hash, Hex } from 'viem';
import type { BlockHead, ChainWriter, Fees, Receipt } from '../../src/chain/types.ts';

export const SENDER = '0x9999999999999999999999999999999999999999';

export interface FakeTransaction {
  readonly nonce: number;
  readonly fees: Fees;
  readonly data: Hex;
  readonly to: string;
  readonly hash: Hash;
}

/** A node with a mempool of one sender, whose answers can be scripted. */
export interface FakeNode extends ChainWriter {
  /** Every transaction that was taken, replaced ones included. */
  readonly taken: FakeTransaction[];
  /** What waits, by nonce. */
  readonly pool: Map<number, FakeTransaction>;
  /** Errors for the next sends, in order; `undefined` lets one through. */
  readonly script: (Error | undefined)[];
  /** Takes the transaction although an error is answered, as when the answer gets lost. */
  takeAnyway: boolean;
  /** Mines what waits, in the order of nonces, from the account's next nonce on. */
  mine(succeeded?: boolean): void;
  /** Uses up a nonce by a transaction of somebody else with the key. */
  useNonce(): void;
  /** Forgets what waits. */
  drop(nonce: number): void;
  head(): BlockHead;
  readonly mined: number;
}

/** What a node answers, as viem passes it on. */
export function nodeError(message: string, code = -32000): Error {
  return Object.assign(new Error(message), { code });
}

export function fakeNode(baseFeePerGas = 100n): FakeNode {
  const pool = new Map<number, FakeTransaction>();
  const receipts = new Map<Hash, Receipt>();
  const signed = new Map<Hex, FakeTransaction>();
  const taken: FakeTransaction[] = [];
  const script: (Error | undefined)[] = [];
  let [mined, number, serial] = [0, 10n, 0];

  const node: FakeNode = {
    sender: SENDER,
    pool,
    script,
    taken,
    takeAnyway: false,
    get mined() {
      return mined;
    },
    head: () => ({
      number,
      hash: toHex(number, { size: 32 }),
      parentHash: toHex(number - 1n, { size: 32 }),
      timestamp: number * 12n,
      baseFeePerGas,
      gasLimit: 30_000_000n,
    }),
    getNonce: (at) => {
      let next = mined;
      while (at === 'pending' && pool.has(next)) next++;
      return Promise.resolve(next);
    },
    sign(body, nonce, fees) {
      const raw = toHex(++serial, { size: 32 });
      const hash = keccak256(raw);
      signed.set(raw, { nonce, fees, data: body.data, to: body.to, hash });
      return Promise.resolve({ raw, hash });
    },
    async sendRaw(raw) {
      await Promise.resolve();
      const transaction = signed.get(raw);
      if (transaction === undefined) throw new Error('never signed');
      const error = script.shift();
      if (error !== undefined && !node.takeAnyway) throw error;
      if (transaction.nonce < mined) throw nodeError('nonce too low');
      const waiting = pool.get(transaction.nonce);
      if (waiting?.hash === transaction.hash) throw nodeError('already known');
      const enough = (now: bigint, before: bigint): boolean => now * 10n >= before * 11n;
      if (waiting !== undefined) {
        const { maxFeePerGas, maxPriorityFeePerGas } = transaction.fees;
        const better =
          enough(maxFeePerGas, waiting.fees.maxFeePerGas) &&
          enough(maxPriorityFeePerGas, waiting.fees.maxPriorityFeePerGas);
        if (!better) throw nodeError('replacement transaction underpriced');
      }
      pool.set(transaction.nonce, transaction);
      taken.push(transaction);
      if (error !== undefined) throw error;
    },
    getReceipt: (hash) => Promise.resolve(receipts.get(hash)),
    mine(succeeded = true) {
      number++;
      for (let next = pool.get(mined); next !== undefined; next = pool.get(mined)) {
        pool.delete(mined++);
        receipts.set(next.hash, {
          hash: next.hash,
          blockNumber: number,
          succeeded,
          gasUsed: 21_000n,
          effectiveGasPrice: 1n,
          logs: [],
        });
      }
    },
    useNonce() {
      mined++;
    },
    drop: (nonce) => void pool.delete(nonce),
  };
  return node;
}

/** Blocks without any of our transactions. */
export function emptyBlocks(node: FakeNode, count: number): BlockHead {
  const head = node.head();
  return { ...head, number: head.number + BigInt(count) };
}
