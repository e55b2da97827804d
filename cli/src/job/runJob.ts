import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkConservation } from '../audit/checkConservation.ts';
import type { Conservation } from '../audit/checkConservation.ts';
import { connectChain } from '../local/chain.ts';
import type { LocalChain } from '../local/chain.ts';
import { deployLocal } from '../local/deployLocal.ts';
import type { StackAddresses } from '../local/deployLocal.ts';
import { formatAddresses } from '../local/formatAddresses.ts';
import { startHardhatNode } from '../local/hardhatNode.ts';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { startKeeper } from '../play/keeperProcess.ts';
import { playPrices } from '../play/playPrices.ts';
import type { Played } from '../play/playPrices.ts';
import { meanGas } from '../play/readLiquidations.ts';
import { createMarginWatch } from '../play/watchMargins.ts';
import type { PriceStep } from '../prices/pricePath.ts';
import type { Progress } from '../report/progress.ts';
import { toResult } from '../report/result.ts';
import type { ReplayResult } from '../report/result.ts';
import type { OpenMarket } from '../seed/planAccounts.ts';
import { seedMarket } from '../seed/seedMarket.ts';
import { fundVault, giveEther } from '../seed/openAccounts.ts';
import { createPerson } from '../seed/traders.ts';
import type { Person } from '../seed/traders.ts';

const KEEPER_START_MS = 60_000;
/** What the vault has to make markets with, wad USD. */
const VAULT_CASH = 10_000_000n * 10n ** 18n;

export interface JobOptions {
  readonly accounts: number;
  readonly seed: number;
  readonly steps: readonly PriceStep[];
  readonly progress: Progress;
  /** Ends the job early: what has happened until then is still measured. */
  readonly signal: AbortSignal;
  /** Prices to go on with, after the result is in, until the signal. */
  readonly onward?: AsyncIterable<PriceStep> | undefined;
  readonly onResult?: ((result: ReplayResult) => void) | undefined;
  /** Shows the market to people while it goes on. */
  readonly show?: ShowMarket | undefined;
}

/** Where a market that goes on can be read. */
export interface OpenStage {
  readonly rpcUrl: string;
  readonly stack: StackAddresses;
  readonly metricsUrl: string;
}

/** @returns where people can look, and how to end it */
export type ShowMarket = (
  stage: OpenStage,
  progress: Progress,
) => Promise<{ readonly url: string; close(): Promise<void> }>;

export interface JobOutcome {
  readonly result: ReplayResult;
  readonly conservation: Conservation;
}

/** The main job: a node, the protocol, traders, prices, the real keeper, and a check of every total at the end. */
export async function runJob(options: JobOptions): Promise<JobOutcome> {
  const stops: (() => Promise<void>)[] = [];
  try {
    return await run(options, stops);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function run(options: JobOptions, stops: (() => Promise<void>)[]): Promise<JobOutcome> {
  const { progress, signal, steps, seed } = options;
  const first = steps[0];
  if (first === undefined) throw new Error('there are no prices to play');
  const markets = openMarkets(first);
  const node = await progress.task(
    'start a Hardhat node',
    () => startHardhatNode(),
    ({ url }) => url,
  );
  stops.push(() => node.child.stop());
  const chain = await connectChain(node.url);
  // it logs every call, and nobody reads it
  await chain.request('hardhat_setLoggingEnabled', [false]);
  const stack = await progress.task('deploy with Ignition', () => deployLocal(chain, feedParameters(first)));
  await chain.request('evm_setAutomine', [false]);
  const seeded = await progress.task(
    `open ${options.accounts} accounts`,
    () => seedMarket(chain, stack, options.accounts, markets, seed),
    ({ orders, fills }) => `${orders} signed orders, ${fills} fills`,
  );
  const accounts = [...seeded.traders, seeded.keeper].map(({ account }) => account);
  const watch = createMarginWatch(chain.client, stack.marginLens, accounts);
  const unhealthy = await watch.observe((await chain.latest()).number);
  if (unhealthy.length > 0)
    throw new Error(`${unhealthy.length} accounts are liquidatable before prices move`);
  const keeper = await progress.task('start the keeper', async () => {
    const started = await startKeeper(chain, stack, seeded.keeper);
    stops.push(() => started.stop());
    if (!(await started.waitForBlock((await chain.latest()).number, KEEPER_START_MS))) {
      throw new Error(`the keeper does not follow the chain after ${KEEPER_START_MS / 1000} s`);
    }
    return started;
  });
  const played: Played = {
    liquidations: [],
    badDebts: [],
    deleverages: [],
    losses: [],
    socialised: [],
    left: 0,
  };
  const stage = { chain, stack, keeper, watch, listener: progress, signal };
  await progress.task(
    `play ${steps.length} prices`,
    () => playPrices(stage, steps, played),
    () => `${played.liquidations.length} liquidations`,
  );
  const measure = (): Promise<JobOutcome> => measureOutcome(options, chain, stack, played, watch.longest());
  let outcome = await progress.task('add up every account', measure);
  options.onResult?.(outcome.result);
  if (options.onward !== undefined && !signal.aborted) {
    // only now, so that the measured job is the same with and without people who trade
    const provider = createPerson('provider');
    await giveEther(chain, [provider]);
    await fundVault(chain, stack, provider, VAULT_CASH);
    const addresses = await writeAddresses(stack);
    stops.push(() => rm(dirname(addresses), { recursive: true, force: true }));
    const shown = await options.show?.({ rpcUrl: chain.url, stack, metricsUrl: keeper.metricsUrl }, progress);
    if (shown !== undefined) stops.push(() => shown.close());
    progress.note(goOnNote(chain, addresses, seeded.traders[0], keeper.ordersUrl, shown?.url));
    await playPrices(stage, options.onward, played);
    outcome = await measure();
  }
  return outcome;
}

async function writeAddresses(stack: StackAddresses): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'novate-')), 'deployed_addresses.json');
  await writeFile(path, formatAddresses(stack));
  return path;
}

function goOnNote(
  chain: LocalChain,
  addresses: string,
  trader: Person | undefined,
  keeper: string,
  dashboard: string | undefined,
): string {
  const where = `--rpc ${chain.url} --addresses ${addresses}`;
  return [
    'The market goes on with quiet prices until Ctrl-C.',
    ...(dashboard === undefined ? [] : [`Dashboard: ${dashboard}`]),
    'Meanwhile, in another terminal:',
    `  npx novate account explain ${trader?.key.address ?? '<address>'} ${where}`,
    `  npx novate trade deposit --amount 10000 --mint --local-key 3 ${where}`,
    `  npx novate trade market ETH --size 1 --local-key 3 ${where}`,
    `  npx novate trade trigger ETH --size -1 --below PRICE --price LIMIT --keeper ${keeper} --local-key 3 ${where}`,
  ].join('\n');
}

async function measureOutcome(
  { accounts }: JobOptions,
  chain: LocalChain,
  stack: StackAddresses,
  played: Played,
  longestLiquidatableBlocks: number,
): Promise<JobOutcome> {
  const { number } = await chain.latest();
  const conservation = await checkConservation(chain.client, stack.clearinghouse, number);
  const gasPerLiquidation = await meanGas(chain.client, played.liquidations);
  const result = toResult({ accounts, played, gasPerLiquidation, longestLiquidatableBlocks, conservation });
  return { result, conservation };
}

function openMarkets({ prices }: PriceStep): OpenMarket[] {
  return UNDERLYINGS.flatMap((underlying) => {
    const price = prices[underlying.symbol];
    return price === undefined ? [] : [{ ...underlying, price: Number(price) / 1e8 }];
  });
}

function feedParameters({ prices }: PriceStep): Record<string, bigint> {
  return Object.fromEntries(
    Object.entries(prices).map(([symbol, price]) => [`${symbol.toLowerCase()}Price`, price]),
  );
}
