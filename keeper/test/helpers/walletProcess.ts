// A keeper reduced to its wallet: takes the wallet, looks after what is in flight, does one piece of work, ends when nothing
// is in flight. At a given step it kills or stops itself. What it does it says on standard output, one JSON line each.
import { setTimeout as sleep } from 'node:timers/promises';
import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from 'viem';
import { createChainReader, createChainWriter, createKeeperClient } from '../../src/chain/viemChain.ts';
import type { ChainWriter } from '../../src/chain/types.ts';
import type { Purpose } from '../../src/execute/journal.ts';
import { createLane } from '../../src/execute/lane.ts';
import { createWallets } from '../../src/execute/wallets.ts';
import { createLeases } from '../../src/store/lease.ts';
import { openStore } from '../../src/store/open.ts';
import { createStoreJournal } from '../../src/store/storeJournal.ts';
import type { StoreJournal } from '../../src/store/storeJournal.ts';

/** In the order in which a transaction goes through them. */
export const STEPS = ['claimed', 'intended', 'made', 'signed', 'delivered', 'sent', 'seen', 'ended'] as const;
export type Step = (typeof STEPS)[number];

export interface WalletTask {
  readonly databaseUrl?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly rpcUrl: string;
  readonly privateKey: Hex;
  readonly keeperId?: string;
  readonly leaseMs: number;
  /** Data of the transaction to send. */
  readonly data: Hex;
  readonly target: Hex;
  readonly at?: { readonly step: Step; readonly signal: 'SIGKILL' | 'SIGSTOP' };
}

const PAUSE_MS = 50;

function say(event: string, more: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);
}

async function main(task: WalletTask): Promise<void> {
  const reach = (step: Step): void => {
    say(step);
    if (task.at?.step === step) process.kill(process.pid, task.at.signal);
  };
  const client = createKeeperClient(task.rpcUrl, 5_000);
  const reader = createChainReader(client);
  const key = privateKeyToAccount(task.privateKey);
  const store = await openStore(task);
  const { keeperId: owner } = task;
  const leases = createLeases(store.db, { ttlMs: task.leaseMs, ...(owner === undefined ? {} : { owner }) });
  const keysOf = (purpose: Purpose): string[] => (purpose.kind === 'settlement' ? [`work/${task.data}`] : []);
  const inner = createStoreJournal({ db: store.db, leases, wallet: key.address, keysOf });
  const journal = watchedJournal(inner, reach);
  const lane = createLane({
    writer: watchedWriter(createChainWriter(client, key, await client.getChainId()), reach),
    journal,
    policy: { maxFeePerGas: 100n * 10n ** 9n, priorityFee: 10n ** 9n, bumpPercent: 15 },
    replaceAfterBlocks: 1_000,
    stillWanted: () => Promise.resolve(true),
  });
  const wallets = createWallets([{ address: key.address, journal, lane }], leases);
  const beats = setInterval(() => void leases.renew().catch(() => undefined), task.leaseMs / 4);
  for (await wallets.claim(); wallets.owned().length === 0; await wallets.claim()) await sleep(PAUSE_MS);
  reach('claimed');
  const upkeep = async (): Promise<void> => {
    const head = await reader.getHead();
    await lane.settle(head);
    await lane.maintain(head);
  };
  await upkeep();
  const body = { to: task.target, data: task.data, gas: 100_000n };
  const purpose: Purpose = { kind: 'settlement', accounts: [1n] };
  const result = await wallets.lane.send(body, purpose, await reader.getHead());
  say('result', result.sent ? { sent: true } : { sent: false, failure: result.failure });
  while (lane.inFlight().length > 0) {
    await upkeep();
    await sleep(PAUSE_MS);
  }
  clearInterval(beats);
  await leases.releaseAll();
  await store.close();
}

function watchedJournal(inner: StoreJournal, reach: (step: Step) => void): StoreJournal {
  return {
    ...inner,
    async put(entry) {
      await inner.put(entry);
      reach(entry.sent.length === 0 ? 'intended' : entry.acknowledged ? 'sent' : 'signed');
    },
    async remove(nonce, ending) {
      await inner.remove(nonce, ending);
      reach('ended');
    },
  };
}

function watchedWriter(inner: ChainWriter, reach: (step: Step) => void): ChainWriter {
  return {
    ...inner,
    async sign(...call) {
      const signed = await inner.sign(...call);
      reach('made');
      return signed;
    },
    async sendRaw(raw) {
      say('sending');
      await inner.sendRaw(raw);
      reach('delivered');
    },
    async getReceipt(hash) {
      const receipt = await inner.getReceipt(hash);
      if (receipt !== undefined) reach('seen');
      return receipt;
    },
  };
}

if (import.meta.main) {
  const task = JSON.parse(process.env['WALLET_TASK'] ?? '') as WalletTask;
  try {
    await main(task);
    say('finished');
    process.exit(0);
  } catch (error) {
    say('failed', { name: error instanceof Error ? error.name : String(error), message: String(error) });
    process.exit(1);
  }
}
