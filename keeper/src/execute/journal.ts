import { readFile, rename, writeFile } from 'node:fs/promises';
import { isAddress, isHex } from 'viem';
import { z } from 'zod';
import type { Fees, SignedTransaction, TransactionBody } from '../chain/types.ts';
import type { Basket } from '../decide/basket.ts';

/** What a transaction in flight is for. */
export type Purpose =
  | {
      readonly kind: 'liquidation';
      readonly account: bigint;
      /** What the keeper's account will receive. */
      readonly basket: Basket;
      /** Wad USD, as quoted. */
      readonly reward: bigint;
      /** The mirror's version of the account when it was decided on. */
      readonly version: number;
    }
  /** Turns what has expired into cash. */
  | { readonly kind: 'settlement'; readonly accounts: readonly bigint[] }
  /** Only uses up a nonce, so that those behind it can be mined. */
  | { readonly kind: 'cancel' };

/** A transaction that was sent and has not been seen mined. */
export interface InFlight {
  readonly nonce: number;
  readonly purpose: Purpose;
  readonly body: TransactionBody;
  readonly fees: Fees;
  /** Every version that was ever sent: any of them may be mined. The newest is last; none of one found by its gap. */
  readonly sent: readonly SignedTransaction[];
  /** The head when the newest version was sent. */
  readonly sentAtBlock: bigint;
  /** Whether a node said that it has the newest version. */
  readonly acknowledged: boolean;
  /** How often its nonce was used up, yet no receipt was found. */
  readonly missed: number;
}

/** Transactions in flight, by nonce. */
export interface Journal {
  entries(): readonly InFlight[];
  put(entry: InFlight): Promise<void>;
  remove(nonce: number): Promise<void>;
}

/** A journal in memory, kept in a file too where a path is given. */
export async function openJournal(path?: string): Promise<Journal> {
  const byNonce = new Map<number, InFlight>();
  if (path !== undefined) for (const entry of await readEntries(path)) byNonce.set(entry.nonce, entry);
  const entries = (): InFlight[] => [...byNonce.values()].sort((a, b) => a.nonce - b.nonce);
  const save = async (): Promise<void> => {
    if (path === undefined) return;
    // whole or not at all
    await writeFile(`${path}.tmp`, stringify(entries()), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  };
  return {
    entries,
    put(entry) {
      byNonce.set(entry.nonce, entry);
      return save();
    },
    remove(nonce) {
      byNonce.delete(nonce);
      return save();
    },
  };
}

const hex = z.string().refine((text) => isHex(text, { strict: true }));
const address = z.string().refine((text) => isAddress(text, { strict: false }));
const integer = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const purposeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('liquidation'),
    account: integer,
    basket: z.object({
      legs: z.array(z.object({ instrument: integer, size: integer })),
      spot: z.array(z.object({ assetId: z.number(), underlying: z.number(), amount: integer })),
      fraction: integer,
    }),
    reward: integer,
    version: z.number(),
  }),
  z.object({ kind: z.literal('settlement'), accounts: z.array(integer) }),
  z.object({ kind: z.literal('cancel') }),
]);

const entriesSchema = z.array(
  z.object({
    nonce: z.number(),
    purpose: purposeSchema,
    body: z.object({ to: address, data: hex, gas: integer }),
    fees: z.object({ maxFeePerGas: integer, maxPriorityFeePerGas: integer }),
    sent: z.array(z.object({ hash: hex, raw: hex })),
    sentAtBlock: integer,
    acknowledged: z.boolean(),
    missed: z.number(),
  }),
);

async function readEntries(path: string): Promise<readonly InFlight[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const parsed = entriesSchema.safeParse(parseOrNull(text));
  if (!parsed.success) {
    throw new Error(`journal ${path} cannot be read; move it away once no transaction of the key is pending`);
  }
  return parsed.data;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function stringify(entries: readonly InFlight[]): string {
  return JSON.stringify(entries, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
