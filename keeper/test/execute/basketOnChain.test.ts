import { expect } from 'chai';
import { assessMany, BTC, clearinghouseAbi, ETH, getPortfolio, liquidatorAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import { CASH_ASSET_ID, UNDERLYINGS } from '../../../cli/src/local/underlyings.ts';
import { depositCash, openAccounts } from '../../../cli/src/seed/openAccounts.ts';
import type { Person } from '../../../cli/src/seed/traders.ts';
import type { BasketChoice } from '../../src/decide/candidate.ts';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import { FIRST_PRICE, openStage, startHardhat } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';
import { SOL } from '../helpers/world.ts';

const WAD = 10n ** 18n;
const USDC_PER_WAD = 10n ** 12n;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

describe('baskets on a real chain', function () {
  this.timeout(120_000);
  let node: TestNode;
  let stage: Stage;
  /** Short of ETH and a little BTC; the same, deeper, with SOL between. */
  let [mild, deep, hedged]: Person[] = [];
  let snapshot: unknown;

  before(async () => {
    node = await startHardhat();
    stage = await openStage(node.url, { traders: 3 });
    [mild, deep, hedged] = stage.traders;
    await depositCash(stage.chain, stage.stack, personOf(deep), 3_000n * WAD);
    await stage.trade(personOf(mild), { kind: 'perp', underlying: BTC }, '0.1', '100000');
    await stage.trade(personOf(deep), { kind: 'perp', underlying: BTC }, '0.02', '100000');
    await stage.trade(personOf(deep), { kind: 'perp', underlying: SOL }, '100', '200');
  });
  after(() => node.stop());
  beforeEach(async () => {
    snapshot = await stage.chain.request('evm_snapshot', []);
  });
  afterEach(async () => {
    expect(await stage.chain.request('evm_revert', [snapshot])).to.equal(true);
    await stage.recount();
  });

  it('of most margin are the legs that free most, the last in part; no others are touched', async () => {
    await makeUnhealthy();
    const before = [await shortsOf(mild), await shortsOf(deep)];
    await liquidate('most-margin');
    const [first, second] = [await shortsOf(mild), await shortsOf(deep)];
    // a part of the largest leg was enough
    expect(first).to.deep.equal({ ...before[0], eth: first.eth });
    expect(first.eth > 0n && first.eth < 10n * WAD).to.equal(true);
    // all of the largest, and a part of the next
    expect(second).to.deep.equal({ ...before[1], eth: 0n, sol: second.sol });
    expect(second.sol > 0n && second.sol < 100n * WAD).to.equal(true);
    expect(await shortsOf(stage.keepers[0])).to.deep.equal({
      eth: 20n * WAD - first.eth,
      btc: 0n,
      sol: 100n * WAD - second.sol,
    });
    await expectRestored(mild, deep);
  });

  it('pro rata are the same share of every leg', async () => {
    await makeUnhealthy();
    const before = [await shortsOf(mild), await shortsOf(deep)];
    await liquidate('pro-rata');
    for (const [i, person] of [mild, deep].entries()) {
      const [had, has] = [before[i], await shortsOf(person)];
      if (had === undefined) throw new Error('nobody');
      const left = (has.eth * WAD) / had.eth;
      expect(left > 0n && left < WAD).to.equal(true);
      expect(Number(has.btc - (had.btc * left) / WAD)).to.be.within(-1, 2);
      expect(Number(has.sol - (had.sol * left) / WAD)).to.be.within(-100, 200);
    }
    await expectRestored(mild, deep);
  });

  it('of most margin are pro rata where one side of a hedge alone would make it worse', async () => {
    await hedge();
    const before = await holdingsOf(hedged);
    // what it is worth stays as it is, what it must hold grows with the price
    await stage.setPrice(3 * FIRST_PRICE);
    expect(await stage.unhealthy()).to.deep.equal([personOf(hedged).account]);
    await liquidate('most-margin');
    const after = await holdingsOf(hedged);
    const left = (after.short * WAD) / before.short;
    expect(left > 0n && left < WAD).to.equal(true);
    expect(Number(after.spot - (before.spot * left) / WAD)).to.be.within(-20, 20);
    await expectRestored(hedged);
  });

  // ---------------------------------------------------------------- acting

  async function makeUnhealthy(): Promise<void> {
    await stage.run(stage.stack.solFeed, feedAbi, 'setAnswer', [250n * 10n ** 8n]);
    await stage.setPrice(4_500);
    const accounts = [mild, deep].map((person) => personOf(person).account);
    expect(await stage.unhealthy()).to.have.members(accounts);
  }

  /** Runs a keeper until nobody is left for it; one liquidation of each must do. */
  async function liquidate(basket: BasketChoice): Promise<void> {
    const due = await stage.unhealthy();
    const { number: from } = await stage.chain.latest();
    const keeper = await runTestKeeper({
      rpcUrl: node.url,
      privateKey: stage.keepers[0]?.privateKey,
      addresses: stage.addresses,
      planMode: 'protocol',
      flagUnhealthy: false,
      basket,
    });
    try {
      for (let i = 0; i < 4; ++i) await keeper.ticked((await stage.chain.mine()).number);
      expect(await stage.unhealthy()).to.deep.equal([]);
      const liquidations = await stage.chain.client.getContractEvents({
        address: stage.stack.liquidator,
        abi: liquidatorAbi,
        eventName: 'Liquidated',
        fromBlock: from + 1n,
        strict: true,
      });
      expect(liquidations.map(({ args }) => args.account)).to.have.members(due);
    } finally {
      await keeper.stop();
    }
  }

  /** Ether against the short of as much, and the cash withdrawn but for the margin; the others get enough to stand by. */
  async function hedge(): Promise<void> {
    const { chain, stack } = stage;
    const person = personOf(hedged);
    for (const other of [mild, deep]) await depositCash(chain, stack, personOf(other), 150_000n * WAD);
    const markets = UNDERLYINGS.map((underlying) => ({ ...underlying, price: FIRST_PRICE }));
    const plan = { cash: 0n, spot: { ETH: 10n * WAD }, perps: {}, withdraw: 0n, profileId: 0 };
    await openAccounts(chain, stack, [person], [{ ...plan, style: 'long' }], markets);
    const { equity, initialMargin } = await marginOf(person.account);
    const free = (equity - (initialMargin * 102n) / 100n) / USDC_PER_WAD;
    const args = [person.account, CASH_ASSET_ID, free, person.key.address] as const;
    const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'withdraw', args });
    const call = { from: person.key, to: stack.clearinghouse, data, gas: 900_000n, label: 'withdraw' };
    await chain.execute([call]);
  }

  // ---------------------------------------------------------------- reading

  async function marginOf(account: AccountId) {
    const [entry] = await assessMany(stage.chain.client, stage.addresses, { accounts: [account] });
    if (entry?.ok !== true) throw new Error('not assessable');
    return entry.margin;
  }

  /** Above the maintenance margin, and at most at 1.2 times it, by little: no more was taken than is needed. */
  async function expectRestored(...people: readonly (Person | undefined)[]): Promise<void> {
    for (const person of people) {
      const { equity, maintenanceMargin } = await marginOf(personOf(person).account);
      expect(Number(equity) / Number(maintenanceMargin)).to.be.within(1.18, 1.2001);
    }
  }

  async function shortsOf(person: Person | undefined): Promise<{ eth: bigint; btc: bigint; sol: bigint }> {
    const { legs } = await portfolioOf(person);
    const short = (underlying: number): bigint =>
      legs.reduce((sum, leg) => (leg.underlying === underlying ? sum - leg.size : sum), 0n);
    return { eth: short(ETH), btc: short(BTC), sol: short(SOL) };
  }

  async function holdingsOf(person: Person | undefined): Promise<{ short: bigint; spot: bigint }> {
    const { balances } = await portfolioOf(person);
    const { eth } = await shortsOf(person);
    return { short: eth, spot: balances.reduce((sum, { amount }) => sum + amount, 0n) };
  }

  async function portfolioOf(person: Person | undefined) {
    const { account } = personOf(person);
    const { portfolio, balances } = await getPortfolio(stage.chain.client, stage.addresses, { account });
    return { legs: portfolio.legs, balances };
  }
});

function personOf(person: Person | undefined): Person {
  if (person === undefined) throw new Error('nobody');
  return person;
}
