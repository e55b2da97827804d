import { encodeAccountId, liquidatorAbi, mulDivDown } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { privateKeyToAccount } from 'viem/accounts';
import { ConfigError } from '../config/index.ts';
import type { KeeperConfig } from '../config/index.ts';
import { gasCostWei } from '../execute/fees.ts';
import { FIRST_LEAST } from '../execute/gasMemory.ts';
import { readBookAt } from '../lookback/bookAt.ts';
import type { BookAt } from '../lookback/bookAt.ts';
import { explainAccount, redecide } from '../lookback/redecide.ts';
import type { Terms, Verdict } from '../lookback/redecide.ts';
import { feePolicy } from '../openWallets.ts';
import { gasTokenPriceOf, planOf } from '../tick.ts';
import { toJsonText, toTable } from './table.ts';

const WAD = 10n ** 18n;
/** Blocks after it in which what happened is looked for. */
const LOOK_AHEAD = 64n;

export interface ReplayOptions {
  readonly block: bigint | undefined;
  /** Everybody below maintenance margin unless given. */
  readonly account: AccountId | undefined;
  readonly onProgress: (cursor: bigint, target: bigint) => void;
}

/** What the keeper would decide at a past block, and what the chain did then. */
export interface Replay {
  readonly block: number;
  readonly timestamp: number;
  readonly accounts: number;
  readonly liquidatable: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly verdicts: readonly (Verdict & {
    /** Blocks in which it was liquidated, from the block on. */
    readonly liquidatedInBlocks: readonly number[];
  })[];
}

/** The terms of a configuration at a block. */
export function termsAt(config: KeeperConfig, { head, board }: Pick<BookAt, 'head' | 'board'>): Terms {
  const price = gasTokenPriceOf(config, board);
  const { address } = privateKeyToAccount(config.privateKey);
  return {
    own: encodeAccountId(address, config.liquidatorSubAccount),
    gasCost: price && mulDivDown(gasCostWei(FIRST_LEAST, head, feePolicy(config)), price, WAD),
    ...planOf(config),
    limit: config.maxAccountsPerTick,
    basketChoice: config.basket,
  };
}

export async function replay(config: KeeperConfig, options: ReplayOptions): Promise<Replay> {
  const book = await readBookAt(config, options.block, options.onProgress);
  const terms = termsAt(config, book);
  const decision = redecide(book, terms);
  const asked = options.account === undefined ? decision.unhealthy : [options.account];
  const happened = await liquidationsAfter(book, config);
  return {
    block: Number(book.head.number),
    timestamp: Number(book.head.timestamp),
    accounts: decision.screened,
    liquidatable: decision.liquidatable,
    skipped: Object.fromEntries(decision.skipped),
    verdicts: asked.map((account) => {
      const place = decision.unhealthy.indexOf(account);
      const before = place < 0 ? 0 : place;
      return {
        ...explainAccount(account, book, terms, before),
        liquidatedInBlocks: happened.get(account) ?? [],
      };
    }),
  };
}

async function liquidationsAfter(
  { client, head }: BookAt,
  { addresses }: KeeperConfig,
): Promise<Map<AccountId, number[]>> {
  const logs = await client.getContractEvents({
    address: addresses.liquidator,
    abi: liquidatorAbi,
    eventName: 'Liquidated',
    fromBlock: head.number,
    toBlock: head.number + LOOK_AHEAD,
  });
  const found = new Map<AccountId, number[]>();
  for (const { args, blockNumber } of logs) {
    if (args.account === undefined) continue;
    found.set(args.account, [...(found.get(args.account) ?? []), Number(blockNumber)]);
  }
  return found;
}

/** `0x<owner>` or `0x<owner>/<number>`. @throws ConfigError */
export function parseAccount(text: string): AccountId {
  const match = /^(0x[0-9a-fA-F]{40})(?:\/(\d+))?$/.exec(text);
  if (match === null) throw new ConfigError(`"${text}" is no account; give 0x<owner> or 0x<owner>/<number>`);
  return encodeAccountId(match[1] as `0x${string}`, BigInt(match[2] ?? 0));
}

export function formatReplay(result: Replay, json: boolean): { text: string; code: number } {
  if (json) return { text: toJsonText(result), code: 0 };
  const when = new Date(result.timestamp * 1_000).toISOString();
  const rows = result.verdicts.map((one) => [
    one.account,
    one.equity === null ? '-' : Number(one.equity).toFixed(2),
    one.maintenanceMargin === null ? '-' : Number(one.maintenanceMargin).toFixed(2),
    one.verdict,
    one.reason,
    one.liquidatedInBlocks.length === 0 ? 'not liquidated' : `in ${one.liquidatedInBlocks.join(', ')}`,
  ]);
  const head = ['account', 'equity', 'margin', 'verdict', 'why', `within ${LOOK_AHEAD} blocks`];
  const skipped = Object.entries(result.skipped).map(([reason, n]) => `${n} ${reason}`);
  return {
    text: [
      `block ${result.block} (${when}): ${result.accounts} accounts, ${result.liquidatable} liquidatable` +
        (skipped.length === 0 ? '' : `; skipped: ${skipped.join(', ')}`),
      ...(rows.length === 0 ? [] : [toTable([head, ...rows])]),
    ].join('\n'),
    code: 0,
  };
}
