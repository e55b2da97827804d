import { isAddress, isHex } from 'viem';
import { z } from 'zod';

// How parts of a transaction stand in JSON columns: whole numbers as decimal strings.

const hex = z.string().refine((text) => isHex(text, { strict: true }));
const address = z.string().refine((text) => isAddress(text, { strict: false }));
const integer = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const part = z.object({
  account: integer,
  basket: z.object({
    legs: z.array(z.object({ instrument: integer, size: integer })),
    spot: z.array(z.object({ assetId: z.number(), underlying: z.number(), amount: integer })),
    fraction: integer,
  }),
  reward: integer,
  version: z.number(),
});

/** Before there were batches, a liquidation was its only part. */
const withParts = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'account' in value ? { ...value, parts: [value] } : value;

const known = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('liquidation'),
    parts: z.array(part).min(1),
    deadlineSec: z.number().default(0),
    privateUntil: integer.optional(),
  }),
  z.object({ kind: z.literal('settlement'), accounts: z.array(integer) }),
  z.object({ kind: z.literal('duty'), duty: z.string(), keys: z.array(z.string()) }),
  z.object({ kind: z.literal('cancel') }),
]);
export const purposeSchema = z.preprocess(withParts, known);

export const bodySchema = z
  .object({ to: address, data: hex, gas: integer, value: integer.optional() })
  .transform(({ value, ...body }) => (value === undefined ? body : { ...body, value }));
export const feesSchema = z.object({ maxFeePerGas: integer, maxPriorityFeePerGas: integer });
export const hexSchema = hex;

export function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)),
  );
}
