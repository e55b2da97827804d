import { expect } from 'chai';
import { createLedgerState } from '@novate/sdk';
import { createMirror, mirrorTopics } from '../../src/mirror/mirror.ts';
import type { Mirror } from '../../src/mirror/mirror.ts';
import { decodeAccount, encodeAccount } from '../../src/store/accountBlob.ts';
import { bindDeployment } from '../../src/store/deployment.ts';
import { createLeases } from '../../src/store/lease.ts';
import type { Leases } from '../../src/store/lease.ts';
import { createLedgerSink } from '../../src/store/ledgerSink.ts';
import type { LedgerSink } from '../../src/store/ledgerSink.ts';
import { createLedgerStore } from '../../src/store/ledgerStore.ts';
import type { LedgerStore } from '../../src/store/ledgerStore.ts';
import type { Store } from '../../src/store/open.ts';
import { createFollower } from '../../src/watch/follower.ts';
import type { Follower } from '../../src/watch/follower.ts';
import { CLEARINGHOUSE, fakeChain } from '../helpers/fakeChain.ts';
import type { FakeChain, FakeLog } from '../helpers/fakeChain.ts';
import { cashUpdated, interestAccrued, positionUpdated } from '../helpers/logs.ts';
import { backends } from '../helpers/stores.ts';

const BTC_PERP = 1n << 92n;
const FINALITY = 8;

interface Room {
  readonly mirror: Mirror;
  readonly leases: Leases;
  readonly sink: LedgerSink;
  readonly follower: Follower;
  readonly reorgs: [number, boolean][];
  readonly store: LedgerStore;
}

/** Blocks in which accounts come, change and close positions. */
function blocks(count: number, seed = 0): FakeLog[][] {
  return Array.from({ length: count }, (_, i) => {
    const n = BigInt(i + seed);
    return [
      cashUpdated(1n + (n % 5n), n * 7n - 30n),
      positionUpdated(1n + (n % 3n), BTC_PERP, n % 4n === 0n ? 0n : -n, n * 2n),
      interestAccrued(10n ** 18n + n, 10n ** 18n + 2n * n),
    ];
  });
}

for (const backend of backends) {
  describe(`the ledger in ${backend.name}`, () => {
    let store: Store;
    let chain: FakeChain;

    before(() => backend.start());
    after(() => backend.stop());
    beforeEach(async () => {
      store = await backend.open();
      chain = fakeChain();
    });
    afterEach(() => store.close());

    function enter(disturb = (inner: LedgerStore): LedgerStore => inner): Room {
      const leases = createLeases(store.db, { ttlMs: 60_000 });
      const mirror = createMirror(CLEARINGHOUSE);
      const ledgerStore = disturb(createLedgerStore(store.db, leases));
      const sink = createLedgerSink({ store: ledgerStore, leases, mirror, clearinghouse: CLEARINGHOUSE });
      const reorgs: [number, boolean][] = [];
      const follower = createFollower({
        reader: chain,
        sink,
        addresses: () => [CLEARINGHOUSE],
        topics: mirrorTopics,
        timedTopics: new Set(),
        fromBlock: 0n,
        maxBlockRange: 5,
        finalityBlocks: FINALITY,
        onReorg: (depth, rebuilt) => void reorgs.push([depth, rebuilt]),
      });
      return { mirror, leases, sink, follower, reorgs, store: ledgerStore };
    }

    /** What a keeper without any history makes of the chain. */
    async function expected(): Promise<Mirror> {
      const mirror = createMirror(CLEARINGHOUSE);
      const range = { fromBlock: 0n, toBlock: chain.head().number };
      const logs = await chain.getLogs({ addresses: [], topics: [], range });
      mirror.append(logs.map((log) => ({ ...log, timestamp: 0n })));
      return mirror;
    }

    async function expectInStep(room: Room): Promise<void> {
      const wanted = (await expected()).ledger;
      expect(room.mirror.ledger.accounts).to.deep.equal(wanted.accounts);
      const known = room.mirror.book.ids.filter((id) => id !== undefined);
      expect(known.sort()).to.deep.equal([...wanted.accounts.keys()].sort());
      const saved = await room.store.load();
      expect(saved.ledger.accounts).to.deep.equal(wanted.accounts);
      expect(saved.ledger.cash).to.deep.include({ supplyIndex: wanted.cash.supplyIndex });
      expect(saved.checkpoints.at(-1)?.hash).to.equal(chain.head().hash);
    }

    async function release(room: Room): Promise<void> {
      await room.leases.releaseAll();
    }

    it('starts again from where it was, without reading what it has', async () => {
      chain.mine(...blocks(30));
      const first = enter();
      await first.follower.follow(chain.head());
      await expectInStep(first);
      await release(first);
      chain.queries.length = 0;
      const second = enter();
      await second.follower.follow(chain.head());
      expect(chain.queries).to.have.length(0);
      await expectInStep(second);
      expect(second.sink.versionOf(1n)).to.equal(first.sink.versionOf(1n));
    });

    it('undoes a reorganisation by what it stored, also after a restart', async () => {
      for (const block of blocks(20)) {
        chain.mine(block);
        if (chain.head().number === 12n) await enterOnce();
      }
      const first = enter();
      for (let number = 13n; number <= 20n; ++number) {
        await first.follower.follow(await chain.getBlock(number));
      }
      await release(first);
      for (let depth = 1n; depth <= 8n; ++depth) {
        chain.reorg(20n - depth, ...blocks(Number(depth), 40 + Number(depth)));
        const room = enter();
        await room.follower.follow(chain.head());
        await expectInStep(room);
        expect(room.reorgs.map(([, rebuilt]) => rebuilt)).to.deep.equal([false]);
        await release(room);
      }
    });

    async function enterOnce(): Promise<void> {
      const room = enter();
      await room.follower.follow(chain.head());
      await release(room);
    }

    it('rebuilds after a reorganisation deeper than finality', async () => {
      const room = enter();
      for (const block of blocks(30)) {
        chain.mine(block);
        await room.follower.follow(chain.head());
      }
      chain.reorg(4n, ...blocks(30, 90));
      await room.follower.follow(chain.head());
      expect(room.reorgs).to.deep.equal([[FINALITY + 1, true]]);
      await expectInStep(room);
    });

    it('moves neither memory nor cursor when the store fails, and goes on when it is back', async () => {
      const good = createLedgerStore(store.db, createLeases(store.db, { ttlMs: 1 }));
      let fail = false;
      const room = enter((inner) => ({
        ...inner,
        advance: (step) => (fail ? Promise.reject(new Error('disk full')) : inner.advance(step)),
      }));
      chain.mine(...blocks(10));
      await room.follower.follow(chain.head());
      const cursor = room.follower.cursor;
      const version = room.sink.versionOf(2n);
      chain.mine(...blocks(5, 50));
      fail = true;
      const message = await room.follower.follow(chain.head()).then(
        () => 'no failure',
        (error: unknown) => String(error),
      );
      expect(message).to.contain('disk full');
      expect(room.follower.cursor).to.deep.equal(cursor);
      expect(room.sink.versionOf(2n)).to.equal(version);
      expect(room.mirror.ledger.accounts).to.deep.equal((await good.load()).ledger.accounts);
      fail = false;
      await room.follower.follow(chain.head());
      await expectInStep(room);
    });

    it('lets one keeper write and the other follow, which takes over when the first is gone', async () => {
      chain.mine(...blocks(10));
      const [writer, reader] = [enter(), enter()];
      await writer.follower.follow(chain.head());
      await reader.follower.follow(chain.head());
      chain.mine(...blocks(6, 30));
      await reader.follower.follow(chain.head());
      expect((await reader.store.load()).checkpoints.at(-1)?.number).to.equal(10n);
      expect(reader.mirror.ledger.accounts).to.deep.equal((await expected()).ledger.accounts);
      await release(writer);
      chain.reorg(14n, ...blocks(3, 60));
      await reader.follower.follow(chain.head());
      await expectInStep(reader);
      // the former writer, which has missed everything, changes nothing any more
      chain.mine(...blocks(1, 70));
      await writer.follower.follow(chain.head());
      expect((await writer.store.load()).checkpoints.at(-1)?.number).to.equal(17n);
      expect(writer.mirror.ledger.accounts).to.deep.equal((await expected()).ledger.accounts);
    });

    it('belongs to one deployment', async () => {
      const mine = { chainId: 1, clearinghouse: CLEARINGHOUSE, fromBlock: 5n } as const;
      await bindDeployment(store.db, mine);
      await bindDeployment(store.db, mine);
      const refused = await bindDeployment(store.db, { ...mine, chainId: 2 }).then(
        () => '',
        (error: unknown) => String(error),
      );
      expect(refused).to.contain('on chain 1').and.to.contain('database of its own');
    });
  });
}

describe('an account in bytes', () => {
  const changed = { blockNumber: 2 ** 40, logIndex: 7, blockHash: '0123456789abcdef' };
  it('comes back as it was, at the ends of every range', () => {
    for (const sign of [1n, -1n]) {
      const state = {
        principal: sign * (2n ** 127n - 1n),
        collateral: new Map([[255, 2n ** 128n - 1n]]),
        positions: new Map([
          [2n ** 96n - 1n, { size: sign * (2n ** 95n - 1n), cost: -sign * (2n ** 103n - 1n) }],
          [BTC_PERP, { size: sign, cost: 0n }],
        ]),
        profileId: 255,
        flaggedAt: 2 ** 40 - 1,
        pendingCash: -sign * 2n ** 100n,
      };
      expect(decodeAccount(encodeAccount({ state, changed }))).to.deep.equal({ state, changed });
    }
  });

  it('refuses what does not fit, and bytes that are not an account', () => {
    const state = {
      ...createLedgerState(),
      principal: 2n ** 127n,
      pendingCash: 0n,
      collateral: new Map(),
      positions: new Map(),
    };
    expect(() => encodeAccount({ state: { ...state, profileId: 0, flaggedAt: 0 }, changed })).to.throw(
      RangeError,
    );
    expect(() => decodeAccount(new Uint8Array(50))).to.throw(RangeError);
  });
});
