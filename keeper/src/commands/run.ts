import { parseWad } from '@novate/sdk';
import type { CommandName } from '../config/commandHelp.ts';
import { ConfigError, loadConfig } from '../config/index.ts';
import type { KeeperConfig } from '../config/index.ts';
import { readBookAt } from '../lookback/bookAt.ts';
import { syntheticBook } from '../lookback/syntheticBook.ts';
import { planOf } from '../tick.ts';
import { examine, formatChecks } from './doctor.ts';
import { takeFlags } from './ownFlags.ts';
import { formatReplay, parseAccount, replay, termsAt } from './replay.ts';
import { formatStatus, readStatus } from './status.ts';
import { formatStress, stress } from './stress.ts';

const DEFAULT_MOVES = '-0.5,-0.4,-0.3,-0.2,-0.15,-0.1,-0.05,0.05,0.1,0.15,0.2,0.3,0.4,0.5';
const MAX_SYNTHETIC = 200_000;

type Printed = Promise<{ readonly text: string; readonly code: number }>;

/** @returns what to print, and the exit code. @throws ConfigError */
export function runCommand(
  name: CommandName,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Printed {
  const load = async (rest: readonly string[], readOnly: boolean): Promise<KeeperConfig> =>
    (await loadConfig({ args: rest, env, readOnly })).config;
  switch (name) {
    case 'doctor':
      return doctorOf(args, load);
    case 'status':
      return statusOf(args, load);
    case 'replay':
      return replayOf(args, load);
    case 'stress':
      return stressOf(args, load);
  }
}

type Load = (rest: readonly string[], readOnly: boolean) => Promise<KeeperConfig>;

async function doctorOf(args: readonly string[], load: Load): Printed {
  const { json, rest } = takeFlags(args, []);
  return formatChecks(await examine(await load(rest, false)), json);
}

async function statusOf(args: readonly string[], load: Load): Printed {
  const { json, values, rest } = takeFlags(args, ['url']);
  if (values.url !== undefined) return formatStatus(await readStatus(values.url), json);
  const { metricsHost, metricsPort, databaseUrl } = await load(rest, true);
  if (metricsPort === 0) throw new ConfigError('metricsPort is 0, so that the keeper says nothing; set it');
  return formatStatus(await readStatus(`http://${metricsHost}:${metricsPort}`, databaseUrl), json);
}

async function replayOf(args: readonly string[], load: Load): Printed {
  const { json, values, rest } = takeFlags(args, ['block', 'account']);
  const block = values.block === undefined ? undefined : parseCount('--block', values.block);
  const account = values.account === undefined ? undefined : parseAccount(values.account);
  const config = await load(rest, true);
  const result = await replay(config, { block: toBlock(block), account, onProgress: showProgress });
  return formatReplay(result, json);
}

async function stressOf(args: readonly string[], load: Load): Printed {
  const { json, values, rest } = takeFlags(args, ['moves', 'synthetic', 'seed', 'block']);
  const moves = parseMoves(values.moves ?? DEFAULT_MOVES);
  if (values.synthetic !== undefined) {
    const count = parseCount('--synthetic', values.synthetic);
    if (count > MAX_SYNTHETIC) throw new ConfigError(`--synthetic is at most ${MAX_SYNTHETIC}`);
    const terms = {
      own: 0n,
      mode: 'protocol',
      minProfit: 0n,
      limit: Infinity,
      basketChoice: 'pro-rata',
    } as const;
    const book = syntheticBook(count, parseCount('--seed', values.seed ?? '1'));
    return formatStress(stress(book, { ...terms, gasCost: undefined }, moves), json);
  }
  const config = await load(rest, true);
  const block = values.block === undefined ? undefined : parseCount('--block', values.block);
  const book = await readBookAt(config, toBlock(block), showProgress);
  return formatStress(stress(book, { ...termsAt(config, book), ...planOf(config) }, moves), json);
}

function toBlock(count: number | undefined): bigint | undefined {
  return count === undefined ? undefined : BigInt(count);
}

function parseCount(flag: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new ConfigError(`${flag} must be a whole number`);
  return count;
}

function parseMoves(text: string): bigint[] {
  return text.split(',').map((part) => {
    if (!/^-?\d+(\.\d{1,18})?$/.test(part.trim()) || Number(part) <= -1) {
      throw new ConfigError(`--moves: "${part}" is no fraction above -1, such as -0.1`);
    }
    return parseWad(part.trim());
  });
}

/** One line that is written over, on a terminal only. */
function showProgress(cursor: bigint, target: bigint): void {
  if (!process.stderr.isTTY) return;
  const share = target === 0n ? 100n : (100n * cursor) / target;
  process.stderr.write(`\r\x1b[2K${cursor >= target ? '' : `reading events: ${share}% (block ${cursor})`}`);
}
