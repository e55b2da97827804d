import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BTC, ETH } from '@novate/sdk';
import { changeOf } from '../../src/alerts/levels.ts';
import { createMarginCalls } from '../../src/alerts/marginCalls.ts';
import type { MarginCalls } from '../../src/alerts/marginCalls.ts';
import { hookName, startWebhooks } from '../../src/alerts/webhooks.ts';
import type { Webhooks } from '../../src/alerts/webhooks.ts';
import { AccountWatch } from '../../src/bands/accountWatch.ts';
import { cashAt } from '../../src/decide/decide.ts';
import { createAlertStore } from '../../src/store/alertStore.ts';
import type { AlertStore } from '../../src/store/alertStore.ts';
import type { Store } from '../../src/store/open.ts';
import { startWorkQueue } from '../../src/store/work.ts';
import type { WorkQueue } from '../../src/store/work.ts';
import { backends } from '../helpers/stores.ts';
import { account, board, bookOf, ledgerOf, market, references } from '../helpers/world.ts';

const levels = { levelsBps: [15_000, 12_000, 10_500], rearmPercent: 5 };

describe('health levels', () => {
  const after = (healths: readonly number[]): number => {
    const standing = new Set<number>();
    let raised = 0;
    for (const health of healths) {
      const change = changeOf(health, standing, levels);
      if (change.raised.length > 0) raised++;
      change.raised.forEach((level) => standing.add(level));
      change.cleared.forEach((level) => standing.delete(level));
    }
    return raised;
  };

  it('raise a fall once, however often it goes up and down around a level', () => {
    expect(after([16_000, 14_900, 15_100, 14_900, 15_400, 14_800])).to.equal(1);
    expect(after([16_000, 14_900, 15_800, 14_900])).to.equal(2);
  });

  it('raise all that were passed at once', () => {
    const change = changeOf(11_000, new Set(), levels);
    expect(change).to.deep.equal({ raised: [15_000, 12_000], cleared: [] });
    expect(changeOf(13_000, new Set([15_000, 12_000]), levels).cleared).to.deep.equal([12_000]);
  });
});

interface Posted {
  readonly id: string;
  readonly type: string;
  readonly level?: number;
  readonly account: string;
  readonly health: number;
}

for (const backend of backends) {
  describe(`margin calls in ${backend.name}`, function () {
    this.timeout(60_000);
    let store: Store;
    let queue: WorkQueue;
    let alerts: AlertStore;
    let posted: Posted[];
    let failing: number;
    let failures: string[];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (failing-- > 0) return void response.writeHead(500).end();
        posted.push(JSON.parse(Buffer.concat(parts).toString()) as Posted);
        response.end();
      });
    });
    let url: string;

    before(async () => {
      await backend.start();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=s3cret`;
      store = await backend.open();
      queue = await startWorkQueue(store, () => undefined);
      alerts = await createAlertStore(store.db, queue.boss, [hookName(url)], 1);
    });
    after(async () => {
      server.closeAllConnections();
      server.close();
      await queue.stop();
      await store.close();
      await backend.stop();
    });
    beforeEach(() => {
      [posted, failing, failures] = [[], 0, []];
    });

    const webhooks = (): Webhooks =>
      startWebhooks(alerts, {
        urls: [url],
        timeoutMs: 2_000,
        onFailure: (...what) => failures.push(what.join(' ')),
        onDelivered: () => undefined,
      });

    /** A keeper's margin calls about one account of ten ETH long, MM 4470 at 3000. */
    function callsOf(cash: number): { check: (price: number) => Promise<void> } {
      const ledger = ledgerOf({ 11: account({ cash, perps: { [ETH]: [10, 3_000] } }) });
      const book = bookOf(ledger);
      const watch = new AccountWatch(book, { bandBudgetMs: 100 });
      const calls: MarginCalls = createMarginCalls({ ledger, book }, watch, alerts, {
        ...levels,
        chainId: 1,
        clearinghouse: '0x01',
        owns: () => true,
        onRaised: () => undefined,
        budgetMs: 1_000,
      });
      return {
        async check(price) {
          const prices = board({ [ETH]: market(price), [BTC]: market(90_000) });
          const view = { board: prices, cash: cashAt(ledger.cash, prices.timestamp), references };
          watch.tick(view);
          await calls.check(view);
        },
      };
    }

    async function delivered(count: number): Promise<void> {
      for (const end = performance.now() + 20_000; performance.now() < end; await sleep(20)) {
        if (posted.length >= count) return;
      }
      throw new Error(`${posted.length} of ${count} messages came`);
    }

    it('reach the webhook once per level, over restarts and keepers, and say when all is well', async () => {
      const [first, second] = [callsOf(7_000), callsOf(7_000)];
      await first.check(3_000);
      const hooks = webhooks();
      try {
        // health 7000/4470 = 1.57 at first; 150 a dollar down
        await first.check(2_960);
        await second.check(2_960);
        await first.check(2_965);
        await first.check(2_960);
        await callsOf(7_000).check(2_955);
        await delivered(1);
        await first.check(2_700);
        await second.check(2_700);
        await delivered(2);
        await first.check(3_100);
        await second.check(3_100);
        await delivered(3);
        await hooks.deliver();
      } finally {
        await hooks.close();
      }
      expect(posted.map(({ type, level }) => [type, level])).to.deep.equal([
        ['margin-call', 1.5],
        ['margin-call', 1.05],
        ['recovered', undefined],
      ]);
      expect(new Set(posted.map(({ id }) => id)).size).to.equal(3);
      expect(posted[0]?.health).to.be.within(1.4, 1.5);
      expect((await alerts.standing()).size).to.equal(0);
    });

    it('are tried again where a webhook fails, without a word about its address', async () => {
      failing = 1;
      const hooks = webhooks();
      try {
        await callsOf(6_000).check(3_000);
        await delivered(1);
      } finally {
        await hooks.close();
      }
      expect(posted).to.have.length(1);
      expect(failures.join()).to.contain('answered 500').and.not.contain('s3cret').and.not.contain('hook?');
    });
  });
}
