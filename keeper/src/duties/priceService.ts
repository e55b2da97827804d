import { z } from 'zod';
import type { Hex } from 'viem';

/** A signed price off chain. */
export interface OffchainPrice {
  readonly id: Hex;
  /** `price * 10^expo` USD. */
  readonly price: bigint;
  readonly expo: number;
  /** Unix seconds. */
  readonly publishTime: bigint;
}

/** Where signed prices come from. Rejects without ever naming the address: it may hold a key. */
export interface PriceService {
  latest(ids: readonly Hex[]): Promise<{
    readonly prices: readonly OffchainPrice[];
    /** What `updatePriceFeeds` takes, for all the ids. */
    readonly updates: readonly Hex[];
  }>;
}

const hexText = z.string().regex(/^(0x)?[0-9a-fA-F]+$/);
const answerSchema = z.object({
  binary: z.object({ data: z.array(hexText) }),
  parsed: z.array(
    z.object({
      id: hexText,
      price: z.object({ price: z.string(), expo: z.number(), publish_time: z.number() }),
    }),
  ),
});

export class PriceServiceError extends Error {
  override readonly name = 'PriceServiceError';
}

const prefixed = (text: string): Hex => `0x${text.replace(/^0x/, '').toLowerCase()}`;

/** A service that speaks as Hermes does: `/v2/updates/price/latest`. @param baseUrl May have a path and a query of its own. */
export function createPriceService(baseUrl: string, timeoutMs: number): PriceService {
  return {
    async latest(ids) {
      const url = new URL(baseUrl);
      url.pathname = `${url.pathname.replace(/\/$/, '')}/v2/updates/price/latest`;
      for (const id of ids) url.searchParams.append('ids[]', id);
      url.searchParams.set('encoding', 'hex');
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
      if (response === undefined) throw new PriceServiceError('the price service does not answer');
      if (!response.ok) throw new PriceServiceError(`the price service answered ${response.status}`);
      const parsed = answerSchema.safeParse(await response.json().catch(() => undefined));
      if (!parsed.success) throw new PriceServiceError('the price service answered what is no price update');
      return {
        prices: parsed.data.parsed.map(({ id, price: { price, expo, publish_time } }) => ({
          id: prefixed(id),
          price: BigInt(price),
          expo,
          publishTime: BigInt(publish_time),
        })),
        updates: parsed.data.binary.data.map(prefixed),
      };
    },
  };
}
