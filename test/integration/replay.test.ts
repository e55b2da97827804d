import { expect } from 'chai';
import { decodeAccountId } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import { checkConservation } from '../../cli/src/audit/checkConservation.ts';
import { runJob } from '../../cli/src/job/runJob.ts';
import type { JobOutcome } from '../../cli/src/job/runJob.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { connectChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import type { BadDebt, Liquidation } from '../../cli/src/play/readLiquidations.ts';
import type { PriceStep } from '../../cli/src/prices/index.ts';
import type { Progress } from '../../cli/src/report/progress.ts';
import { seedMarket } from '../../cli/src/seed/seedMarket.ts';
import { network } from 'hardhat';

const MINUTE_MS = 60_000;
const E8 = 100_000_000n;

/** Prices in percent of 100,000 and 4,000 USD, a step a minute. */
function stepsOf(percents: readonly (readonly [btc: bigint, eth: bigint])[]): PriceStep[] {
  return percents.map(([btc, eth], i) => ({
    timeMs: i * MINUTE_MS,
    prices: { BTC: btc * 1_000n * E8, ETH: eth * 40n * E8 },
  }));
}

interface Heard extends Progress {
  readonly liquidations: Liquidation[];
  readonly badDebts: BadDebt[];
}

function listen(): Heard {
  const liquidations: Liquidation[] = [];
  const badDebts: BadDebt[] = [];
  return {
    liquidations,
    badDebts,
    task: (_, run) => run(),
    note: () => undefined,
    clear: () => undefined,
    onPrice: () => undefined,
    onLiquidation: (one) => void liquidations.push(one),
    onBadDebt: (one) => void badDebts.push(one),
  };
}

describe('replay with the real keeper', () => {
  let heard: Heard;
  let outcome: JobOutcome;

  before(async function () {
    this.timeout(180_000);
    heard = listen();
    outcome = await runJob({
      accounts: 14,
      seed: 1,
      // calm, falling, a gap that leaves some with less than nothing, a rebound
      steps: stepsOf([
        [100n, 100n],
        [101n, 101n],
        [96n, 95n],
        [92n, 90n],
        [75n, 70n],
        [80n, 76n],
      ]),
      progress: heard,
      signal: new AbortController().signal,
    });
  });

  it('liquidates, and leaves nobody who could be', () => {
    const { result } = outcome;
    expect(result.accounts).to.equal(14);
    expect(result.liquidatedAccounts).to.be.greaterThan(2);
    expect(result.liquidations).to.equal(heard.liquidations.length);
    expect(result.leftLiquidatable).to.equal(0);
    expect(result.longestLiquidatableBlocks).to.be.within(1, 6);
    expect(result.gasPerLiquidation).to.be.within(100_000, 600_000);
  });

  it('liquidates only below the maintenance margin', () => {
    for (const { equityBefore, maintenanceBefore, account } of heard.liquidations) {
      expect(equityBefore < maintenanceBefore, decodeAccountId(account).owner).to.equal(true);
    }
  });

  it('has the gap paid by the insurance fund, to the last wei', () => {
    const { badDebt, insuranceUsed } = outcome.result;
    expect(heard.badDebts).not.to.deep.equal([]);
    expect(Number(badDebt)).to.be.greaterThan(0);
    expect(Number(insuranceUsed)).to.be.greaterThan(Number(badDebt));
    for (const { remaining } of heard.badDebts) expect(remaining).to.equal(0n);
  });

  it('conserves every total', () => {
    const { result, conservation } = outcome;
    expect(conservation.checks.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(conservation.checks.length).to.be.greaterThan(10);
    expect(result.conserved).to.equal(true);
    expect(conservation.residual >= 0n && conservation.residual <= conservation.residualBound).to.equal(true);
  });
});

describe('conservation check', () => {
  const tokenAbi = parseAbi(['function mint(address to, uint256 amount)']);
  let chain: LocalChain;
  let stack: StackAddresses;
  let close: () => Promise<void>;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    close = () => server.close();
    const { port } = await server.listen();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, {});
    await chain.request('evm_setAutomine', [false]);
    await seedMarket(chain, stack, 8, [{ symbol: 'ETH', id: 2, assetId: 1, price: 4_000 }], 1);
  });

  after(() => close());

  const broken = async (): Promise<string[]> => {
    const { checks } = await checkConservation(
      chain.client,
      stack.clearinghouse,
      (await chain.latest()).number,
    );
    return checks.filter(({ ok }) => !ok).map(({ name }) => name);
  };

  it('holds while interest and funding accrue', async () => {
    expect(await broken()).to.deep.equal([]);
    await chain.mine((await chain.latest()).timestamp + 30 * 86_400);
    expect(await broken()).to.deep.equal([]);
  });

  it('notices tokens that nobody recorded', async () => {
    const data = encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [stack.clearinghouse, 1n] });
    await chain.execute([{ from: chain.deployer, to: stack.usdc, data, gas: 200_000n, label: 'donate' }]);
    expect(await broken()).to.deep.equal(['asset 0: tokens held = recorded']);
  });
});
