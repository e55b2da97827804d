import { decodeNovateError, liquidatorAbi } from '@novate/sdk';
import { numberToHex } from 'viem';
import { openCrowd } from '../helpers/crowd.ts';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import type { RunningKeeper } from '../helpers/keeperRun.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { countReverts } from '../helpers/reverts.ts';
import { openStage, startAnvil } from '../helpers/stage.ts';
import type { Stage } from '../helpers/stage.ts';

/** While accounts are opened, nothing is measured: blocks take whatever comes. */
const OPENING_GAS = 2_000_000_000n;
const PATIENCE_MS = 900_000;
const CRASH = 4_700;
const BLOCK_SEC = 12;

export interface CrowdOptions {
  readonly accounts: number;
  /** Several need a PostgreSQL. */
  readonly keepers: number;
  readonly blockGas: bigint;
  /** As the keeper's setting; its own default unless given. */
  readonly batchGas?: number;
  /** Likewise. */
  readonly deadlineSec?: number;
  readonly say: (line: string) => void;
}

/** What came of it. Undefined where several keepers were wanted and there is no PostgreSQL. */
export interface CrowdResult {
  /** From the block of the crash to that of the last liquidation. */
  readonly blocks: number;
  readonly liquidations: number;
  /** Accounts that were liquidated more than once. */
  readonly twice: number;
  readonly left: number;
  readonly reverted: number;
  /** Parts of batches that failed. */
  readonly failedParts: number;
  /** Why, by the error that they failed with. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly transactions: number;
  /** Of those transactions, over the gas of a block: no fewer blocks would have sufficed. */
  readonly fullBlocks: number;
  /** Keepers whose wallet has used each nonce once, and none waits. */
  readonly cleanWallets: number;
  /** Of the keepers alone, from the crash until they were done. */
  readonly seconds: number;
  readonly openedInSeconds: number;
}

/** All accounts of a crowd fall at once, on Anvil. A block is mined whenever every keeper has dealt with the last. */
export async function runCrowd(options: CrowdOptions): Promise<CrowdResult | undefined> {
  const postgres = options.keepers > 1 ? await startPostgres() : undefined;
  if (options.keepers > 1 && postgres === undefined) return undefined;
  const node = await startAnvil();
  const keepers: RunningKeeper[] = [];
  try {
    const startedAt = performance.now();
    const stage = await openStage(node.url, { traders: 0, keepers: options.keepers, keeperCash: 10n ** 26n });
    await stage.chain.request('evm_setBlockGasLimit', [numberToHex(OPENING_GAS)]);
    const crowd = await openCrowd(stage, options.accounts, (n) => options.say(`${n} accounts opened`));
    await stage.chain.request('evm_setBlockGasLimit', [numberToHex(options.blockGas)]);
    const openedInSeconds = (performance.now() - startedAt) / 1_000;
    const databaseUrl = await postgres?.createDatabase();
    for (const [i, { privateKey }] of stage.keepers.entries()) {
      keepers.push(
        await runTestKeeper({
          rpcUrl: node.url,
          rpcTimeoutMs: 60_000,
          privateKey,
          addresses: stage.addresses,
          databaseUrl,
          keeperId: `keeper-${i}`,
          leaseMs: 60_000,
          stallAfterMs: 600_000,
          planMode: 'protocol',
          flagUnhealthy: false,
          maxAccountsPerTick: 1_000,
          maxFeePerGasGwei: 100_000,
          ...(options.batchGas === undefined ? {} : { batchGas: options.batchGas }),
          ...(options.deadlineSec === undefined ? {} : { deadlineSec: options.deadlineSec }),
        }),
      );
    }
    const from = await crash(stage, keepers);
    const crashedAt = performance.now();
    await mineUntilDone(stage, keepers, from, options);
    const seconds = (performance.now() - crashedAt) / 1_000;
    return {
      ...(await countAll(stage, from, options)),
      left: await crowd.unhealthy(),
      seconds,
      openedInSeconds,
    };
  } finally {
    for (const keeper of keepers) await keeper.stop();
    await node.stop();
    await postgres?.stop();
  }
}

/** @returns the block of the crash */
async function crash(stage: Stage, keepers: readonly RunningKeeper[]): Promise<bigint> {
  const { number } = await stage.chain.mine();
  for (const keeper of keepers) await keeper.ticked(number, PATIENCE_MS);
  await stage.setPrice(CRASH);
  return (await stage.chain.latest()).number;
}

async function mineUntilDone(
  stage: Stage,
  keepers: readonly RunningKeeper[],
  from: bigint,
  { accounts, say }: CrowdOptions,
): Promise<void> {
  for (let quiet = 0, blocks = 1; quiet < 3; ++blocks) {
    const { number, timestamp } = await stage.chain.latest();
    const ticks = [];
    for (const keeper of keepers) ticks.push(await keeper.ticked(number, PATIENCE_MS));
    const waiting = ticks.reduce((sum, { inFlight }) => sum + inFlight, 0);
    const [first] = ticks;
    quiet = first?.liquidatable === 0 && waiting === 0 ? quiet + 1 : 0;
    if (blocks % 5 === 0)
      say(`block ${number - from}: ${first?.liquidatable} of ${accounts} left, ${waiting} in flight`);
    // a machine that is busy must not make deadlines pass: the chain's time goes by its own blocks
    await stage.chain.mine(timestamp + BLOCK_SEC);
  }
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Block by block: together they are more than one answer may hold. */
async function eventsOf({ chain: { client }, stack }: Stage, from: bigint) {
  const at = { address: stack.liquidator, abi: liquidatorAbi, strict: true } as const;
  const eventsIn = (block: bigint) => client.getContractEvents({ ...at, fromBlock: block, toBlock: block });
  const found: Awaited<ReturnType<typeof eventsIn>> = [];
  for (let block = from; block <= (await client.getBlockNumber()); ++block) {
    found.push(...(await eventsIn(block)));
  }
  return found;
}

async function countAll(stage: Stage, from: bigint, { blockGas }: CrowdOptions) {
  const { client } = stage.chain;
  const found = await eventsOf(stage, from);
  const done = found.filter((event) => event.eventName === 'Liquidated');
  const failed = found.filter((event) => event.eventName === 'LiquidationFailed');
  const perAccount = new Map<bigint, number>();
  for (const { args } of done) perAccount.set(args.account, (perAccount.get(args.account) ?? 0) + 1);
  const receipts = await Promise.all(
    [...new Set(found.map(({ transactionHash }) => transactionHash))].map((hash) =>
      client.getTransactionReceipt({ hash }),
    ),
  );
  const gas = receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
  return {
    blocks: Number((done.at(-1)?.blockNumber ?? from) - from),
    liquidations: done.length,
    twice: [...perAccount.values()].filter((times) => times > 1).length,
    reverted: await countReverts(stage, from),
    failedParts: failed.length,
    reasons: tally(failed.map(({ args }) => decodeNovateError(args.reason)?.errorName ?? args.reason)),
    transactions: receipts.length,
    fullBlocks: Math.ceil(Number(gas) / Number(blockGas)),
    cleanWallets: await cleanWallets(stage),
  };
}

/** The chain lets no nonce be left out: what is to be seen is that none waits behind a gap. */
async function cleanWallets({ chain, keepers }: Stage): Promise<number> {
  const clean = await Promise.all(
    keepers.map(async ({ key: { address } }) => {
      const mined = await chain.client.getTransactionCount({ address });
      return mined === (await chain.client.getTransactionCount({ address, blockTag: 'pending' }));
    }),
  );
  return clean.filter(Boolean).length;
}
