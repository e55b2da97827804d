// One account with options, a future, a perp and collateral, on a real chain: what the twin and the command line say of it,
// verified by the contracts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { network } from 'hardhat';
import {
  assess,
  buildOrder,
  buildReport,
  encodeInstrumentId,
  ETH,
  getAccountMarket,
  getHealthAt,
  getHealthAtMany,
  liquidationMoves,
  liquidationPrices,
  novateAddressesSchema,
  NovateContractError,
  orderMatcherAbi,
  orderTypedData,
  parseWad,
  PRESETS,
  shockBracket,
  surfaceTypedData,
  volSurfaceAbi,
} from '@novate/sdk';
import type { HealthQuery, Instrument, Leg, MarginState, NovateAddresses, SignedOrder } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import type { Abi, Address } from 'viem';
import { hardhat } from 'viem/chains';
import { explainAccount } from '../../cli/src/account/explainAccount.ts';
import type { Explanation } from '../../cli/src/account/toExplanation.ts';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { formatAddresses } from '../../cli/src/local/formatAddresses.ts';
import { depositCash, giveEther } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';
import type { Person } from '../../cli/src/seed/traders.ts';

const WAD = 10n ** 18n;
const BTC = 1;
const DAY_SEC = 86_400;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);
const isLiquidatable = (state: MarginState): boolean => state === 'liquidatable' || state === 'insolvent';

describe('an account with options and futures', function () {
  this.timeout(120_000);
  const [writer, buyer] = [createPerson('writer'), createPerson('buyer')];
  let close: () => Promise<void>;
  let chain: LocalChain;
  let stack: StackAddresses;
  let addresses: NovateAddresses;
  let folder: string;
  let expirySec: bigint;
  let nonce = 0n;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    close = () => server.close();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, {});
    addresses = novateAddressesSchema.parse(stack);
    folder = mkdtempSync(join(tmpdir(), 'options-account-'));
    writeFileSync(join(folder, 'addresses.json'), formatAddresses(stack));
    await chain.request('evm_setAutomine', [false]);
    await giveEther(chain, [writer, buyer]);
    for (const person of [writer, buyer]) await depositCash(chain, stack, person, 40_000n * WAD);
    expirySec = BigInt(Math.ceil((await chain.latest()).timestamp / 3_600) * 3_600 + 21 * DAY_SEC);
    await run(stack.ethFeed, feedAbi, 'setAnswer', [4_000n * 10n ** 8n]);
    await postSurface(ETH);
    // a strangle with a future against it, perps of two underlyings
    await trade({ kind: 'call', underlying: ETH, expirySec, strike: 4_400n * WAD }, '20', '140');
    await trade({ kind: 'put', underlying: ETH, expirySec, strike: 3_500n * WAD }, '15', '80');
    await trade({ kind: 'call', underlying: ETH, expirySec, strike: 5_000n * WAD }, '-10', '40');
    await trade({ kind: 'future', underlying: ETH, expirySec }, '-2', '4010');
    await trade({ kind: 'perp', underlying: ETH }, '1.5', '4000');
    await trade({ kind: 'perp', underlying: BTC }, '0.05', '100000');
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await close();
  });

  async function run(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi, functionName, args });
    await chain.execute([{ from: chain.deployer, to, data, gas: 3_000_000n, label: functionName }]);
  }

  async function postSurface(underlying: number): Promise<void> {
    const { timestamp } = await chain.latest();
    const shape = { a: WAD / 100n, b: WAD / 50n, rho: -WAD / 5n, m: 0n, sigma: WAD / 5n, basis: WAD / 20n };
    const report = buildReport({ underlying, expirySec: Number(expirySec), ...shape, timestamp });
    const domain = { chainId: hardhat.id, volSurface: stack.volSurface };
    const signature = await chain.deployer.signTypedData(surfaceTypedData([report], domain));
    await run(stack.volSurface, volSurfaceAbi, 'post', [
      [report],
      [{ signer: chain.deployer.address, signature }],
    ]);
  }

  /** The writer sells to the buyer, or buys where the size is negative. */
  async function trade(instrument: Instrument, size: string, price: string): Promise<void> {
    const units = parseWad(size);
    const sign = async (person: Person, signed: bigint): Promise<SignedOrder> => {
      const order = buildOrder({
        account: person.account,
        instrument: encodeInstrumentId(instrument),
        size: signed,
        limitPrice: parseWad(price),
        nonce: nonce++,
        expirySec: Number(expirySec),
      });
      const domain = { chainId: hardhat.id, orderMatcher: stack.orderMatcher };
      const signature = await person.key.signTypedData(orderTypedData(order, domain));
      return { order, signer: person.key.address, signature };
    };
    const orders = [await sign(writer, -units), await sign(buyer, units)];
    await run(stack.orderMatcher, orderMatcherAbi, 'matchOrders', [...orders, units < 0n ? -units : units]);
  }

  const marketOf = (person: Person) => getAccountMarket(chain.client, addresses, { account: person.account });

  it('is to the twin what it is to the contracts', async () => {
    for (const person of [writer, buyer]) {
      const { holdings, report, market } = await marketOf(person);
      expect(holdings.portfolio.legs.map(({ kind }) => kind)).to.have.members([
        'call',
        'put',
        'call',
        'future',
        'perp',
        'perp',
      ]);
      const { status, ...said } = report;
      expect(status).to.equal('ok');
      expect(assess(holdings.portfolio, market, PRESETS.portfolio)).to.deep.equal(said);
    }
  });

  it('has liquidation prices that the contracts bracket: beyond each root, not before it', async () => {
    const { blockNumber, holdings, market } = await marketOf(writer);
    const { account } = writer;
    const roots: [number, bigint, bigint][] = [];
    for (const underlying of [ETH, BTC]) {
      const found = liquidationPrices(holdings.portfolio, market, PRESETS.portfolio, underlying);
      const index = market.underlyings.get(underlying)?.index ?? 0n;
      expect(found.liquidatable).to.equal(false);
      for (const root of [found.lower, found.upper]) {
        if (root !== undefined) roots.push([underlying, index, root]);
      }
    }
    // a strangle has two ends, a short perp one
    expect(roots.map(([underlying]) => underlying)).to.deep.equal([ETH, ETH, BTC]);
    for (const [underlying, index, root] of roots) {
      const { before, beyond } = shockBracket(index, root);
      const [not, yes] = await Promise.all(
        [before, beyond].map((shock) =>
          getHealthAt(chain.client, addresses, { account, underlying, shock, blockNumber }),
        ),
      );
      expect(isLiquidatable(yes?.state ?? 'healthy'), `${underlying} at ${root}`).to.equal(true);
      expect(isLiquidatable(not?.state ?? 'insolvent'), `${underlying} before ${root}`).to.equal(false);
    }
  });

  it('has such moves of all prices together', async () => {
    const { blockNumber, holdings, market } = await marketOf(writer);
    const { lower, upper } = liquidationMoves(holdings.portfolio, market, PRESETS.portfolio);
    if (lower === undefined || upper === undefined) throw new Error('a strangle has two ends');
    const shocks = [lower + 1n, lower, upper - 1n, upper];
    const queries = shocks.map((shock): HealthQuery => ({ account: writer.account, shock }));
    const answers = await getHealthAtMany(chain.client, addresses, { queries, blockNumber });
    const states = answers.map((answer) => answer.ok && isLiquidatable(answer.state));
    expect(states).to.deep.equal([false, true, false, true]);
  });

  it('answers each of many queries, and says what is wrong with one', async () => {
    const queries: readonly HealthQuery[] = [
      { account: buyer.account, underlying: ETH, shock: WAD / 10n },
      { account: writer.account, underlying: ETH, shock: -WAD },
      { account: writer.account, underlying: ETH, shock: WAD / 10n },
    ];
    const [first, bad, last] = await getHealthAtMany(chain.client, addresses, { queries });
    const alone = await getHealthAt(chain.client, addresses, {
      account: writer.account,
      underlying: ETH,
      shock: WAD / 10n,
    });
    expect(last).to.deep.equal({ ok: true, ...alone });
    expect(first?.ok).to.equal(true);
    if (bad === undefined || bad.ok) throw new Error('a fall to nothing is no shock');
    expect(bad.error?.errorName).to.equal('ShockOutOfBounds');
    const refused: unknown = await getHealthAt(chain.client, addresses, {
      account: writer.account,
      shock: 41n * WAD,
    }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(NovateContractError).with.property('errorName', 'ShockOutOfBounds');
  });

  describe('novate account explain', () => {
    const explain = (person: Person, json: boolean): Promise<string> =>
      explainAccount({
        account: person.key.address,
        rpcUrl: chain.url,
        addressesPath: join(folder, 'addresses.json'),
        json,
      });

    it('shows each leg in the worst scenario: together they are what it comes to', async () => {
      for (const person of [writer, buyer]) {
        const found = JSON.parse(await explain(person, true)) as Explanation;
        const { holdings, worstScenarioPnl, worstScenario, underlyings, equity } = found;
        expect(holdings.map(({ kind }) => kind)).to.include.members(['call', 'put', 'future', 'perp']);
        const sum = holdings.reduce((total, { inWorstScenario }) => total + parseWad(inWorstScenario), 0n);
        // SPEC-M3's roundings, part by part instead of once for each underlying
        const parts = BigInt(holdings.length + underlyings.length);
        const most = parts * BigInt(Math.ceil(3 + 2 * Math.abs(Number(worstScenario.shock))));
        const off = sum - parseWad(worstScenarioPnl);
        expect(off <= most && -off <= most, `${off} wei`).to.equal(true);
        for (const { kind, inWorstScenario } of holdings)
          expect(Number(inWorstScenario) !== 0, kind).to.equal(kind !== 'cash');
        const values = holdings.reduce((total, { value }) => total + parseWad(value), 0n) - parseWad(equity);
        expect(values <= parts && -values <= parts, `${values} wei of equity`).to.equal(true);
      }
    });

    it('shows Greeks of each leg, underlying and of all, as decimal strings', async () => {
      const found = JSON.parse(await explain(writer, true)) as Explanation;
      const names = ['delta', 'gamma', 'vega', 'theta'] as const;
      for (const name of names) {
        const ofLegs = found.holdings.map(({ greeks }) => greeks[name]);
        for (const text of ofLegs) expect(text).to.match(/^-?\d+(\.\d+)?$/);
        const ofUnderlyings = found.underlyings.map(({ greeks }) => greeks[name]);
        expectClose(total(ofLegs), total(ofUnderlyings));
      }
      const [eth] = found.underlyings.filter(({ name }) => name === 'ETH');
      expectClose(Number(eth?.greeks.delta), Number(eth?.netDelta));
      const calls = found.holdings.filter(({ kind, size }) => kind === 'call' && size.startsWith('-'));
      expect(calls.every(({ greeks }) => Number(greeks.gamma) < 0 && Number(greeks.theta) > 0)).to.equal(
        true,
      );
      const usd = found.underlyings.map(({ greeks, index }) => String(Number(greeks.delta) * Number(index)));
      expectClose(Number(found.greeksUsd.delta), total(usd));
    });

    it('prints it all for people', async () => {
      const text = await explain(writer, false);
      const date = new Date(Number(expirySec) * 1_000).toISOString().slice(0, 10);
      expect(text).to.match(new RegExp(`call ETH ${date} 4400 +-20 +[\\d.,]+ +-[\\d.,]+ +-[\\d.,]+`));
      expect(text).to.match(/^Greeks +delta \(units\)/m);
      expect(text).to.match(new RegExp(`^put ETH ${date} 3500 +\\d`, 'm'));
      expect(text).to.match(/^All together, in USD: delta -?\d/m);
    });
  });

  describe('after the expiry', () => {
    it('keeps its twin through an expiry, before and after it is settled', async () => {
      await chain.mine(Number(expirySec) + DAY_SEC + 60);
      await run(stack.ethFeed, feedAbi, 'setAnswer', [3_900n * 10n ** 8n]);
      await run(stack.btcFeed, feedAbi, 'setAnswer', [99_000n * 10n ** 8n]);
      const check = async (): Promise<readonly Leg[]> => {
        const { holdings, report, market } = await marketOf(writer);
        const got = assess(holdings.portfolio, market, PRESETS.portfolio);
        expect([got.equity, got.maintenanceMargin, got.initialMargin]).to.deep.equal([
          report.equity,
          report.maintenanceMargin,
          report.initialMargin,
        ]);
        return holdings.portfolio.legs;
      };
      await check();
      const settleLate = parseAbi(['function settleLate(uint16 underlying, uint40 expirySec)']);
      await run(stack.settlementTwap, settleLate, 'settleLate', [ETH, Number(expirySec)]);
      expect((await check()).length).to.equal(6);
    });
  });

  /** Hardhat's matchers take `closeTo` for integers only. */
  function expectClose(got: number, wanted: number): void {
    expect(Math.abs(got - wanted) < 1e-6 * Math.max(1, Math.abs(wanted)), `${got} for ${wanted}`).to.equal(
      true,
    );
  }

  function total(texts: readonly string[]): number {
    return texts.reduce((sum, text) => sum + Number(text), 0);
  }
});
