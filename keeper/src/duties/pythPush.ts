import { priceRouterAbi } from '@novate/sdk';
import { encodeFunctionData, isAddressEqual, parseAbi } from 'viem';
import type { Address, Hex } from 'viem';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { OffchainPrice, PriceService } from './priceService.ts';
import type { Duty, DutyItem } from './types.ts';

const PYTH = 2;
const BPS = 10_000n;
/** How long what the router says of its sources is believed. */
const SOURCES_FOR_SEC = 300n;
const TOGETHER = 32;

const pythAbi = parseAbi([
  'function getPriceUnsafe(bytes32 id) view returns ((int64 price, uint64 conf, int32 expo, uint256 publishTime))',
  'function getUpdateFee(bytes[] updates) view returns (uint256)',
]);

export interface PushOptions {
  readonly priceRouter: Address;
  /** A price that moved by so much is pushed, of itself. */
  readonly deviationBps: number;
  /** So is one whose age is above this share of the most that its source allows, in percent. */
  readonly agePercent: number;
  /** The service is asked at most once in so many seconds. */
  readonly pollSec: number;
}

interface PythFeed {
  readonly pyth: Address;
  readonly id: Hex;
  readonly maxAgeSec: bigint;
}

interface Push extends DutyItem {
  readonly feed: PythFeed;
}

/**
 * Pushes signed Pyth prices that the router uses, where they moved or grow old. The epoch is the price that stands on chain: it
 * is replaced once, whichever keeper comes first.
 */
export function pythDuty(client: KeeperClient, service: PriceService, options: PushOptions): Duty<Push> {
  let [feeds, readAt, polledAt]: [readonly PythFeed[], bigint, bigint] = [[], -SOURCES_FOR_SEC, -1_000_000n];
  return {
    name: 'pyth',
    kind: 'price',
    together: TOGETHER,
    async due({ head }) {
      const now = head.timestamp;
      if (now - readAt >= SOURCES_FOR_SEC || now < readAt) {
        [feeds, readAt] = [await readFeeds(client, options.priceRouter, head.number), now];
      }
      if (feeds.length === 0 || (now >= polledAt && now - polledAt < BigInt(options.pollSec))) return [];
      polledAt = now;
      const { prices } = await service.latest(feeds.map(({ id }) => id));
      const pushes = await Promise.all(
        feeds.map(async (feed): Promise<Push[]> => {
          const fresh = prices.find(({ id }) => id === feed.id.toLowerCase());
          const standing = await readStanding(client, feed, head.number);
          if (fresh === undefined || !isDue(standing, fresh, feed, now, options)) return [];
          return [{ key: `price/${feed.pyth}/${feed.id}/${standing.publishTime}`, urgency: 10, feed }];
        }),
      );
      const due = pushes.flat();
      const [first] = due;
      // one contract at a time: what is on another has its turn at the next look
      return due.filter(({ feed }) => first !== undefined && isAddressEqual(feed.pyth, first.feed.pyth));
    },
    async encode(items, { head }) {
      const [first] = items;
      if (first === undefined) return undefined;
      const { pyth } = first.feed;
      const updates = [...(await service.latest(items.map(({ feed }) => feed.id))).updates];
      const blockNumber = head.number;
      const value = await client.readContract({
        address: pyth,
        abi: pythAbi,
        functionName: 'getUpdateFee',
        args: [updates],
        blockNumber,
      });
      const args = [pyth, updates] as const;
      return {
        to: options.priceRouter,
        data: encodeFunctionData({ abi: priceRouterAbi, functionName: 'updatePyth', args }),
        value,
      };
    },
  };
}

/** What the router takes from Pyth, as first or as second source. */
async function readFeeds(client: KeeperClient, router: Address, blockNumber: bigint): Promise<PythFeed[]> {
  const contract = { address: router, abi: priceRouterAbi, blockNumber } as const;
  const underlyings = await client.readContract({ ...contract, functionName: 'underlyings' });
  const sources = await Promise.all(
    underlyings.map(async (underlying) => {
      const [primary, secondary] = await client.readContract({
        ...contract,
        functionName: 'inspect',
        args: [underlying],
      });
      return [primary, secondary];
    }),
  );
  const feeds = sources
    .flat()
    .filter(({ kind }) => kind === PYTH)
    .map(({ feed, priceId, maxAgeSec }) => ({ pyth: feed, id: priceId, maxAgeSec: BigInt(maxAgeSec) }));
  return [...new Map(feeds.map((feed) => [`${feed.pyth}${feed.id}`, feed])).values()];
}

type Standing = Pick<OffchainPrice, 'price' | 'expo' | 'publishTime'>;

async function readStanding(
  client: KeeperClient,
  { pyth, id }: PythFeed,
  blockNumber: bigint,
): Promise<Standing> {
  try {
    return await client.readContract({
      address: pyth,
      abi: pythAbi,
      functionName: 'getPriceUnsafe',
      args: [id],
      blockNumber,
    });
  } catch (error) {
    // Pyth reverts for a price that was never pushed; whatever else is wrong shows when the update is simulated
    if (error instanceof Error && /revert/i.test(error.message))
      return { price: 0n, expo: 0, publishTime: 0n };
    throw error;
  }
}

function isDue(
  standing: Standing,
  fresh: OffchainPrice,
  { maxAgeSec }: PythFeed,
  nowSec: bigint,
  { deviationBps, agePercent }: PushOptions,
): boolean {
  if (fresh.publishTime <= standing.publishTime) return false;
  if ((nowSec - standing.publishTime) * 100n > maxAgeSec * BigInt(agePercent)) return true;
  const [before, after] = [scaled(standing), scaled(fresh)];
  const moved = after > before ? after - before : before - after;
  return moved * BPS >= before * BigInt(deviationBps);
}

/** At 18 digits. */
function scaled({ price, expo }: Standing): bigint {
  const shift = expo + 18;
  return shift >= 0 ? price * 10n ** BigInt(shift) : price / 10n ** BigInt(-shift);
}
