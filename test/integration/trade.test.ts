import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { network } from 'hardhat';
import { hashOrder, hashTriggerOrder, orderFromJson, orderMatcherAbi } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { formatAddresses } from '../../cli/src/local/formatAddresses.ts';
import { runCli } from '../../cli/src/runCli.ts';
import { fundVault, giveEther } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';

const WAD = 10n ** 18n;
const E8 = 10n ** 8n;
const NOVATE = join(import.meta.dirname, '../../cli/bin/novate.mjs');
const ALICE = '1';
const BOB = '2';
const KEEPER = '3';
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Runs a command here, with what it prints caught. */
async function withOutput(run: () => Promise<number>): Promise<Ended> {
  const caught = { out: '', err: '' };
  const stdout = process.stdout.write.bind(process.stdout);
  const stderr = process.stderr.write.bind(process.stderr);
  process.stdout.write = (text: string | Uint8Array): boolean => {
    caught.out += String(text);
    return true;
  };
  process.stderr.write = (text: string | Uint8Array): boolean => {
    caught.err += String(text);
    return true;
  };
  try {
    const code = await run();
    return { code, ...caught };
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
  }
}

describe('novate trade', function () {
  this.timeout(120_000);
  let chain: LocalChain;
  let stack: StackAddresses;
  let folder: string;
  let close: () => Promise<void>;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    close = () => server.close();
    const { port } = await server.listen();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, {});
    folder = await mkdtemp(join(tmpdir(), 'novate-trade-'));
    await writeFile(join(folder, 'addresses.json'), formatAddresses(stack));
    const provider = createPerson('provider');
    await giveEther(chain, [provider]);
    await fundVault(chain, stack, provider, 5_000_000n * WAD);
  });

  after(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });

  const argumentsOf = (key: string | undefined, args: readonly string[]): string[] => {
    const where = ['--rpc', chain.url, '--addresses', join(folder, 'addresses.json')];
    return ['trade', ...args, ...where, ...(key === undefined ? [] : ['--local-key', key])];
  };
  const novate = (key: string | undefined, ...args: readonly string[]): Promise<Ended> =>
    withOutput(() => runCli(argumentsOf(key, args)));
  /** In a process of its own, as people run it. */
  const spawned = (key: string, ...args: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(process.execPath, [NOVATE, ...argumentsOf(key, args)], (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
    });
  const json = async (key: string, ...args: readonly string[]): Promise<Json> => {
    const { code, out, err } = await novate(key, ...args, '--json');
    expect(code, err).to.equal(0);
    return JSON.parse(out) as Json;
  };
  const setEth = (usd: bigint): Promise<void> =>
    chain.execute([
      {
        from: chain.deployer,
        to: stack.ethFeed,
        data: encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [usd * E8] }),
        gas: 200_000n,
        label: 'price',
      },
    ]);
  const bookOf = async () => {
    const entries: unknown = JSON.parse(await readFile(join(folder, 'orders.json'), 'utf8'));
    expect(entries).to.be.an('array');
    return (entries as unknown[]).map(orderFromJson);
  };

  it('deposits', async () => {
    const { code, out, err } = await spawned(ALICE, 'deposit', '--amount', '20000.5', '--mint');
    expect(err).to.equal('');
    expect(code).to.equal(0);
    expect(out).to.equal('deposited 20000.5; the account has 20000.5 USD of cash\n');
    expect(await json(BOB, 'deposit', '--amount', '20000', '--mint')).to.include({ cash: '20000' });
    expect(await json(KEEPER, 'deposit', '--amount', '100', '--mint')).to.include({ deposited: '100' });
  });

  it('trades with the vault at its quote', async () => {
    const outcome = await json(ALICE, 'market', 'ETH', '--size', '2');
    expect(outcome).to.include({ unfilled: '0', position: '2' });
    const [fill] = outcome.fills as Json[];
    // 4000 and the base spread of 0.1%, and a skew of 1% * 2 / 1200 / 2
    expect(fill).to.include({ size: '2', with: 'vault', instrument: 'ETH-PERP' });
    const [price, fee] = [Number(fill?.price), Number(fill?.fee)];
    expect(price.toFixed(6)).to.equal((4_000 * (1 + 0.001 + 0.01 / 1_200)).toFixed(6));
    expect(fee.toFixed(6)).to.equal((price * 2 * 0.0005).toFixed(6));
  });

  it('rests limit orders, which market orders take where they beat the vault', async () => {
    const resting = await json(BOB, 'limit', 'ETH', '--size', '-1', '--price', '4002');
    expect(resting).to.include({ resting: '1' });
    expect(await bookOf()).to.have.length(1);
    const outcome = await json(ALICE, 'market', 'ETH', '--size', '1.5');
    expect(outcome).to.include({ unfilled: '0', position: '3.5' });
    const fills = outcome.fills as Json[];
    expect(fills.map(({ size }) => size)).to.deep.equal(['1', '0.5']);
    expect(fills[0]).to.include({ price: '4002' });
    expect(fills[1]).to.include({ with: 'vault' });
    expect(await bookOf()).to.have.length(0);
  });

  it('fills a limit order from the vault where its quote is within the limit', async () => {
    const outcome = await json(BOB, 'limit', 'ETH', '--size', '1', '--price', '4100');
    expect(outcome).to.include({ resting: '0' });
    expect((outcome.fills as Json[])[0]).to.include({ size: '1', with: 'vault' });
  });

  it('refuses a post-only order that would take', async () => {
    await json(BOB, 'limit', 'ETH', '--size', '-1', '--price', '4050', '--post-only');
    const { code, err } = await novate(
      ALICE,
      ...['limit', 'ETH', '--size', '1', '--price', '4060', '--post-only'],
    );
    expect(code).to.equal(1);
    expect(err).to.equal(
      'novate: the order is post-only and would take from the book; choose another price\n',
    );
    expect(await json(BOB, 'cancel', '--all')).to.include({ cancelled: 1 });
  });

  it('hashes orders as the contract does', async () => {
    await json(BOB, 'limit', 'ETH', '--size', '-1', '--price', '4050');
    const price = ['--size', '-1', '--price', '3500', '--below', '3700', '--tip', '3'];
    await json(BOB, 'trigger', 'ETH', ...price);
    const domain = { chainId: 31_337, orderMatcher: stack.orderMatcher };
    for (const signed of await bookOf()) {
      const isTrigger = 'triggerOrder' in signed;
      const onChain = isTrigger
        ? await chain.client.readContract({
            abi: orderMatcherAbi,
            address: stack.orderMatcher,
            functionName: 'triggerOrderHash',
            args: [signed.triggerOrder],
          })
        : await chain.client.readContract({
            abi: orderMatcherAbi,
            address: stack.orderMatcher,
            functionName: 'orderHash',
            args: [signed.order],
          });
      const here = isTrigger
        ? hashTriggerOrder(signed.triggerOrder, domain)
        : hashOrder(signed.order, domain);
      expect(here).to.equal(onChain);
    }
    await json(BOB, 'cancel', '--all');
    expect(await bookOf()).to.have.length(0);
  });

  it('executes a stop-loss for its tip once the index is there, and with it the take-profit is off', async () => {
    const size = ['--size', '-3.5', '--reduce-only', '--nonce', '7', '--tip', '4'];
    await json(ALICE, 'trigger', 'ETH', ...size, '--price', '3600', '--below', '3900');
    await json(ALICE, 'trigger', 'ETH', ...size, '--price', '4100', '--above', '4200');
    const held = await json(ALICE, 'positions');
    expect((held.orders as Json[]).map(({ trigger }) => trigger)).to.deep.equal([
      'index <= 3900',
      'index >= 4200',
    ]);
    expect(await json(KEEPER, 'execute')).to.deep.include({ executed: [], waiting: 2, refused: [] });
    await setEth(3_890n);
    const outcome = await json(KEEPER, 'execute');
    expect(outcome).to.include({ tips: '4', waiting: 1 });
    const [{ fills } = {}] = outcome.executed as Json[];
    expect((fills as Json[])[0]).to.include({ size: '-3.5', with: 'vault' });
    expect(await json(KEEPER, 'positions')).to.include({ cash: '104' });
    const after = await json(ALICE, 'positions');
    expect(after.positions).to.deep.equal([]);
    expect(after.orders).to.deep.equal([]);
  });

  it('closes what is held, and part of it', async () => {
    expect(await json(BOB, 'positions')).to.have.nested.property('positions.length', 0);
    await json(BOB, 'market', 'BTC', '--size', '-0.1');
    expect(await json(BOB, 'close', 'BTC', '--size', '0.04')).to.include({ position: '-0.06' });
    expect(await json(BOB, 'close', 'BTC')).to.include({ position: '0', unfilled: '0' });
    const { code, err } = await novate(BOB, 'close', 'BTC');
    expect(code).to.equal(1);
    expect(err).to.match(/holds no BTC perp/);
  });

  it('says what is wrong and what to do', async () => {
    const refused = async (pattern: RegExp, exit: number, ...args: readonly string[]): Promise<void> => {
      const { code, out, err } = await novate(ALICE, ...args);
      expect([code, out], err).to.deep.equal([exit, '']);
      expect(err).to.match(pattern);
    };
    await refused(/expected an underlying, one of BTC, ETH, SOL/, 2, 'market', 'DOGE', '--size', '1');
    await refused(/--size: expected a size such as 1.5 to buy/, 2, 'market', 'ETH', '--size', '0');
    await refused(/--from: expected best, vault or book/, 2, 'market', 'ETH', '--size', '1', '--from', 'x');
    await refused(/either --below or --above/, 2, 'trigger', 'ETH', '--size', '1', '--price', '4000');
    await refused(/there is no asset 9/, 2, 'deposit', '--amount', '1', '--asset', '9');
    await refused(/initial margin/, 1, 'market', 'BTC', '--size', '2');
    await refused(/more than its cap/, 1, 'market', 'ETH', '--size', '5000', '--from', 'vault');
    await refused(
      /tip .* more than 1% of the notional/,
      1,
      ...['trigger', 'ETH', '--size', '-1', '--price', '3000', '--below', '3500', '--tip', '40'],
    );
    const nobody = await novate(undefined, 'positions');
    expect(nobody.code).to.equal(2);
    expect(nobody.err).to.match(/set NOVATE_PRIVATE_KEY .* --local-key 1/);
    const unfilled = await novate(ALICE, 'market', 'ETH', '--size', '1', '--from', 'book');
    expect(unfilled.code).to.equal(1);
    expect(unfilled.out).to.match(/not filled: 1; nobody trades it/);
  });

  it('names a bad book and keeps it', async () => {
    const path = join(folder, 'bad.json');
    await writeFile(path, '[{"order": {}}]');
    const { code, err } = await novate(ALICE, 'positions', '--book', path);
    expect(code).to.equal(2);
    expect(err).to.match(/is no file of signed orders .*--book/);
    expect(await readFile(path, 'utf8')).to.equal('[{"order": {}}]');
  });
});
