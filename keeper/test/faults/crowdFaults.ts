import { expect } from 'chai';
import type { Arena } from './arena.ts';
import { WITHIN_BLOCKS } from './catalogue.ts';
import { runCrowd } from './crowdRun.ts';

const BLOCK_GAS = 60_000_000n;

/** More to do than one block holds. */
export function crowdFaults(arena: Arena): void {
  describe('of a crowd', function () {
    this.timeout(900_000);

    async function passes(accounts: number, keepers: number): Promise<boolean> {
      const result = await runCrowd({ accounts, keepers, blockGas: BLOCK_GAS, say: () => undefined });
      if (result === undefined) return false;
      const { liquidations, twice, left, reverted, cleanWallets, blocks } = result;
      const wanted = { liquidations: accounts, twice: 0, left: 0, reverted: 0, cleanWallets: keepers };
      expect({ liquidations, twice, left, reverted, cleanWallets }).to.deep.equal(wanted);
      expect(blocks).to.be.lessThanOrEqual(WITHIN_BLOCKS);
      return true;
    }

    it('four keepers at once', async function () {
      arena.done.add('four');
      if (!(await passes(60, 4))) this.skip();
    });

    it('two hundred accounts at once', async () => {
      arena.done.add('crowd');
      await passes(200, 1);
    });
  });
}
