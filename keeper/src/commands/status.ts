import { Client } from 'pg';
import { ConfigError } from '../config/index.ts';
import { toJsonText, toTable } from './table.ts';

const TIMEOUT_MS = 5_000;
const PREFIX = 'novate_keeper_';

/** What a running keeper says of itself. */
export interface Status {
  readonly ready: boolean;
  /** Why not, if so. */
  readonly problem: string | null;
  readonly headLagBlocks: number;
  readonly cursorBlock: number;
  readonly staleEndpoints: number;
  /** Of all ticks since the start. */
  readonly tick: { readonly count: number; readonly meanMs: number; readonly p99BelowMs: number | null };
  /** Of the last tick: everybody, then ever fewer. */
  readonly funnel: {
    readonly accounts: number;
    readonly suspects: number;
    readonly liquidatable: number;
    readonly skipped: Readonly<Record<string, number>>;
  };
  readonly transactions: {
    readonly inFlight: number;
    readonly nonceGap: number;
    readonly sent: number;
    readonly liquidations: number;
    readonly reverted: number;
    readonly replacements: number;
    readonly duties: Readonly<Record<string, number>>;
  };
  readonly rewardUsd: number;
  readonly gasUsd: number;
  readonly profitUsd: number;
  readonly failedTicks: number;
  readonly rebuilds: number;
  /** Of all keepers of the store, by status; null where there is no PostgreSQL to ask. */
  readonly journal: Readonly<Record<string, number>> | null;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text. */
export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) return [];
    const [, name = '', inside = '', value = ''] = match;
    const labels = Object.fromEntries(
      [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]),
    );
    return [{ name, labels, value: value === '+Inf' ? Infinity : Number(value) }];
  });
}

/** @param base Where the keeper serves its metrics. @throws ConfigError where nobody answers there */
export async function readStatus(base: string, databaseUrl?: string): Promise<Status> {
  const get = async (path: string): Promise<Response> => {
    try {
      return await fetch(new URL(path, base), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new ConfigError(`no keeper answers at ${base}; is it running with metricsPort set?`, cause);
    }
  };
  const [ready, metrics] = await Promise.all([get('/readyz'), get('/metrics')]);
  const problem = ready.ok ? null : (await ready.text()).trim();
  const samples = parseMetrics(await metrics.text());
  return { ...toStatus(samples, problem), journal: await readJournal(databaseUrl) };
}

export function toStatus(samples: readonly Sample[], problem: string | null): Omit<Status, 'journal'> {
  const get = (name: string): number => samples.find((one) => one.name === PREFIX + name)?.value ?? 0;
  const byLabel = (name: string, label: string): Record<string, number> =>
    Object.fromEntries(
      samples
        .filter((one) => one.name === PREFIX + name && one.value > 0)
        .map(({ labels, value }) => [labels[label] ?? '', value]),
    );
  const count = get('tick_seconds_count');
  const [reward, gas] = [get('reward_usd_total'), get('gas_usd_total')];
  return {
    ready: problem === null,
    problem,
    headLagBlocks: get('head_lag_blocks'),
    cursorBlock: get('cursor_block'),
    staleEndpoints: get('stale_endpoints'),
    tick: {
      count,
      meanMs: count === 0 ? 0 : (get('tick_seconds_sum') / count) * 1000,
      p99BelowMs: quantile(samples, 0.99),
    },
    funnel: {
      accounts: get('accounts'),
      suspects: get('suspects'),
      liquidatable: get('liquidatable'),
      skipped: byLabel('skipped', 'reason'),
    },
    transactions: {
      inFlight: get('in_flight'),
      nonceGap: get('nonce_gap'),
      sent: get('sent_total'),
      liquidations: get('liquidations_total'),
      reverted: get('reverted_total'),
      replacements: get('replacements_total'),
      duties: byLabel('duties_total', 'duty'),
    },
    rewardUsd: reward,
    gasUsd: gas,
    profitUsd: get('profit_usd'),
    failedTicks: get('failed_ticks_total'),
    rebuilds: get('rebuilds_total'),
  };
}

/** The bucket that the quantile lies in; null above the last, or without a tick. */
function quantile(samples: readonly Sample[], share: number): number | null {
  const buckets = samples.filter(({ name }) => name === `${PREFIX}tick_seconds_bucket`);
  const total = buckets.at(-1)?.value ?? 0;
  const found = buckets.find(({ value }) => total > 0 && value >= share * total);
  const below = Number(found?.labels['le'] ?? NaN);
  return Number.isFinite(below) ? below * 1000 : null;
}

async function readJournal(databaseUrl: string | undefined): Promise<Record<string, number> | null> {
  if (databaseUrl === undefined) return null;
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: TIMEOUT_MS });
  try {
    await client.connect();
    const sql = 'select status, count(*)::int as n from transactions group by status order by status';
    const { rows } = await client.query<{ status: string; n: number }>(sql);
    return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @returns What to print, and the exit code: 1 where the keeper is not ready. */
export function formatStatus(status: Status, json: boolean): { text: string; code: number } {
  const code = status.ready ? 0 : 1;
  if (json) return { text: toJsonText(status), code };
  const { tick, funnel, transactions: sent } = status;
  const list = (counts: Readonly<Record<string, number>>): (readonly string[])[] =>
    Object.entries(counts).map(([name, n]) => [`  ${name}`, String(n)]);
  const rows = [
    ['ready', status.problem ?? 'yes'],
    ['head lag, blocks', String(status.headLagBlocks)],
    ['events read up to block', String(status.cursorBlock)],
    ['endpoints behind', String(status.staleEndpoints)],
    ['ticks, failed', `${tick.count}, ${status.failedTicks}`],
    ['tick, mean', `${tick.meanMs.toFixed(1)} ms`],
    ['tick, 99% below', tick.p99BelowMs === null ? 'unknown' : `${tick.p99BelowMs} ms`],
    ['accounts', String(funnel.accounts)],
    ['suspects', String(funnel.suspects)],
    ['liquidatable', String(funnel.liquidatable)],
    ['skipped', ''],
    ...list(funnel.skipped),
    ['in flight', String(sent.inFlight)],
    ['nonce gap', String(sent.nonceGap)],
    ['sent, mined, reverted', `${sent.sent}, ${sent.liquidations}, ${sent.reverted}`],
    ['replaced', String(sent.replacements)],
    ['other duties', ''],
    ...list(sent.duties),
    ['rebuilds', String(status.rebuilds)],
    ['reward, USD', status.rewardUsd.toFixed(2)],
    ['gas, USD', status.gasUsd.toFixed(2)],
    ['profit, USD', status.profitUsd.toFixed(2)],
    ...(status.journal === null ? [] : [['journal of all keepers', ''], ...list(status.journal)]),
  ];
  return { text: toTable(rows), code };
}
