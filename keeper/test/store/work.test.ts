import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryJournal } from '../../src/execute/journal.ts';
import { partsOf } from '../../src/execute/journal.ts';
import type { InFlight, Purpose } from '../../src/execute/journal.ts';
import { createLanes } from '../../src/execute/lanes.ts';
import { createLane } from '../../src/execute/lane.ts';
import { LeaseLostError, WorkTakenError } from '../../src/store/errors.ts';
import { createLeases } from '../../src/store/lease.ts';
import type { Leases } from '../../src/store/lease.ts';
import type { Store } from '../../src/store/open.ts';
import { transactions } from '../../src/store/schema.ts';
import { createShards, SHARDS } from '../../src/store/shards.ts';
import { createStoreJournal, walletLease } from '../../src/store/storeJournal.ts';
import type { StoreJournal } from '../../src/store/storeJournal.ts';
import { purposeSchema, toJson } from '../../src/store/transactionText.ts';
import { startWorkQueue } from '../../src/store/work.ts';
import { fakeNode } from '../helpers/fakeNode.ts';
import { backends } from '../helpers/stores.ts';

const WALLET = '0x9999999999999999999999999999999999999999';
const OTHER = '0x8888888888888888888888888888888888888888';

const purpose = (account: bigint): Purpose => ({
  kind: 'liquidation',
  parts: [
    {
      account,
      basket: { legs: [{ instrument: 1n << 92n, size: -5n }], spot: [], fraction: 10n ** 18n },
      reward: 7n,
      version: 1,
    },
  ],
  deadlineSec: 500,
});
const keysOf = (of: Purpose): string[] =>
  of.kind === 'liquidation' ? of.parts.map(({ account }) => `liquidate/${account}`) : [];
const intent = (nonce: number, account: bigint): InFlight => ({
  nonce,
  purpose: purpose(account),
  body: { to: OTHER, data: '0x1234', gas: 5n },
  fees: { maxFeePerGas: 10n, maxPriorityFeePerGas: 1n },
  sent: [],
  sentAtBlock: 3n,
  acknowledged: false,
  missed: 0,
});
const signed = (entry: InFlight, hash: `0x${string}`): InFlight => ({
  ...entry,
  sent: [...entry.sent, { hash, raw: hash }],
});

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

for (const backend of backends) {
  describe(`shared work in ${backend.name}`, () => {
    let store: Store;

    before(() => backend.start());
    after(() => backend.stop());
    beforeEach(async () => {
      store = await backend.open();
    });
    afterEach(() => store.close());

    const journalOf = (leases: Leases, wallet: `0x${string}` = WALLET): StoreJournal =>
      createStoreJournal({ db: store.db, leases, wallet, keysOf });

    describe('leases', () => {
      it('give what one process has to the next only when it ran out, with another token', async () => {
        const [first, second] = [
          createLeases(store.db, { ttlMs: 300 }),
          createLeases(store.db, { ttlMs: 300 }),
        ];
        const before = await first.acquire('x');
        expect(await second.acquire('x')).to.equal(undefined);
        expect(await first.renew()).to.deep.equal([]);
        await sleep(350);
        const after = await second.acquire('x');
        expect(after?.token).to.equal((before?.token ?? 0n) + 1n);
        expect(await first.renew()).to.deep.equal(['x']);
        expect(first.held('x')).to.equal(undefined);
      });

      it('hold until a transaction that checked them is over', async function () {
        if (store.kind === 'pglite') this.skip();
        const [first, second] = [
          createLeases(store.db, { ttlMs: 400 }),
          createLeases(store.db, { ttlMs: 400 }),
        ];
        await first.acquire('x');
        const order: string[] = [];
        const writing = store.db.transaction(async (tx) => {
          await first.fence(tx, 'x');
          await sleep(800);
          order.push('written');
        });
        await sleep(500);
        await second.acquire('x');
        order.push('taken');
        await writing;
        expect(order).to.deep.equal(['written', 'taken']);
      });

      it('refuse a fence that is old, although nobody took over yet', async () => {
        let now = 0;
        const leases = createLeases(store.db, { ttlMs: 1_000, nowMs: () => now });
        await leases.acquire('x');
        leases.assertFresh('x');
        now = 501;
        expect(() => leases.assertFresh('x')).to.throw(LeaseLostError);
        const outlived = createLeases(store.db, { ttlMs: 200 });
        await outlived.acquire('y');
        await sleep(150);
        expect(await errorOf(store.db.transaction((tx) => outlived.fence(tx, 'y')))).to.be.instanceOf(
          LeaseLostError,
        );
      });

      it('let a former self neither prolong nor write what its successor of the same name owns', async () => {
        const [former, successor] = ['same', 'same'].map((owner) =>
          createLeases(store.db, { ttlMs: 60_000, owner }),
        );
        await former?.acquire('x');
        await successor?.acquire('x');
        expect(await errorOf(store.db.transaction(async (tx) => former?.fence(tx, 'x')))).to.be.instanceOf(
          LeaseLostError,
        );
        expect(await former?.renew()).to.deep.equal(['x']);
        expect(await successor?.renew()).to.deep.equal([]);
      });

      it('spread the shards over keepers that come and go', async () => {
        const keepers = [1, 2, 3].map(() => {
          const leases = createLeases(store.db, { ttlMs: 60_000 });
          return { leases, shards: createShards(leases) };
        });
        const balance = async (some: typeof keepers): Promise<number[]> => {
          for (let round = 0; round < 3; ++round) for (const { shards } of some) await shards.balance();
          return some.map(({ shards }) => shards.count);
        };
        expect(await balance(keepers.slice(0, 1))).to.deep.equal([SHARDS]);
        expect((await balance(keepers)).sort()).to.deep.equal([20, 22, 22]);
        const owners = keepers.filter(({ shards }) => shards.owns(5n << 96n));
        expect(owners).to.have.length(1);
        await keepers[0]?.leases.releaseAll();
        expect(await balance(keepers.slice(1))).to.deep.equal([32, 32]);
      });
    });

    describe('journal', () => {
      it('brings back what was sent, drops what was only intended, and frees its work', async () => {
        const leases = createLeases(store.db, { ttlMs: 60_000 });
        await leases.acquire(walletLease(WALLET));
        const journal = journalOf(leases);
        await journal.put(intent(0, 1n));
        await journal.put(signed(intent(0, 1n), '0x01'));
        await journal.put({ ...signed(intent(0, 1n), '0x01'), acknowledged: true });
        await journal.put(intent(1, 2n));
        await journal.put(signed(intent(1, 2n), '0x02'));
        await journal.put(intent(2, 3n));
        const next = journalOf(leases);
        await next.load();
        expect(next.entries()).to.deep.equal([
          { ...signed(intent(0, 1n), '0x01'), acknowledged: true },
          signed(intent(1, 2n), '0x02'),
        ]);
        expect(await errorOf(next.put(intent(2, 2n)))).to.be.instanceOf(WorkTakenError);
        await next.put(intent(2, 3n));
      });

      it('forgets nothing of a replaced transaction, and tells which version was mined', async () => {
        const leases = createLeases(store.db, { ttlMs: 60_000 });
        await leases.acquire(walletLease(WALLET));
        const journal = journalOf(leases);
        const entry = signed(intent(0, 1n), '0x01');
        await journal.put(intent(0, 1n));
        await journal.put(entry);
        const cancel = { hash: '0x02', raw: '0x02', cancels: true } as const;
        await journal.put({ ...entry, purpose: { kind: 'cancel' }, sent: [...entry.sent, cancel] });
        const receipt = { hash: '0x02', blockNumber: 9n, succeeded: true } as const;
        await journal.remove(0, { kind: 'mined', receipt });
        const [row] = await store.db.select().from(transactions);
        expect(row).to.include({ status: 'replaced', minedHash: '0x02', minedBlock: 9n });
        // the work was not done: it may be intended again
        await journal.put(intent(1, 1n));
      });

      it('does no work twice that was done, but tries again what reverted', async () => {
        const leases = createLeases(store.db, { ttlMs: 60_000 });
        await leases.acquire(walletLease(WALLET));
        const journal = journalOf(leases);
        for (const [nonce, succeeded] of [false, true].entries()) {
          await journal.put(intent(nonce, 1n));
          await journal.put(signed(intent(nonce, 1n), `0x0${nonce}`));
          const receipt = { hash: `0x0${nonce}` as const, blockNumber: 9n, succeeded };
          await journal.remove(nonce, { kind: 'mined', receipt });
        }
        expect(await errorOf(journal.put(intent(2, 1n)))).to.be.instanceOf(WorkTakenError);
        // a reorganisation takes the blocks away: both are in flight again, with their versions
        expect(await journal.reopen(8n)).to.equal(2);
        expect(journal.entries().map(({ sent }) => sent[0]?.hash)).to.deep.equal(['0x00', '0x01']);
        expect(await journal.reopen(8n)).to.equal(0);
      });

      it('gives back, of a batch, what failed in it; the rest is done', async () => {
        const leases = createLeases(store.db, { ttlMs: 60_000 });
        await leases.acquire(walletLease(WALLET));
        const journal = journalOf(leases);
        const batch = (nonce: number): InFlight => {
          const parts = [1n, 2n, 3n].flatMap((account) => partsOf(purpose(account)));
          return { ...intent(nonce, 1n), purpose: { kind: 'liquidation', parts, deadlineSec: 500 } };
        };
        await journal.put(batch(0));
        await journal.put(signed(batch(0), '0x00'));
        // as long as it is on its way, each of its parts is in hand
        for (const account of [1n, 2n, 3n]) {
          expect(await errorOf(journal.put(intent(1, account)))).to.be.instanceOf(WorkTakenError);
        }
        await journal.load();
        expect(journal.entries()).to.deep.equal([signed(batch(0), '0x00')]);
        const receipt = { hash: '0x00' as const, blockNumber: 9n, succeeded: true };
        await journal.remove(0, { kind: 'mined', receipt, isUndone: (key) => key === 'liquidate/2' });
        expect(await errorOf(journal.put(intent(1, 1n)))).to.be.instanceOf(WorkTakenError);
        expect(await errorOf(journal.put(intent(1, 3n)))).to.be.instanceOf(WorkTakenError);
        expect(await errorOf(journal.put(intent(1, 2n)))).to.equal(undefined);
      });

      it('understands a liquidation as it was recorded before there were batches', () => {
        const [part] = partsOf(purpose(4n));
        const old = { kind: 'liquidation', ...part, deadlineSec: 500 };
        expect(purposeSchema.parse(toJson(old))).to.deep.equal(purpose(4n));
      });

      it('does the same work from one wallet only, even in the same instant', async () => {
        const leases = createLeases(store.db, { ttlMs: 60_000 });
        await leases.acquireSome([walletLease(WALLET), walletLease(OTHER)], 2);
        const results = await Promise.all([
          errorOf(journalOf(leases).put(intent(0, 1n))),
          errorOf(journalOf(leases, OTHER).put(intent(0, 1n))),
        ]);
        expect(results.filter((result) => result === undefined)).to.have.length(1);
        expect(results.filter((result) => result instanceof WorkTakenError)).to.have.length(1);
      });

      it('records no step of a wallet that another process owns', async () => {
        const [first, second] = [
          createLeases(store.db, { ttlMs: 200 }),
          createLeases(store.db, { ttlMs: 60_000 }),
        ];
        await first.acquire(walletLease(WALLET));
        const journal = journalOf(first);
        await journal.put(intent(0, 1n));
        await sleep(250);
        await second.acquire(walletLease(WALLET));
        expect(await errorOf(journal.put(signed(intent(0, 1n), '0x01')))).to.be.instanceOf(LeaseLostError);
        expect(() => journal.assertMaySend()).to.throw(LeaseLostError);
        const successor = journalOf(second);
        await successor.load();
        expect(successor.entries()).to.deep.equal([]);
      });
    });

    describe('queue', () => {
      it('offers a piece of work once, gives it to one, and after that to nobody', async () => {
        const [a, b] = [
          await startWorkQueue(store, () => undefined),
          await startWorkQueue(store, () => undefined),
        ];
        try {
          const items = ['p', 'q'].map((key, i) => ({ key, urgency: i }));
          const known = new Set(['p', 'q']);
          const first = await a.take('liquidation', items, known, 1);
          expect([...first]).to.deep.equal(['q']);
          const second = await b.take('liquidation', items, known, 5);
          expect([...second]).to.deep.equal(['p']);
          expect([...(await a.take('liquidation', items, known, 5))]).to.deep.equal([]);
          await b.returned('liquidation', ['p']);
          await sleep(1_200);
          expect([...(await a.take('liquidation', items, known, 5))]).to.deep.equal(['p']);
          // what the journal has is not offered again
          const leases = createLeases(store.db, { ttlMs: 60_000 });
          await leases.acquire(walletLease(WALLET));
          await journalOf(leases).put(intent(0, 1n));
          const claimed = [{ key: 'liquidate/1', urgency: 1 }];
          expect(await b.take('liquidation', claimed, new Set(['liquidate/1']), 5)).to.have.property(
            'size',
            0,
          );
        } finally {
          await a.stop();
          await b.stop();
        }
      });

      it('leaves to others what this keeper does not know', async () => {
        const queue = await startWorkQueue(store, () => undefined);
        try {
          await queue.take('settlement', [{ key: 'p', urgency: 0 }], new Set(['z']), 5);
          await sleep(1_200);
          expect([...(await queue.take('settlement', [], new Set(['p']), 5))]).to.deep.equal(['p']);
        } finally {
          await queue.stop();
        }
      });
    });
  });
}

describe('several wallets', () => {
  const body = { to: OTHER, data: '0x1234', gas: 5n } as const;
  const laneOf = (node = fakeNode()) => ({
    node,
    lane: createLane({
      writer: node,
      journal: createMemoryJournal(),
      policy: { maxFeePerGas: 1_000n, priorityFee: 10n, bumpPercent: 15 },
      replaceAfterBlocks: 3,
      stillWanted: () => Promise.resolve(true),
    }),
  });

  it('share what is sent, one at a time, and pass over who cannot pay or is not owned', async () => {
    const [a, b, c] = [laneOf(), laneOf(), laneOf()];
    let owned = true;
    const lanes = createLanes([
      { lane: a.lane, owned: () => owned },
      { lane: b.lane, owned: () => true },
      { lane: c.lane, owned: () => false },
    ]);
    const head = a.node.head();
    await Promise.all([1n, 2n, 3n, 4n].map((account) => lanes.send(body, purpose(account), head)));
    expect([a, b, c].map(({ node }) => node.taken.length)).to.deep.equal([2, 2, 0]);
    expect(lanes.inFlight()).to.have.length(4);
    a.node.script.push(Object.assign(new Error('insufficient funds'), { code: -32000 }));
    expect((await lanes.send(body, purpose(5n), head)).sent).to.equal(true);
    expect(b.node.taken).to.have.length(3);
    owned = false;
    expect(lanes.inFlight()).to.have.length(3);
    const none = await createLanes([{ lane: a.lane, owned: () => false }]).send(body, purpose(6n), head);
    expect(none.sent ? '' : none.failure).to.equal('notOwned');
  });
});
