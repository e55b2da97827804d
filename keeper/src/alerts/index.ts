import { formatAccount } from '@novate/sdk';
import type { AccountWatch } from '../bands/accountWatch.ts';
import type { KeeperConfig } from '../config/index.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Logger } from '../report/logger.ts';
import type { Metrics } from '../report/metrics.ts';
import type { KeeperStore } from '../store/index.ts';
import { createMarginCalls } from './marginCalls.ts';
import type { MarginCalls } from './marginCalls.ts';
import { startWebhooks } from './webhooks.ts';

const BPS = 10_000;
const DELIVERY_TIMEOUT_MS = 10_000;

export interface Alerts {
  /** Undefined where nobody is to be alerted. */
  readonly marginCalls: MarginCalls | undefined;
  close(): Promise<void>;
}

export interface AlertParts {
  readonly chainId: number;
  readonly store: Pick<KeeperStore, 'alerts' | 'shards'>;
  readonly mirror: Mirror;
  readonly watch: AccountWatch;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Margin calls of the accounts that fall to this keeper, and their delivery. A dry run alerts nobody. */
export function startAlerts(config: KeeperConfig, parts: AlertParts): Alerts {
  const { store, mirror, watch, metrics, log } = parts;
  const { alerts, shards } = store;
  if (alerts === undefined || config.dryRun) {
    return { marginCalls: undefined, close: () => Promise.resolve() };
  }
  const webhooks = startWebhooks(alerts, {
    urls: config.alertWebhooks,
    timeoutMs: DELIVERY_TIMEOUT_MS,
    onDelivered: () => metrics.alertsDelivered.inc(),
    onFailure(webhook, reason, isLast) {
      metrics.alertFailures.inc();
      log[isLast ? 'error' : 'warn']({ webhook, reason }, isLast ? 'an alert was given up' : 'alert delayed');
    },
  });
  const marginCalls = createMarginCalls(mirror, watch, alerts, {
    levelsBps: config.alertLevels.map((level) => Math.round(level * BPS)).sort((a, b) => b - a),
    rearmPercent: config.alertRearmPercent,
    chainId: parts.chainId,
    clearinghouse: config.addresses.clearinghouse,
    owns: (account) => shards.owns(account),
    onRaised(account, levelBps) {
      metrics.alerts.inc();
      log.info({ account: formatAccount(account), level: levelBps / BPS }, 'margin call');
    },
  });
  return { marginCalls, close: () => webhooks.close() };
}
