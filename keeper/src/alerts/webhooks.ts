import { setTimeout as sleep } from 'node:timers/promises';
import { keccak256, stringToHex } from 'viem';
import { messageOf } from '../execute/classify.ts';
import type { AlertStore, Delivery } from '../store/alertStore.ts';

const LOOK_EVERY_MS = 1_000;
const TAKEN_TOGETHER = 16;

/** A name that tells webhooks apart and gives nothing away. */
export function hookName(url: string): string {
  return keccak256(stringToHex(url)).slice(2, 14);
}

export interface WebhookOptions {
  readonly urls: readonly string[];
  readonly timeoutMs: number;
  /** Of the webhook's name only: its address may hold a key. */
  readonly onFailure: (hook: string, reason: string, isLast: boolean) => void;
  readonly onDelivered: () => void;
}

export interface Webhooks {
  /** Sends what waits, once. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

/** Posts queued messages to every webhook, in the background. At least once: `id` in the message tells repetitions. */
export function startWebhooks(store: AlertStore, options: WebhookOptions): Webhooks {
  const aborter = new AbortController();
  const { signal } = aborter;

  async function post(url: string, { id, payload, attempt }: Delivery): Promise<string | undefined> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify({ id, attempt, ...(payload as object) }),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `answered ${response.status}`;
    } catch {
      // fetch's own message names the address
      return 'does not answer';
    }
  }

  async function deliverTo(url: string): Promise<void> {
    const hook = hookName(url);
    for (const delivery of await store.take(hook, TAKEN_TOGETHER)) {
      const failure = await post(url, delivery);
      if (failure === undefined) {
        await store.delivered(hook, delivery.id);
        options.onDelivered();
      } else {
        await store.undelivered(hook, delivery.id);
        options.onFailure(hook, failure, delivery.isLast);
      }
    }
  }

  async function deliver(): Promise<void> {
    await Promise.all(options.urls.map(deliverTo));
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      await deliver().catch((error: unknown) => options.onFailure('', messageOf(error), false));
      await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const running = loop();
  return {
    deliver,
    async close() {
      aborter.abort();
      await running;
    },
  };
}
