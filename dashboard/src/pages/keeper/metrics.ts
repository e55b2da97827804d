import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeployment } from '../../chain/ChainContext.tsx';

/** What a keeper says about itself. Absent figures are 0. */
export interface KeeperMetrics {
  readonly headLag: number;
  readonly accounts: number;
  readonly suspects: number;
  readonly liquidatable: number;
  readonly inFlight: number;
  readonly sent: number;
  readonly mined: number;
  readonly reverted: number;
  readonly replaced: number;
  readonly rewardUsd: number;
  readonly gas: number;
  readonly failedTicks: number;
  readonly meanTickMs: number;
  /** Accounts left alone in the last tick, by reason. */
  readonly skipped: readonly (readonly [reason: string, count: number])[];
}

const PREFIX = 'novate_keeper_';
const LINE = /^([a-z_]+)(?:\{([^}]*)\})? (\S+)$/;
const REFRESH_MS = 2_000;

/** Reads the text that Prometheus reads. @throws Error where it is not a keeper's */
export function parseMetrics(text: string): KeeperMetrics {
  const values = new Map<string, number>();
  const skipped: [string, number][] = [];
  for (const line of text.split('\n')) {
    const [, name = '', labels, value] = LINE.exec(line.trim()) ?? [];
    if (!name.startsWith(PREFIX)) continue;
    const reason = /reason="([^"]*)"/.exec(labels ?? '')?.[1];
    if (name === `${PREFIX}skipped` && reason !== undefined) skipped.push([reason, Number(value)]);
    else if (labels === undefined || labels === '') values.set(name.slice(PREFIX.length), Number(value));
  }
  if (values.size === 0) throw new Error('What answers there is not a keeper.');
  const read = (name: string): number => values.get(name) ?? 0;
  const ticks = read('tick_seconds_count');
  return {
    headLag: read('head_lag_blocks'),
    accounts: read('accounts'),
    suspects: read('suspects'),
    liquidatable: read('liquidatable'),
    inFlight: read('in_flight'),
    sent: read('sent_total'),
    mined: read('liquidations_total'),
    reverted: read('reverted_total'),
    replaced: read('replacements_total'),
    rewardUsd: read('reward_usd_total'),
    gas: read('gas_total'),
    failedTicks: read('failed_ticks_total'),
    meanTickMs: ticks === 0 ? 0 : (read('tick_seconds_sum') / ticks) * 1000,
    skipped: skipped.filter(([, number]) => number > 0).sort((a, b) => b[1] - a[1]),
  };
}

/** The configured keeper's metrics; disabled where none is configured. */
export function useKeeperMetrics() {
  const { metricsUrl } = useDeployment().settings;
  return useQuery({
    queryKey: ['metrics', metricsUrl],
    enabled: metricsUrl !== '',
    refetchInterval: REFRESH_MS,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const response = await fetch(metricsUrl, { cache: 'no-store' });
      if (!response.ok) throw new Error(`The keeper answers with ${response.status}.`);
      return parseMetrics(await response.text());
    },
  });
}
