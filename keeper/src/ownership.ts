import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './execute/classify.ts';
import type { Wallets } from './execute/wallets.ts';
import type { Logger } from './report/logger.ts';
import type { Leases } from './store/lease.ts';
import type { Shards } from './store/shards.ts';

/** Beats per lease: two may fail before ownership ends. */
const BEATS = 4;

/** Keeps what this process owns, and takes what nobody owns, until the signal. */
export interface Ownership {
  /** Once now; the rest by itself. */
  beat(): Promise<void>;
  /** Ends the beats and gives everything back, so that others need not wait. */
  end(): Promise<void>;
}

export function startOwnership(leases: Leases, wallets: Wallets, shards: Shards, log: Logger): Ownership {
  const aborter = new AbortController();
  let owned = '';

  async function beat(): Promise<void> {
    const lost = await leases.renew();
    if (lost.length > 0) log.warn({ lost }, 'ownership ended: another keeper has taken over');
    await shards.balance();
    await wallets.claim();
    const now = wallets.owned().join(', ');
    if (now === owned) return;
    owned = now;
    log.info(
      { wallets: now },
      now === '' ? 'standing by: other keepers own all wallets' : 'sending from wallets',
    );
  }

  async function beats(): Promise<void> {
    const { signal } = aborter;
    while (!signal.aborted) {
      await sleep(leases.ttlMs / BEATS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await beat().catch((error: unknown) => {
        log.error({ message: messageOf(error) }, 'could not renew ownership; without it nothing is sent');
      });
    }
  }

  const running = beats();
  return {
    beat,
    async end() {
      aborter.abort();
      await running;
      await leases.releaseAll();
    },
  };
}
