import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { network } from 'hardhat';
import { parseWad, PRESETS } from '@novate/sdk';
import { explainAccount } from '../../cli/src/account/explainAccount.ts';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import { formatAddresses } from '../../cli/src/local/formatAddresses.ts';
import { runMargin, UsageError } from '../../cli/src/margin/index.ts';
import { runMarginOnchain } from '../../cli/src/onchain/runMarginOnchain.ts';
import { seedMarket } from '../../cli/src/seed/seedMarket.ts';
import type { SeededMarket } from '../../cli/src/seed/seedMarket.ts';

const MARKETS = [
  { symbol: 'BTC', id: 1, assetId: 2, price: 100_000 },
  { symbol: 'ETH', id: 2, assetId: 1, price: 4_000 },
];

describe('novate margin --onchain', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'onchain-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  async function both(portfolio: unknown, market: unknown): Promise<[string, string]> {
    const paths = { portfolioPath: write('P.json', portfolio), marketPath: write('M.json', market) };
    const printed: string[] = [];
    const options = { ...paths, json: true, print: (text: string) => void printed.push(text) };
    runMargin(options);
    await runMarginOnchain(options);
    return [printed[0] ?? '', printed[1] ?? ''];
  }

  const UNDERLYINGS = {
    ETH: { index: '3000', perpMark: '3001.5' },
    BTC: { index: '61234.56', perpMark: '60000' },
  };

  it('prints the same object as the twin', async () => {
    const portfolio = {
      cash: '-1234.56',
      spot: { ETH: '7.123456789' },
      perps: { ETH: { size: '-2', cost: '6000' }, BTC: { size: '0.123', cost: '-7000' } },
    };
    for (const profile of [
      'portfolio',
      'standard',
      { base: 'portfolio', rho: '0.25', scanRange: { ETH: '0.2' } },
    ]) {
      const [twin, chain] = await both(portfolio, {
        timestamp: 1770267600,
        profile,
        underlyings: UNDERLYINGS,
      });
      expect(JSON.parse(chain)).to.deep.equal(JSON.parse(twin));
    }
  });

  it('prints the same object for futures and options, whatever the preset', async () => {
    const svi = { a: '0.012', b: '0.05', rho: '-0.2', m: '0.0', sigma: '0.1' };
    const ETH = { ...UNDERLYINGS.ETH, expiries: { '1772784000': { forward: '3010', svi } } };
    const dated = { underlying: 'ETH', expiry: 1772784000 };
    const portfolio = {
      cash: '10000',
      spot: { ETH: '2' },
      perps: { ETH: { size: '-2', cost: '6000' } },
      futures: [{ ...dated, size: '1', cost: '-3005' }],
      options: [
        { ...dated, strike: '3200', type: 'call', size: '-1' },
        { ...dated, strike: '2800', type: 'put', size: '-3.25' },
        { ...dated, strike: '2800', type: 'call', size: '0.5' },
      ],
    };
    for (const profile of Object.keys(PRESETS)) {
      const [twin, chain] = await both(portfolio, { timestamp: 1770267600, profile, underlyings: { ETH } });
      expect(JSON.parse(chain)).to.deep.equal(JSON.parse(twin));
    }
  });

  it('refuses an expiry that the market lacks, as the twin does', async () => {
    const future = { underlying: 'ETH', expiry: 1772784000, size: '1', cost: '-3005' };
    const portfolioPath = write('F.json', { cash: '1', spot: {}, perps: {}, futures: [future], options: [] });
    const marketPath = write('M.json', {
      timestamp: 1770267600,
      profile: 'portfolio',
      underlyings: UNDERLYINGS,
    });
    const error: unknown = await runMarginOnchain({ portfolioPath, marketPath, json: true }).catch(
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(UsageError);
  });
});

describe('novate account explain', () => {
  let chain: LocalChain;
  let seeded: SeededMarket;
  let folder: string;
  let addressesPath: string;
  let close: () => Promise<void>;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    close = () => server.close();
    const { port } = await server.listen();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    const stack = await deployLocal(chain, {});
    await chain.request('evm_setAutomine', [false]);
    seeded = await seedMarket(chain, stack, 16, MARKETS, 1);
    folder = mkdtempSync(join(tmpdir(), 'explain-'));
    addressesPath = join(folder, 'deployed_addresses.json');
    writeFileSync(addressesPath, formatAddresses(stack));
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await close();
  });

  const explain = (account: string, json: boolean) =>
    explainAccount({ account, rpcUrl: chain.url, addressesPath, json });

  it('gives an object whose parts add up to its equity', async () => {
    for (const { key } of seeded.traders) {
      const found: unknown = JSON.parse(await explain(key.address, true));
      expect(found).to.include({ owner: key.address, subAccount: '0', state: 'healthy', priceStatus: 'ok' });
      expect(found).to.have.nested.property('breakdown.risk');
      expect(found).to.have.property('holdings').that.is.an('array');
      const { equity, holdings } = found as { equity: string; holdings: { value: string }[] };
      const sum = holdings.reduce((total, { value }) => total + parseWad(value), 0n);
      // each holding rounds down
      expect(sum - parseWad(equity) <= BigInt(holdings.length) && parseWad(equity) - sum <= 1n).to.equal(
        true,
      );
    }
  });

  it('says in words what was worst and why', async () => {
    const borrower = seeded.traders[6];
    if (borrower === undefined) throw new Error('no trader');
    const text = await explain(borrower.key.address, false);
    expect(text).to.include(`Account ${borrower.key.address}/0 at block`);
    expect(text).to.match(/It is healthy: its equity covers the initial margin\./);
    expect(text).to.match(/Worst of 16 scenarios: number \d+, /);
    expect(text).to.match(/costs it most/);
    expect(text).to.match(/Maintenance margin: 80% of it/);
  });

  it('knows accounts that hold nothing', async () => {
    const text = await explain('0x00000000000000000000000000000000000000dd', false);
    expect(text).to.include('Cash alone needs no margin.');
  });

  it('says where no node answers', async () => {
    const nowhere = { account: '1', rpcUrl: 'http://127.0.0.1:1', addressesPath, json: true };
    const error: unknown = await explainAccount(nowhere).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include('http://127.0.0.1:1: no node answers there');
  });

  it('refuses a file of addresses that is none', async () => {
    const error: unknown = await explainAccount({
      account: '1',
      rpcUrl: chain.url,
      addressesPath: join(folder, 'none.json'),
      json: true,
    }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(UsageError);
  });
});
