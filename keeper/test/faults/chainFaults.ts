import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { numberToHex } from 'viem';
import type { Arena } from './arena.ts';
import { PATIENCE_MS, STALL_MS } from './arena.ts';
import { WITHIN_BLOCKS } from './catalogue.ts';

/** Chain, mempool and oracle. */
export function chainFaults(arena: Arena): void {
  it('a node that forgets a transaction', async () => {
    arena.done.add('dropped');
    const from = (await arena.latest()) + 1n;
    await arena.raise();
    await arena.keeper.ticked(await arena.latest(), PATIENCE_MS);
    expect(await arena.seen(async () => (await arena.pending()).length > 0)).to.equal(true);
    for (const hash of await arena.pending())
      await arena.stage.chain.request('anvil_dropTransaction', [hash]);
    expect(await arena.pending()).to.have.length(0);
    await arena.recover(from);
  });

  it('a base fee above what was bid', async () => {
    arena.done.add('stuck');
    const from = (await arena.latest()) + 1n;
    await arena.raise();
    await arena.keeper.ticked(await arena.latest(), PATIENCE_MS);
    expect(await arena.seen(async () => (await arena.pending()).length > 0)).to.equal(true);
    const { baseFeePerGas } = await arena.stage.chain.client.getBlock();
    const spike = 40n * (baseFeePerGas ?? 1n) + 20n * 10n ** 9n;
    await arena.stage.chain.request('anvil_setNextBlockBaseFeePerGas', [numberToHex(spike)]);
    await arena.stage.chain.mine();
    expect(await arena.stage.unhealthy()).to.have.length.greaterThan(0);
    await arena.recover(from);
    expect(await arena.keeper.metric('novate_keeper_replacements_total')).to.be.greaterThan(0);
  });

  it('an oracle that halts', async () => {
    arena.done.add('oracle');
    const { number, timestamp } = await arena.stage.chain.mine();
    await arena.keeper.ticked(number, PATIENCE_MS);
    const from = number + 1n;
    const later = await arena.stage.chain.mine(timestamp + 2 * 86_400);
    const tick = await arena.keeper.ticked(later.number, PATIENCE_MS);
    expect(tick.skipped.priceStale).to.be.greaterThan(0);
    expect(tick.sent).to.equal(0);
    await arena.raise();
    await arena.recover(from);
  });

  it('a chain that halts', async () => {
    arena.done.add('chainHalts');
    const from = (await arena.latest()) + 1n;
    await arena.keeper.ticked(await arena.latest(), PATIENCE_MS);
    await sleep(2 * STALL_MS);
    expect(await arena.keeper.unready()).to.contain('has not moved');
    await arena.raise();
    await arena.recover(from);
    expect(await arena.seen(async () => (await arena.keeper.unready()) === undefined)).to.equal(true);
  });

  it('reorganisations of depth 1 to 8', async () => {
    arena.done.add('reorgs');
    for (let depth = 1; depth <= 8; ++depth) {
      const from = (await arena.latest()) + 1n;
      await arena.raise();
      const raised = await arena.latest();
      for (let i = 0; (await arena.liquidations(from)).length === 0; ++i) {
        expect(i).to.be.lessThan(WITHIN_BLOCKS);
        await arena.keeper.ticked(await arena.latest(), PATIENCE_MS);
        await arena.stage.chain.mine();
      }
      while ((await arena.latest()) < raised + BigInt(depth)) await arena.stage.chain.mine();
      // what the keeper has not seen, it need not undo
      await arena.keeper.ticked(await arena.latest(), PATIENCE_MS);
      const before = await arena.liquidations(from);
      await arena.stage.chain.request('anvil_reorg', [depth, []]);
      expect((await arena.liquidations(from)).length, `depth ${depth}`).to.be.lessThan(before.length);
      await arena.stage.chain.mine();
      await arena.recover(from);
    }
    expect(await arena.keeper.metric('novate_keeper_reorgs_total')).to.equal(8);
    expect(await arena.keeper.metric('novate_keeper_rebuilds_total')).to.equal(0);
  });
}
