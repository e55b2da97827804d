import { z } from 'zod';

/** A node refused a request. @property data Revert data, where there is some. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';
  readonly method: string;
  readonly data: unknown;

  constructor(method: string, message: string, data: unknown) {
    super(`${method}: ${message}`);
    this.method = method;
    this.data = data;
  }
}

export type Request = (method: string, params: readonly unknown[]) => Promise<unknown>;

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ message: z.string(), data: z.unknown().optional() }).optional(),
});

/** Sends single requests, for the methods that viem has no words for. */
export function createRequest(url: string): Request {
  let id = 0;
  return async (method, params) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
    const { result, error } = answerSchema.parse(await response.json());
    if (error !== undefined) throw new JsonRpcError(method, error.message, error.data);
    return result;
  };
}
