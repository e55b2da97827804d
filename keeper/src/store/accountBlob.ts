import type { AccountId, AccountState } from '@novate/sdk';
import type { Hex } from 'viem';

// One account in bytes, numbers most significant byte first:
//   changed in block 6 | by log 4 | first 8 bytes of the block's hash 8 | principal 16 | profile 1 | flagged at 6 |
//   balances 1 | positions 2 | pending cash 16 | per balance: asset 1, amount 16 | per position: instrument 12, size 16, cost 16

const HEADER = 60;
const BALANCE = 17;
const POSITION = 44;
const LOW = (1n << 64n) - 1n;
/** Of an account's number. */
export const ACCOUNT_BYTES = 32;

/** The event that changed an account last: the same for every keeper, another after a reorganisation. */
export interface ChangeMark {
  readonly blockNumber: number;
  readonly logIndex: number;
  /** First 8 bytes of the block's hash, hex without 0x. */
  readonly blockHash: string;
}

export interface AccountRecord {
  readonly state: AccountState;
  readonly changed: ChangeMark;
}

export function markOf(blockNumber: bigint, logIndex: number, blockHash: Hex): ChangeMark {
  return { blockNumber: Number(blockNumber), logIndex, blockHash: blockHash.slice(2, 18) };
}

/** The version of an account's state, as a word. */
export function wordOf({ blockNumber, logIndex, blockHash }: ChangeMark): string {
  return `${blockNumber}.${logIndex}.${blockHash}`;
}

/** @throws RangeError where a number does not fit, which the contracts exclude */
export function encodeAccount({ state, changed }: AccountRecord): Buffer {
  const { collateral, positions } = state;
  const out = Buffer.allocUnsafe(HEADER + BALANCE * collateral.size + POSITION * positions.size);
  out.writeUIntBE(changed.blockNumber, 0, 6);
  out.writeUInt32BE(changed.logIndex, 6);
  out.write(changed.blockHash, 10, 8, 'hex');
  writeInt128(out, state.principal, 18);
  out.writeUInt8(state.profileId, 34);
  out.writeUIntBE(state.flaggedAt, 35, 6);
  out.writeUInt8(collateral.size, 41);
  out.writeUInt16BE(positions.size, 42);
  writeInt128(out, state.pendingCash, 44);
  let at = HEADER;
  for (const [assetId, amount] of collateral) {
    out.writeUInt8(assetId, at);
    writeUint128(out, amount, at + 1);
    at += BALANCE;
  }
  for (const [instrument, { size, cost }] of positions) {
    out.writeUInt32BE(Number(instrument >> 64n), at);
    out.writeBigUInt64BE(instrument & LOW, at + 4);
    writeInt128(out, size, at + 12);
    writeInt128(out, cost, at + 28);
    at += POSITION;
  }
  return out;
}

export function decodeAccount(bytes: Uint8Array): AccountRecord {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [balances, held] = [data.readUInt8(41), data.readUInt16BE(42)];
  if (data.length !== HEADER + BALANCE * balances + POSITION * held) {
    throw new RangeError(
      `an account of ${data.length} bytes says ${balances} balances and ${held} positions`,
    );
  }
  const collateral: AccountState['collateral'] = new Map();
  const positions: AccountState['positions'] = new Map();
  let at = HEADER;
  for (let i = 0; i < balances; ++i, at += BALANCE) {
    collateral.set(data[at] ?? 0, (data.readBigUInt64BE(at + 1) << 64n) | data.readBigUInt64BE(at + 9));
  }
  for (let i = 0; i < held; ++i, at += POSITION) {
    const instrument = (BigInt(data.readUInt32BE(at)) << 64n) | data.readBigUInt64BE(at + 4);
    positions.set(instrument, { size: readInt128(data, at + 12), cost: readInt128(data, at + 28) });
  }
  return {
    changed: {
      blockNumber: data.readUIntBE(0, 6),
      logIndex: data.readUInt32BE(6),
      blockHash: data.toString('hex', 10, 18),
    },
    state: {
      principal: readInt128(data, 18),
      pendingCash: readInt128(data, 44),
      collateral,
      positions,
      profileId: data.readUInt8(34),
      flaggedAt: data.readUIntBE(35, 6),
    },
  };
}

export function encodeAccountKey(account: AccountId): Buffer {
  return Buffer.from(account.toString(16).padStart(2 * ACCOUNT_BYTES, '0'), 'hex');
}

export function decodeAccountKey(bytes: Uint8Array): AccountId {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`);
}

function writeInt128(out: Buffer, value: bigint, at: number): void {
  // throws beyond the range, since the upper half must be an int64
  out.writeBigInt64BE(value >> 64n, at);
  out.writeBigUInt64BE(value & LOW, at + 8);
}

function writeUint128(out: Buffer, value: bigint, at: number): void {
  out.writeBigUInt64BE(value >> 64n, at);
  out.writeBigUInt64BE(value & LOW, at + 8);
}

function readInt128(data: Buffer, at: number): bigint {
  return (data.readBigInt64BE(at) << 64n) | data.readBigUInt64BE(at + 8);
}
