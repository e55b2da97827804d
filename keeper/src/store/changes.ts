import { AccountMap } from '@novate/sdk';
import type { AccountId, CashIndexState, LedgerState, PerpMarketState } from '@novate/sdk';
import { decodeAccount, decodeAccountKey, encodeAccount, encodeAccountKey } from './accountBlob.ts';
import type { AccountRecord } from './accountBlob.ts';

/** New values of parts of the ledger; undefined where something is to be absent. */
export interface LedgerChanges {
  readonly accounts: Map<AccountId, AccountRecord | undefined>;
  readonly perps: Map<number, PerpMarketState | undefined>;
  cash: CashIndexState | undefined;
}

export function noChanges(): LedgerChanges {
  return { accounts: new AccountMap(), perps: new Map(), cash: undefined };
}

/** What a caller that holds a ledger takes over. */
export function applyChanges(ledger: LedgerState, { accounts, perps, cash }: LedgerChanges): void {
  for (const [id, record] of accounts) {
    if (record === undefined) ledger.accounts.delete(id);
    else ledger.accounts.set(id, record.state);
  }
  for (const [underlying, perp] of perps) {
    if (perp === undefined) ledger.perps.delete(underlying);
    else ledger.perps.set(underlying, perp);
  }
  if (cash !== undefined) ledger.cash = cash;
}

/** One set of changes out of several; of what more than one has, the last wins. */
export function mergeChanges(steps: readonly LedgerChanges[]): LedgerChanges {
  const merged = noChanges();
  for (const { accounts, perps, cash } of steps) {
    for (const [id, record] of accounts) merged.accounts.set(id, record);
    for (const [underlying, perp] of perps) merged.perps.set(underlying, perp);
    merged.cash = cash ?? merged.cash;
  }
  return merged;
}

interface MarketsText {
  readonly perps: readonly (readonly [number, Record<keyof PerpMarketState, string> | null])[];
  readonly cash: Record<keyof CashIndexState, string> | null;
}

/** In bytes: length 4 and JSON of the markets, then per account its number 32, length 4 and state (0 bytes: absent). */
export function encodeChanges({ accounts, perps, cash }: LedgerChanges): Buffer {
  const text = JSON.stringify({ perps: [...perps], cash: cash ?? null }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value === undefined ? null : value,
  );
  const parts: Buffer[] = [length(Buffer.byteLength(text)), Buffer.from(text)];
  for (const [id, record] of accounts) {
    const state = record === undefined ? Buffer.alloc(0) : encodeAccount(record);
    parts.push(encodeAccountKey(id), length(state.length), state);
  }
  return Buffer.concat(parts);
}

export function decodeChanges(bytes: Uint8Array): LedgerChanges {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + data.readUInt32BE(0);
  // written by `encodeChanges` only
  const { perps, cash } = JSON.parse(data.toString('utf8', 4, at)) as MarketsText;
  const accounts: LedgerChanges['accounts'] = new AccountMap();
  while (at < data.length) {
    const id = decodeAccountKey(data.subarray(at, at + 32));
    const size = data.readUInt32BE(at + 32);
    at += 36;
    accounts.set(id, size === 0 ? undefined : decodeAccount(data.subarray(at, at + size)));
    at += size;
  }
  return {
    accounts,
    perps: new Map(perps.map(([underlying, perp]) => [underlying, perp === null ? undefined : whole(perp)])),
    cash: cash === null ? undefined : whole(cash),
  };
}

function length(value: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  out.writeUInt32BE(value, 0);
  return out;
}

function whole<K extends string>(record: Record<K, string>): Record<K, bigint> {
  const entries = Object.entries<string>(record).map(([key, value]) => [key, BigInt(value)] as const);
  return Object.fromEntries(entries) as Record<K, bigint>;
}
