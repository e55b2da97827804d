import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from 'pg';
import { startKeeperProcess } from '../helpers/keeperProcess.ts';
import type { KeeperProcess } from '../helpers/keeperProcess.ts';
import type { Arena } from './arena.ts';
import { PATIENCE_MS } from './arena.ts';
import type { Faults } from './faultProxy.ts';

const SKEW_MS = 600_000;
const SHORT_LEASE_MS = 4_000;
const STOPPED_MS = 60_000;
/** Of a chain where time matters: work that somebody took who is gone is free again after 20 s. */
const BLOCK_MS = 6_000;

/** What happens to the keeper's own process and clock. */
export function processFaults(arena: Arena): void {
  describe('of a process of its own', () => {
    // alone on the chain: the keeper of the other tests must not do their work
    before(() => arena.keeper.stop());
    after(() => arena.startKeeper());

    const processOf = (which: number, more: object = {}, skewMs?: number): Promise<KeeperProcess> =>
      startKeeperProcess(arena.settingsOf(which, { dataDir: 'memory', ...more }), skewMs);

    async function walletTokens(): Promise<string[]> {
      const client = new Client({ connectionString: arena.databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ name: string; token: string }>(
        "select name, token from leases where name like 'wallet:%' and expires_at > clock_timestamp() order by name",
      );
      await client.end();
      return rows.map(({ name, token }) => `${name} ${token}`);
    }

    it('a clock that is wrong', async function () {
      arena.done.add('skewedClock');
      if (arena.databaseUrl === undefined) return this.skip();
      const work = async (...each: KeeperProcess[]): Promise<void> => {
        for (const one of each) await one.ticked(await arena.latest(), PATIENCE_MS);
        const from = (await arena.latest()) + 1n;
        await arena.raise();
        // what the other owned is taken over at the next beat
        await arena.recover(from, each, { paceMs: SHORT_LEASE_MS / 2 });
        for (const one of each) expect(await one.unready()).to.equal(undefined);
      };
      const ahead = await processOf(3, { leaseMs: SHORT_LEASE_MS }, SKEW_MS);
      await work(ahead);
      const behind = await processOf(4, { leaseMs: SHORT_LEASE_MS }, -SKEW_MS);
      try {
        await work(ahead, behind);
        const tokens = await walletTokens();
        expect(tokens).to.have.length(2);
        for (const each of [ahead, behind]) each.signal('SIGUSR2');
        await sleep(2 * SHORT_LEASE_MS);
        await work(ahead, behind);
        expect(await walletTokens(), 'no lease lost').to.deep.equal(tokens);
        await ahead.stop();
        await work(behind);
      } finally {
        for (const each of [ahead, behind]) await each.stop();
      }
    });

    const steps: readonly [string, (kill: () => void) => Faults][] = [
      ['goes out', (kill) => ({ before: { eth_sendRawTransaction: kill } })],
      ['is delivered', (kill) => ({ after: { eth_sendRawTransaction: kill } })],
      ['is mined', (kill) => ({ before: { eth_getTransactionReceipt: kill } })],
    ];
    for (const [step, faults] of steps) {
      it(`kill -9 once its transaction ${step}`, async () => {
        arena.done.add('killed');
        const folder = await mkdtemp(join(tmpdir(), 'novate-killed-'));
        const first = await processOf(4, { dataDir: folder });
        await first.ticked(await arena.latest(), PATIENCE_MS);
        const from = (await arena.latest()) + 1n;
        arena.all(faults(() => first.signal('SIGKILL')));
        await arena.raise();
        if (step === 'is mined') {
          await first.ticked(await arena.latest(), PATIENCE_MS);
          await arena.stage.chain.mine();
        }
        await first.ended;
        expect(await first.unready()).to.equal('does not answer');
        arena.all({});
        const second = await processOf(4, { dataDir: folder });
        try {
          await second.ticked(await arena.latest(), PATIENCE_MS);
          await arena.recover(from, [second], { paceMs: BLOCK_MS });
        } finally {
          await second.stop();
          await rm(folder, { recursive: true });
        }
      });
    }

    it('SIGSTOP for a minute', async function () {
      arena.done.add('paused');
      if (arena.databaseUrl === undefined) return this.skip();
      const [sleeper, other] = [
        await processOf(3, { leaseMs: SHORT_LEASE_MS }),
        await processOf(4, { leaseMs: SHORT_LEASE_MS }),
      ];
      try {
        for (const each of [sleeper, other]) await each.ticked(await arena.latest(), PATIENCE_MS);
        const from = (await arena.latest()) + 1n;
        sleeper.signal('SIGSTOP');
        await arena.raise();
        for (const end = performance.now() + STOPPED_MS; performance.now() < end; await sleep(2_000)) {
          await arena.stage.chain.mine();
        }
        expect(await sleeper.unready()).to.equal('does not answer');
        expect(await arena.stage.unhealthy()).to.deep.equal([]);
        sleeper.signal('SIGCONT');
        await arena.recover(from, [sleeper, other]);
        const again = (await arena.latest()) + 1n;
        await arena.raise();
        await arena.recover(again, [sleeper, other]);
        expect(await arena.seen(async () => (await sleeper.unready()) === undefined)).to.equal(true);
      } finally {
        for (const each of [sleeper, other]) await each.stop();
      }
    });
  });
}
