import { isAddress, isHex } from 'viem';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { InvalidOrderError } from './errors.ts';
import type { SignedOrder, SignedTriggerOrder } from './types.ts';

/** Numbers beyond 53 bits are decimal strings. */
const bits = (count: number) =>
  z
    .string()
    .regex(/^\d{1,78}$/, 'must be a whole number in a string')
    .transform(BigInt)
    .refine((value) => value < 1n << BigInt(count), `does not fit ${count} bits`);

const int128 = z
  .string()
  .regex(/^-?\d{1,39}$/, 'must be a whole number in a string')
  .transform(BigInt)
  .refine((value) => BigInt.asIntN(128, value) === value, 'does not fit an int128');

const whole = (max: number) => z.int().min(0).max(max);

const orderSchema = z.strictObject({
  account: bits(256),
  instrument: bits(96),
  size: int128,
  limitPrice: bits(128),
  maxFee: bits(64),
  nonce: bits(64),
  epoch: whole(2 ** 32 - 1),
  expirySec: whole(2 ** 40 - 1),
  reduceOnly: z.boolean(),
  postOnly: z.boolean(),
});

const triggerOrderSchema = z.strictObject({
  order: orderSchema,
  triggerPrice: bits(128),
  above: z.boolean(),
  tip: bits(128),
});

const signed = {
  signer: z.custom<Address>((value) => typeof value === 'string' && isAddress(value), 'is not an address'),
  signature: z.custom<Hex>((value) => isHex(value), 'is not hex'),
};

const signedOrderSchema = z.strictObject({ order: orderSchema, ...signed });
const signedTriggerOrderSchema = z.strictObject({ triggerOrder: triggerOrderSchema, ...signed });

/** A signed order as JSON text holds it; `JSON.stringify` takes it. */
export type OrderJson = z.input<typeof signedOrderSchema> | z.input<typeof signedTriggerOrderSchema>;

/** For files and wires: big numbers as decimal strings. */
export function orderToJson(order: SignedOrder | SignedTriggerOrder): OrderJson {
  const text = JSON.stringify(order, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as OrderJson;
}

/**
 * A signed order, or trigger order, out of parsed JSON, with every field checked against the bits that hold it. Says
 * nothing about the signature: see `verifyOrder`.
 * @throws InvalidOrderError
 */
export function orderFromJson(json: unknown): SignedOrder | SignedTriggerOrder {
  const isTrigger = typeof json === 'object' && json !== null && 'triggerOrder' in json;
  const parsed = (isTrigger ? signedTriggerOrderSchema : signedOrderSchema).safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidOrderError(issue?.path.join('.') ?? '', issue?.message ?? 'cannot be read');
}

/** Tells the two kinds of signed order apart. */
export function isTriggerOrder(order: SignedOrder | SignedTriggerOrder): order is SignedTriggerOrder {
  return 'triggerOrder' in order;
}
