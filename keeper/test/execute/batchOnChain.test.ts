import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { clearinghouseAbi, liquidatorAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { encodeFunctionData, erc20Abi, parseAbi } from 'viem';
import { hardhat } from 'viem/chains';
import { sharedGas } from '../../src/execute/batches.ts';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import type { RunningKeeper } from '../helpers/keeperRun.ts';
import { openStage, startHardhat } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';
import type { Person } from '../../../cli/src/seed/traders.ts';

const USDC = 10n ** 6n;
const PATIENCE_MS = 30_000;
const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

describe('batches on a real chain', function () {
  this.timeout(120_000);
  let node: TestNode;
  let stage: Stage;
  let keeper: RunningKeeper | undefined;

  before(async () => {
    node = await startHardhat();
    stage = await openStage(node.url, { traders: 7 });
  });
  afterEach(async () => {
    await keeper?.stop();
    keeper = undefined;
  });
  after(() => node.stop());

  const start = async (more: object = {}): Promise<RunningKeeper> => {
    const { privateKey } = stage.keepers[0] ?? {};
    const { addresses } = stage;
    const settings = { rpcUrl: node.url, privateKey, addresses, planMode: 'protocol', flagUnhealthy: false };
    keeper = await runTestKeeper({ ...settings, ...more });
    await keeper.ticked((await stage.chain.latest()).number);
    return keeper;
  };

  async function pending(): Promise<readonly { readonly to: string; readonly input: string }[]> {
    return (await stage.chain.request('eth_pendingTransactions', [])) as { to: string; input: string }[];
  }

  async function waitForPending(count: number): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(20)) {
      if ((await pending()).length === count) return;
    }
    throw new Error(`${(await pending()).length} transactions wait, not ${count}`);
  }

  async function events(from: bigint) {
    const { client } = stage.chain;
    return client.getContractEvents({
      address: stage.stack.liquidator,
      abi: liquidatorAbi,
      fromBlock: from,
      strict: true,
    });
  }

  /** Mines the transaction of `from` before whatever waits, by its tip. */
  async function saveFirst(trader: Person): Promise<void> {
    const { chain, stack } = stage;
    const args = [trader.account, 0, 100_000n * USDC] as const;
    const raw = await trader.key.signTransaction({
      type: 'eip1559',
      chainId: hardhat.id,
      nonce: await chain.client.getTransactionCount({ address: trader.key.address, blockTag: 'pending' }),
      to: stack.clearinghouse,
      data: encodeFunctionData({ abi: clearinghouseAbi, functionName: 'deposit', args }),
      gas: 400_000n,
      maxFeePerGas: 1_000n * 10n ** 9n,
      maxPriorityFeePerGas: 50n * 10n ** 9n,
    });
    await chain.request('eth_sendRawTransaction', [raw]);
  }

  async function giveCash(trader: Person): Promise<void> {
    const { chain, stack } = stage;
    const amount = 100_000n * USDC;
    const mint = encodeFunctionData({
      abi: mintAbi,
      functionName: 'mint',
      args: [trader.key.address, amount],
    });
    const approve = encodeFunctionData({
      abi: erc20Abi,
      functionName: 'approve',
      args: [stack.clearinghouse, amount],
    });
    const call = { from: trader.key, to: stack.usdc, gas: 200_000n };
    await chain.execute([
      { ...call, data: mint, label: 'mint' },
      { ...call, data: approve, label: 'approve' },
    ]);
  }

  it('liquidates five in one transaction, although one of them is saved just before', async () => {
    const [saved, tooLate, ...others] = stage.traders;
    if (saved === undefined || tooLate === undefined) throw new Error('no traders');
    // two are out of the way: what is left is a batch of five
    for (const trader of stage.traders) await giveCash(trader);
    for (const trader of others.slice(4)) await saveFirst(trader);
    await stage.chain.mine();
    const running = await start();
    await stage.setPrice(4_700);
    const due = await stage.unhealthy();
    expect(due).to.have.length(6);
    await waitForPending(1);
    await saveFirst(saved);
    await stage.chain.mine();
    const { number } = await stage.chain.latest();
    const found = await events(number);
    const accountsOf = (name: string): AccountId[] =>
      found
        .filter(({ eventName }) => eventName === name)
        .map(({ args }) => (args as { account: AccountId }).account);
    expect(accountsOf('Liquidated')).to.have.members(due.filter((account) => account !== saved.account));
    expect(accountsOf('LiquidationFailed')).to.deep.equal([saved.account]);
    const tick = await running.ticked(number);
    expect(tick.skipped).to.deep.equal({ healthyOnChain: 1 });
    expect(running.events.filter(({ event }) => event === 'liquidation')).to.have.length(5);
    const failures = running.events.filter((event) => event.event === 'failure');
    expect(failures.map(({ account }) => account)).to.deep.equal([saved.account]);
    expect(failures[0]?.reason).to.contain('NotLiquidatable');
    expect(await running.metric('novate_keeper_batch_failures_total')).to.equal(1);
    expect(await running.metric('novate_keeper_reverted_total')).to.equal(0);
    // and nothing more comes of it
    const next = await stage.chain.mine();
    await running.ticked(next.number);
    expect(await pending()).to.have.length(0);
  });

  it('costs no more gas than it is thought to', async () => {
    const { client } = stage.chain;
    const used = async (from: bigint): Promise<bigint[]> => {
      const hashes = new Set((await events(from)).map(({ transactionHash }) => transactionHash));
      return Promise.all(
        [...hashes].map(async (hash) => (await client.getTransactionReceipt({ hash })).gasUsed),
      );
    };
    const alone = await start({ batchGas: 0 });
    await stage.setPrice(4_900);
    const count = (await stage.unhealthy()).length;
    await waitForPending(count);
    await stage.chain.mine();
    const apart = await used((await stage.chain.latest()).number);
    expect(apart).to.have.length(count);
    await alone.stop();
    await start();
    await stage.setPrice(5_150);
    expect(await stage.unhealthy()).to.have.length(count);
    await waitForPending(1);
    await stage.chain.mine();
    const [batch, ...more] = await used((await stage.chain.latest()).number);
    expect(more).to.have.length(0);
    const thought = sharedGas(apart.map((gas) => ({ gas })));
    expect(Number(batch)).to.be.lessThanOrEqual(Number(thought));
  });
});
