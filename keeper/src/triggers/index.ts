import { formatAccount, formatWad } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Address } from 'viem';
import type { BlockHead } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';
import { ConfigError } from '../config/index.ts';
import type { KeeperConfig } from '../config/index.ts';
import { messageOf } from '../execute/classify.ts';
import type { FeePolicy } from '../execute/fees.ts';
import type { Lane, Outcome } from '../execute/lane.ts';
import type { SharedWork } from '../execute/sharedWork.ts';
import type { EventSink } from '../report/events.ts';
import type { Logger } from '../report/logger.ts';
import type { Database } from '../store/open.ts';
import { createTriggerExecutor, keysIn } from './executeTriggers.ts';
import type { TriggerInputs } from './executeTriggers.ts';
import { createInbox } from './inbox.ts';
import type { Inbox } from './inbox.ts';
import { startInboxServer } from './inboxServer.ts';
import type { InboxServer } from './inboxServer.ts';
import { createOrderStore } from './orderStore.ts';
import { triggersOf } from './outcomes.ts';
import { createTriggerPort, hasVault } from './triggerPort.ts';

/** Orders of one account that may wait: more than anybody needs, fewer than would be in others' way. */
const MOST_PER_ACCOUNT = 32;
/** Orders looked at in one block. */
const MOST_PER_TICK = 64;

/** Stop-loss and take-profit orders: taken from people, kept, executed against the vault for their tips. */
export interface Triggers {
  readonly inbox: Inbox;
  /** Executes what is due. Never rejects: an order that fails must not keep the next block waiting. */
  run(inputs: TriggerInputs): Promise<void>;
  /** Told how each of the keeper's transactions ended. */
  settled(outcome: Outcome, head: BlockHead): void;
  /** Has orders wait again that ended in blocks which are gone. */
  reopen(after: bigint): Promise<void>;
}

export interface TriggerParts {
  readonly client: KeeperClient;
  readonly chainId: number;
  readonly sender: Address;
  readonly own: AccountId;
  readonly db: Database;
  readonly lane: Lane;
  readonly work: SharedWork;
  readonly policy: FeePolicy;
  readonly registry: Registry;
  readonly log: Logger;
  readonly emit: EventSink;
}

/** @throws ConfigError where orders are asked for that could not be executed */
export function requireVaultForOrders({ addresses, ordersPort }: KeeperConfig): void {
  if (ordersPort === 0 || hasVault(addresses)) return;
  throw new ConfigError(
    'ordersPort is set, but addresses has no liquidityVault to execute orders against; add it, or leave the port out',
  );
}

/** Undefined where the deployment has no vault to execute against. */
export function createTriggers(config: KeeperConfig, parts: TriggerParts): Triggers | undefined {
  const { addresses, maxGasPerTransaction: maxGas, dryRun, planMode: mode, minProfitUsd: minProfit } = config;
  if (!hasVault(addresses)) return undefined;
  const { lane, own, log, emit } = parts;
  const store = createOrderStore(parts.db);
  const port = createTriggerPort(parts.client, addresses, parts.sender, parts.chainId);
  const intake = { most: config.maxOrders, mostPerAccount: MOST_PER_ACCOUNT, minTip: config.minTipUsd };
  const options = { own, mode, minProfit, maxGas, dryRun, policy: parts.policy, most: MOST_PER_TICK };
  const executor = createTriggerExecutor(store, port, lane, parts.work, options);
  const metrics = createTriggerMetrics(parts.registry);

  return {
    inbox: createInbox(store, port, intake),
    async run(inputs) {
      try {
        for (const { order, failure } of await executor.run(inputs)) {
          if (failure === undefined) log.info({ order: order.hash }, 'executing a trigger order');
          else log.debug({ order: order.hash, reason: failure }, 'a trigger order is due and not executed');
        }
      } catch (error) {
        log.warn({ message: messageOf(error) }, 'trigger orders could not be looked at');
      }
    },
    settled(outcome, head) {
      const { purpose } = outcome.entry;
      if (keysIn(purpose).length === 0) return;
      if (outcome.kind === 'lost' || !outcome.receipt.succeeded) {
        executor.reverted(purpose, head.number);
        return;
      }
      for (const event of triggersOf(outcome.receipt, addresses.orderMatcher)) {
        metrics.executed.inc();
        metrics.tips.inc(Number(event.tip) / 1e18);
        const account = formatAccount(event.account);
        log.info({ order: event.order, account, tip: formatWad(event.tip) }, 'executed a trigger order');
        emit(event);
      }
    },
    reopen: (after) => store.reopen(after),
  };
}

/** Where people leave orders; undefined where nobody may. */
export async function serveOrders(
  { ordersHost: host, ordersPort: port }: KeeperConfig,
  triggers: Triggers | undefined,
  log: Logger,
): Promise<InboxServer | undefined> {
  if (port === 0 || triggers === undefined) return undefined;
  const server = await startInboxServer({ host, port, inbox: triggers.inbox, log });
  log.info({ host, port: server.port }, 'taking trigger orders');
  return server;
}

function createTriggerMetrics(registry: Registry) {
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `novate_keeper_${name}`, help, registers: [registry] });
  return {
    executed: counter('triggers_total', 'Trigger orders executed, parts of orders counted each'),
    tips: counter('tips_usd_total', 'Tips earned, USD'),
  };
}
