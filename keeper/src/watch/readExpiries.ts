import { decodeSurfaceWord, settlementTwapAbi, volSurfaceAbi } from '@novate/sdk';
import type { Term } from '@novate/sdk';
import type { BlockHead } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { ExpirySet, ExpiryState } from '../mirror/expiries.ts';
import type { References } from '../mirror/references.ts';

/** Surfaces and settlement prices of these expiries at one block, by one call each. */
export async function readExpiries(
  client: KeeperClient,
  { volSurface, settlementTwap }: Pick<References, 'volSurface' | 'settlementTwap'>,
  expiries: ExpirySet,
  { number: blockNumber, timestamp }: Pick<BlockHead, 'number' | 'timestamp'>,
): Promise<readonly ExpiryState[]> {
  const keys = [...expiries.keys()];
  const expired = [...expiries].flatMap(([key, { expirySec }]) => (expirySec <= timestamp ? [key] : []));
  const [words, prices] = await Promise.all([
    keys.length === 0
      ? []
      : client.readContract({
          address: volSurface,
          abi: volSurfaceAbi,
          functionName: 'wordsOf',
          args: [keys],
          blockNumber,
        }),
    expired.length === 0
      ? []
      : client.readContract({
          address: settlementTwap,
          abi: settlementTwapAbi,
          functionName: 'pricesOf',
          args: [expired],
          blockNumber,
        }),
  ]);
  const settlements = new Map(expired.map((key, i) => [key, prices[i] ?? 0n]));
  return [...expiries].map(([key, expiry], i) => {
    const word = words[i];
    if (word === undefined) throw new Error('the volatility surface answered for fewer expiries than asked');
    return { ...expiry, term: toTerm(word), settlement: settlements.get(key) || undefined };
  });
}

function toTerm(word: bigint): Term | null {
  if (word === 0n) return null;
  const { timestamp, ...surface } = decodeSurfaceWord(word);
  return { ...surface, timestamp: BigInt(timestamp) };
}
