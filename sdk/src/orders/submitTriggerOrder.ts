import { isHex } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { KeeperUnavailableError, OrderRefusedError } from './errors.ts';
import { orderToJson } from './orderJson.ts';
import type { SignedTriggerOrder } from './types.ts';

const TIMEOUT_MS = 15_000;

const receiptSchema = z.object({
  order: z.custom<Hex>((value) => isHex(value), 'is not hex'),
  status: z.enum(['waiting', 'filled', 'cancelled', 'expired']),
});
const problemSchema = z.object({ error: z.string(), message: z.string() });

/** What a keeper says of a trigger order. */
export interface OrderReceipt {
  /** The order's EIP-712 hash. */
  readonly order: Hex;
  readonly status: 'waiting' | 'filled' | 'cancelled' | 'expired';
}

export interface SubmitTriggerOrderParameters {
  readonly order: SignedTriggerOrder;
  /** Where the keeper takes orders, such as `http://127.0.0.1:8600`. */
  readonly keeper: string;
}

/**
 * Leaves a signed trigger order with a keeper, which executes it for the tip once its price has come. The keeper can do
 * nothing with it that is not signed, and anyone else may still execute it.
 * @throws OrderRefusedError where it could never execute: `code` and message say why
 * @throws KeeperUnavailableError
 */
export async function submitTriggerOrder({
  order,
  keeper,
}: SubmitTriggerOrderParameters): Promise<OrderReceipt> {
  return ask(new URL('/orders', keeper), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(orderToJson(order)),
  });
}

export interface GetSubmittedOrderParameters {
  /** EIP-712 hash. */
  readonly hash: Hex;
  readonly keeper: string;
}

/** What has become of an order that was left with a keeper. @throws OrderRefusedError where it has none such, KeeperUnavailableError */
export async function getSubmittedOrder({
  hash,
  keeper,
}: GetSubmittedOrderParameters): Promise<OrderReceipt> {
  return ask(new URL(`/orders/${hash}`, keeper), {});
}

async function ask(url: URL, request: RequestInit): Promise<OrderReceipt> {
  let status: number;
  let answer: unknown;
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
    status = response.status;
    answer = await response.json();
  } catch (cause) {
    throw new KeeperUnavailableError(url.origin, 'no keeper answers there', cause);
  }
  const receipt = receiptSchema.safeParse(answer);
  if (receipt.success && status < 300) return receipt.data;
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) throw new KeeperUnavailableError(url.origin, 'what answers there is no keeper');
  const { error, message } = problem.data;
  if (status >= 500) throw new KeeperUnavailableError(url.origin, message);
  throw new OrderRefusedError(error, message);
}
