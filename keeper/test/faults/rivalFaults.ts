import { expect } from 'chai';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import type { Arena } from './arena.ts';
import { PATIENCE_MS } from './arena.ts';

/** Others who do the same work. */
export function rivalFaults(arena: Arena): void {
  it('a rival who is first', async () => {
    arena.done.add('rival');
    const rival = await runTestKeeper(
      arena.settingsOf(1, { databaseUrl: undefined, keeperId: 'rival', priorityFeeGwei: 30, rpcQuorum: 1 }),
    );
    try {
      await rival.ticked(await arena.latest(), PATIENCE_MS);
      const from = (await arena.latest()) + 1n;
      await arena.raise();
      await arena.recover(from, [arena.keeper, rival]);
      expect(await arena.failedParts(from)).to.be.greaterThan(0);
      const { key } = arena.stage.keepers[1] ?? {};
      for (const { tx } of await arena.liquidations(from)) {
        const { from: sender } = await arena.stage.chain.client.getTransaction({ hash: tx });
        expect(sender.toLowerCase()).to.equal(key?.address.toLowerCase());
      }
    } finally {
      await rival.stop();
    }
  });

  it('two keepers at once', async function () {
    arena.done.add('shared');
    if (arena.databaseUrl === undefined) return this.skip();
    const second = await runTestKeeper(arena.settingsOf(2));
    try {
      await second.ticked(await arena.latest(), PATIENCE_MS);
      const from = (await arena.latest()) + 1n;
      await arena.raise();
      await arena.recover(from, [arena.keeper, second]);
    } finally {
      await second.stop();
    }
  });
}
