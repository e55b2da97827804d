import type { BlockHead } from '../chain/types.ts';
import { openChain } from '../chain/viemChain.ts';
import type { KeeperClient } from '../chain/viemChain.ts';
import { ConfigError } from '../config/index.ts';
import type { KeeperConfig } from '../config/index.ts';
import { messageOf } from '../execute/classify.ts';
import { expiriesOf, withExpiries } from '../mirror/expiries.ts';
import type { ExpirySet } from '../mirror/expiries.ts';
import type { AccountBook } from '../mirror/accountBook.ts';
import { createMirror, mirrorTopics } from '../mirror/mirror.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import { timedTopics } from '../mirror/referenceTopics.ts';
import { createFollower } from '../watch/follower.ts';
import { readExpiries } from '../watch/readExpiries.ts';
import { readPrices } from '../watch/readPrices.ts';
import { readReferences } from '../watch/readReferences.ts';

/** Everything that a decision at a block rests on. */
export interface BookAt {
  readonly client: KeeperClient;
  readonly head: BlockHead;
  readonly mirror: Mirror;
  readonly references: References;
  readonly board: PriceBoard;
}

/**
 * Rebuilds every account as of a block from events, and reads prices and parameters at it.
 * @param block The head unless given.
 * @throws ConfigError where the node does not have the state of that block
 */
export async function readBookAt(
  config: KeeperConfig,
  block: bigint | undefined,
  onProgress: (cursor: bigint, target: bigint) => void,
): Promise<BookAt> {
  const { client, reader } = openChain({
    urls: [config.rpcUrl, ...config.rpcFallbackUrls],
    timeoutMs: config.rpcTimeoutMs,
    quorum: config.rpcQuorum,
    maxHeadLag: BigInt(config.maxHeadLagBlocks),
  });
  const head = block === undefined ? await reader.getHead() : await reader.getBlock(block);
  const { addresses } = config;
  const mirror = createMirror(addresses.clearinghouse);
  const follower = createFollower({
    reader,
    sink: mirror,
    addresses: () => [addresses.clearinghouse, addresses.liquidator, addresses.riskEngine],
    topics: mirrorTopics,
    timedTopics,
    fromBlock: config.fromBlock,
    maxBlockRange: config.maxBlockRange,
    onProgress,
  });
  await follower.follow(head);
  try {
    const profiles = new Set(mirror.book.usedProfiles()).add(0);
    const references = await readReferences(client, addresses, profiles, head.number);
    const expiries = heldExpiries(mirror.book);
    const [board, states] = await Promise.all([
      readPrices(client, addresses, head),
      readExpiries(client, references, expiries, head),
    ]);
    return { client, head, mirror, references, board: withExpiries(board, states) };
  } catch (cause) {
    throw new ConfigError(
      `the state of block ${head.number} cannot be read (${messageOf(cause)}); past blocks need an archive node`,
      cause,
    );
  }
}

function heldExpiries({ universe: { terms, underlyings } }: AccountBook): ExpirySet {
  return expiriesOf(
    terms.flatMap(({ underlying: place, expirySec, holders }) => {
      const underlying = underlyings[place];
      return holders > 0 && underlying !== undefined ? [{ underlying, expirySec: BigInt(expirySec) }] : [];
    }),
  );
}
