import { encodeFunctionData, parseAbi } from 'viem';
import type { Address } from 'viem';
import type { Block, LocalCall, LocalChain } from '../local/chain.ts';
import type { StackAddresses } from '../local/deployLocal.ts';
import type { PriceStep } from '../prices/pricePath.ts';
import type { KeeperProcess } from './keeperProcess.ts';
import { readLiquidations, readLosses } from './readLiquidations.ts';
import type { BadDebt, Deleveraging, Liquidation, Loss } from './readLiquidations.ts';
import type { MarginWatch } from './watchMargins.ts';

const feedAbi = parseAbi([
  'function setAnswer(int256 answer)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
]);
const FEED_GAS = 200_000n;
/** Seconds between blocks while the keeper works, as on a fast chain. */
const BLOCK_SEC = 1;
/** How long one block waits for a keeper that is silent. */
const KEEPER_TIMEOUT_MS = 20_000;
/** The next price comes even where accounts are left that the keeper has not liquidated by then. */
const MAX_BLOCKS_PER_STEP = 40;

/** Prices to play, in order; they may come as time goes by. */
export type PriceSteps = readonly PriceStep[] | AsyncIterable<PriceStep>;

export interface PlayListener {
  /** @param count How many there will be, where that is known. */
  onPrice(step: PriceStep, index: number, count: number | undefined): void;
  onLiquidation(liquidation: Liquidation): void;
  onBadDebt(badDebt: BadDebt): void;
}

export interface Stage {
  readonly chain: LocalChain;
  readonly stack: StackAddresses;
  readonly keeper: KeeperProcess;
  readonly watch: MarginWatch;
  readonly listener: PlayListener;
  /** Asks to end after the present step. */
  readonly signal: AbortSignal;
}

export interface Played {
  readonly liquidations: Liquidation[];
  readonly badDebts: BadDebt[];
  readonly deleverages: Deleveraging[];
  readonly losses: Loss[];
  readonly socialised: bigint[];
  /** Accounts that could still be liquidated after the last block. */
  left: number;
}

/**
 * Plays prices through the feeds. Each step is one block that sets every feed at once; then blocks follow for as long as an
 * account is below its maintenance margin. The chain waits for the keeper's word that it has dealt with a block before it
 * mines the next: blocks, not this machine's speed, measure how long an account stays liquidatable.
 */
export async function playPrices(stage: Stage, steps: PriceSteps, played: Played): Promise<void> {
  const { chain, listener } = stage;
  const start = await chain.latest();
  const count = 'length' in steps ? steps.length : undefined;
  let [seen, now, index] = [start.number, start, 0];
  let firstMs: number | undefined;
  let last: PriceStep | undefined;
  for await (const step of steps) {
    if (stage.signal.aborted) break;
    firstMs ??= step.timeMs;
    const due = start.timestamp + BLOCK_SEC + Math.round((step.timeMs - firstMs) / 1000);
    await chain.send(feedCalls(stage, step));
    now = await chain.mine(Math.max(due, now.timestamp + BLOCK_SEC));
    listener.onPrice(step, index++, count);
    const settled = await settle(stage, now);
    played.left = settled.left;
    // quiet prices have nothing to tell
    if (settled.block.number !== now.number) {
      await collect(stage, seen + 1n, settled.block.number, played);
      seen = settled.block.number;
    }
    now = settled.block;
    last = step;
  }
  if (now.number > seen) await collect(stage, seen + 1n, now.number, played);
  if (last !== undefined) await requirePrices(stage, last);
}

/** Mines until nobody can be liquidated or the keeper has had its blocks. */
async function settle(stage: Stage, priced: Block): Promise<{ block: Block; left: number }> {
  const { chain, keeper, watch } = stage;
  let block = priced;
  for (let blocks = 0; ; blocks++) {
    const liquidatable = await watch.observe(block.number);
    if (liquidatable.length === 0 || blocks === MAX_BLOCKS_PER_STEP)
      return { block, left: liquidatable.length };
    if (!(await keeper.waitForBlock(block.number, KEEPER_TIMEOUT_MS))) {
      throw new Error(`the keeper has not dealt with block ${block.number} in ${KEEPER_TIMEOUT_MS / 1000} s`);
    }
    block = await chain.mine(block.timestamp + BLOCK_SEC);
  }
}

async function collect(stage: Stage, from: bigint, to: bigint, played: Played): Promise<void> {
  const events = await readLiquidations(stage.chain.client, stage.stack.liquidator, from, to);
  played.liquidations.push(...events.liquidations);
  played.badDebts.push(...events.badDebts);
  const losses = await readLosses(stage.chain.client, stage.stack.clearinghouse, from, to);
  played.deleverages.push(...losses.deleverages);
  played.losses.push(...losses.losses);
  played.socialised.push(...losses.socialised);
  events.liquidations.forEach((liquidation) => stage.listener.onLiquidation(liquidation));
  events.badDebts.forEach((badDebt) => stage.listener.onBadDebt(badDebt));
}

function feedCalls({ chain, stack }: Stage, step: PriceStep): LocalCall[] {
  return feedsOf(stack, step).map(({ symbol, feed, price }) => {
    const data = encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [price] });
    return { from: chain.deployer, to: feed, data, gas: FEED_GAS, label: `price of ${symbol}` };
  });
}

/** Makes sure that the feeds have followed: a run on prices that never arrived would prove nothing. */
async function requirePrices({ chain, stack }: Stage, step: PriceStep): Promise<void> {
  for (const { symbol, feed, price } of feedsOf(stack, step)) {
    const round = await chain.client.readContract({
      abi: feedAbi,
      address: feed,
      functionName: 'latestRoundData',
    });
    if (round[1] !== price) throw new Error(`the feed of ${symbol} answers ${round[1]} instead of ${price}`);
  }
}

function feedsOf(stack: StackAddresses, { prices }: PriceStep) {
  const feeds: readonly (readonly [string, Address])[] = [
    ['BTC', stack.btcFeed],
    ['ETH', stack.ethFeed],
    ['SOL', stack.solFeed],
  ];
  return feeds.flatMap(([symbol, feed]) => {
    const price = prices[symbol];
    return price === undefined ? [] : [{ symbol, feed, price }];
  });
}
