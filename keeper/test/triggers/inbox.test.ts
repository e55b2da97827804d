import { expect } from 'chai';
import { hashTriggerOrder, orderToJson } from '@novate/sdk';
import type { TriggerOrder } from '@novate/sdk';
import { createLogger } from '../../src/report/logger.ts';
import type { Store } from '../../src/store/open.ts';
import type { OrderFacts } from '../../src/triggers/checkOrder.ts';
import { createInbox } from '../../src/triggers/inbox.ts';
import type { Inbox } from '../../src/triggers/inbox.ts';
import { startInboxServer } from '../../src/triggers/inboxServer.ts';
import { createOrderStore } from '../../src/triggers/orderStore.ts';
import type { OrderStore } from '../../src/triggers/orderStore.ts';
import { OrderRefusedError } from '../../src/triggers/refusal.ts';
import type { TriggerPort } from '../../src/triggers/triggerPort.ts';
import { backends } from '../helpers/stores.ts';
import { DOMAIN, ETH, FACTS, NOW, signed, stopLoss, WAD } from '../helpers/triggerOrders.ts';

const HEAD = { number: 100n, timestamp: NOW };
const unused = (): never => {
  throw new Error('not to be called');
};

/** A chain on which the orders of some nonces are over, and where signatures are good or not. */
function fakePort(
  factsOf: (nonce: bigint) => Partial<OrderFacts> = () => ({}),
  isSigned = true,
): TriggerPort {
  return {
    domain: DOMAIN,
    head: () => Promise.resolve(HEAD),
    readFacts: ({ triggerOrder: { order } }) => Promise.resolve({ ...FACTS, ...factsOf(order.nonce) }),
    isSignedBySigner: () => Promise.resolve(isSigned),
    simulate: unused,
    encode: unused,
    estimateGas: unused,
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'taken';
  } catch (error) {
    if (!(error instanceof OrderRefusedError)) throw error;
    return error.code;
  }
}

for (const backend of backends) {
  describe(`trigger orders in ${backend.name}`, () => {
    let store: Store;
    let orders: OrderStore;

    before(() => backend.start());
    after(() => backend.stop());
    beforeEach(async () => {
      store = await backend.open();
      orders = createOrderStore(store.db);
    });
    afterEach(() => store.close());

    const inboxOn = (port: TriggerPort, most = 10, mostPerAccount = 3): Inbox =>
      createInbox(orders, port, { most, mostPerAccount, minTip: 0n });
    const json = async (order: TriggerOrder): Promise<unknown> => orderToJson(await signed(order));
    const hashesOf = (found: readonly { readonly hash: string }[]): string[] => found.map(({ hash }) => hash);

    it('are taken once, and come back as they were signed', async () => {
      const inbox = inboxOn(fakePort());
      const order = await signed(stopLoss());
      const hash = hashTriggerOrder(order.triggerOrder, DOMAIN);
      expect(await inbox.take(orderToJson(order))).to.deep.equal({
        order: hash,
        status: 'waiting',
        known: false,
      });
      expect(await inbox.take(orderToJson(order))).to.deep.equal({
        order: hash,
        status: 'waiting',
        known: true,
      });
      expect(await inbox.find(hash)).to.include({ status: 'waiting' });
      expect(await inbox.find(`0x${'00'.repeat(32)}`)).to.equal(undefined);
      const [kept, ...others] = await orders.due([{ underlying: ETH, price: 3_700n * WAD }], 10);
      expect(others).to.deep.equal([]);
      expect(kept?.signed).to.deep.equal(order);
    });

    it('are refused where they are malformed, unsigned, or of somebody who may not trade', async () => {
      const order = await json(stopLoss());
      const { signature: _, ...bare } = order as Record<string, unknown>;
      expect(await codeOf(inboxOn(fakePort()).take(bare))).to.equal('malformed');
      expect(await codeOf(inboxOn(fakePort()).take({ ...(order as object), extra: 1 }))).to.equal(
        'malformed',
      );
      const long = { ...(order as object), signature: `0x${'00'.repeat(2_049)}` };
      expect(await codeOf(inboxOn(fakePort()).take(long))).to.equal('malformed');
      expect(await codeOf(inboxOn(fakePort(() => ({}), false)).take(order))).to.equal('wrongSignature');
      const strangers = fakePort(() => ({ isAuthorised: false }), false);
      expect(await codeOf(inboxOn(strangers).take(order))).to.equal('notAuthorised');
      expect(await orders.countWaiting()).to.equal(0);
    });

    it('are due at their price and beyond, on the side that they trigger', async () => {
      const inbox = inboxOn(fakePort());
      const stop = await inbox.take(await json(stopLoss()));
      const profit = await inbox.take(
        await json(stopLoss({ nonce: 8n, limitPrice: WAD }, { above: true, triggerPrice: 4_500n * WAD })),
      );
      const due = async (price: bigint, underlying = ETH) =>
        hashesOf(await orders.due([{ underlying, price }], 10));
      expect(await due(3_700n * WAD + 1n)).to.deep.equal([]);
      expect(await due(3_700n * WAD)).to.deep.equal([stop.order]);
      expect(await due(1n)).to.deep.equal([stop.order]);
      expect(await due(4_500n * WAD - 1n)).to.deep.equal([]);
      expect(await due(4_500n * WAD)).to.deep.equal([profit.order]);
      expect(await due(1n, 1)).to.deep.equal([]);
      expect(await orders.due([], 10)).to.deep.equal([]);
      const both = [
        { underlying: ETH, price: 1n },
        { underlying: ETH, price: 5_000n * WAD },
      ];
      expect(hashesOf(await orders.due(both, 10))).to.have.members([stop.order, profit.order]);
      expect(await orders.due(both, 1)).to.have.lengthOf(1);
    });

    it('end with all that share their nonce, and wait again after a reorganisation', async () => {
      const inbox = inboxOn(fakePort());
      const stop = await inbox.take(await json(stopLoss()));
      const profit = await inbox.take(await json(stopLoss({ limitPrice: WAD }, { above: true })));
      const other = await inbox.take(await json(stopLoss({ nonce: 9n })));
      const { account } = stopLoss().order;
      await orders.end(account, 7n, 'filled', 120n);
      const statuses = async () =>
        Promise.all([stop, profit, other].map(async ({ order }) => (await inbox.find(order))?.status));
      expect(await statuses()).to.deep.equal(['filled', 'filled', 'waiting']);
      await orders.reopen(120n);
      expect(await statuses()).to.deep.equal(['filled', 'filled', 'waiting']);
      await orders.reopen(119n);
      expect(await statuses()).to.deep.equal(['waiting', 'waiting', 'waiting']);
      await orders.expire(NOW + 3_600n, 130n);
      expect(await statuses()).to.deep.equal(['waiting', 'waiting', 'waiting']);
      await orders.expire(NOW + 3_601n, 130n);
      expect(await statuses()).to.deep.equal(['expired', 'expired', 'expired']);
    });

    it('are not more than may wait, once those that are over are gone', async () => {
      let cancelled: readonly bigint[] = [];
      const port = fakePort((nonce) => (cancelled.includes(nonce) ? { state: 'cancelled' } : {}));
      const take = async (nonce: bigint, most?: number): Promise<string> =>
        codeOf(inboxOn(port, most).take(await json(stopLoss({ nonce }))));
      for (const nonce of [1n, 2n, 3n]) expect(await take(nonce)).to.equal('taken');
      expect(await take(4n)).to.equal('tooMany');
      cancelled = [2n];
      expect(await take(4n)).to.equal('taken');
      cancelled = [1n, 2n, 3n];
      expect(await take(5n, 1)).to.equal('tooMany');
      expect(await take(5n, 2)).to.equal('taken');
    });
  });
}

describe('the inbox over HTTP', () => {
  const receipt = { order: `0x${'ab'.repeat(32)}`, status: 'waiting', known: false } as const;

  async function withServer(
    inbox: Partial<Inbox>,
    use: (post: (body: string, type?: string) => Promise<Response>, url: string) => Promise<void>,
  ): Promise<void> {
    const log = createLogger('silent');
    const full: Inbox = { take: unused, find: unused, ...inbox };
    const server = await startInboxServer({ host: '127.0.0.1', port: 0, inbox: full, log });
    const url = `http://127.0.0.1:${server.port}`;
    try {
      await use(
        (body, type = 'application/json') =>
          fetch(`${url}/orders`, { method: 'POST', body, headers: { 'content-type': type } }),
        url,
      );
    } finally {
      await server.close();
    }
  }
  const taking = (answer: () => Promise<Awaited<ReturnType<Inbox['take']>>>): Partial<Inbox> => ({
    take: answer,
    find: (hash) => Promise.resolve(hash === receipt.order ? { ...receipt, known: true } : undefined),
  });

  it('answers with the hash, and later with what became of it', () =>
    withServer(
      taking(() => Promise.resolve(receipt)),
      async (post, url) => {
        const posted = await post('{}');
        expect([posted.status, await posted.json()]).to.deep.equal([201, receipt]);
        const found = await fetch(`${url}/orders/0x${'AB'.repeat(32)}`);
        expect([found.status, ((await found.json()) as { status: string }).status]).to.deep.equal([
          200,
          'waiting',
        ]);
        expect((await fetch(`${url}/orders/0x${'cd'.repeat(32)}`)).status).to.equal(404);
        expect((await fetch(`${url}/elsewhere`)).status).to.equal(404);
      },
    ));

  it('says why it does not take an order', async () => {
    const refuse = (code: 'tipTooLow' | 'tooMany') => () =>
      Promise.reject(new OrderRefusedError(code, 'sign a higher tip'));
    await withServer(taking(refuse('tipTooLow')), async (post) => {
      const refused = await post('{}');
      expect(refused.status).to.equal(422);
      expect(await refused.json()).to.deep.equal({ error: 'tipTooLow', message: 'sign a higher tip' });
    });
    await withServer(taking(refuse('tooMany')), async (post) => {
      expect((await post('{}')).status).to.equal(429);
    });
  });

  it('does not call an order bad that it could not check', () =>
    withServer(
      taking(() => Promise.reject(new Error('fetch failed: http://key@node'))),
      async (post) => {
        const failed = await post('{}');
        expect(failed.status).to.equal(503);
        expect(await failed.text()).to.not.contain('key@node');
      },
    ));

  it('refuses other types, what is no JSON, and what is too long', () =>
    withServer(
      taking(() => Promise.resolve(receipt)),
      async (post) => {
        expect((await post('{}', 'text/plain')).status).to.equal(415);
        expect((await post('{')).status).to.equal(400);
        expect((await post(JSON.stringify('x'.repeat(20_000)))).status).to.equal(413);
      },
    ));
});
