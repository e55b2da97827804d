// `novate deploy` rehearsed on an Anvil that says it is Arbitrum Sepolia.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createPublicClient, createWalletClient, encodeDeployData, http, isHex } from 'viem';
import type { Abi, Address, PublicClient } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { arbitrumSepolia } from 'viem/chains';
import { startAnvil } from '../../cli/src/local/anvil.ts';
import type { AnvilNode } from '../../cli/src/local/anvil.ts';
import { createArtifactResolver } from '../../cli/src/local/artifacts.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHAIN_ID = 421_614;
const SIGNER: Address = '0x00000000000000000000000000000000000000A1';
const GUARDIAN: Address = '0x00000000000000000000000000000000000000A2';
const GOVERNOR: Address = '0x00000000000000000000000000000000000000A3';
/** The first account of every Anvil. */
const DEPLOYER = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Deployed {
  readonly ok: boolean;
  readonly chainId: number;
  readonly gasUsed: string;
  readonly contracts: Record<string, Address>;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[];
}

describe('novate deploy', function () {
  this.timeout(300_000);
  const id = `local-rehearsal-${process.pid}`;
  let anvil: AnvilNode;
  let url: string;
  let folder: string;
  let client: PublicClient;
  let tokens: Record<string, Address>;

  before(async () => {
    anvil = await startAnvil(['--chain-id', String(CHAIN_ID)]);
    ({ url } = anvil);
    folder = await mkdtemp(join(tmpdir(), 'novate-deploy-'));
    client = createPublicClient({
      chain: arbitrumSepolia,
      transport: http(url),
      pollingInterval: 50,
      cacheTime: 0,
    });
    tokens = {
      usdc: await deployMock('MockERC20', ['USD Coin', 'USDC', 6]),
      weth: await deployMock('MockERC20', ['Wrapped Ether', 'WETH', 18]),
      wbtc: await deployMock('MockERC20', ['Wrapped Bitcoin', 'WBTC', 8]),
      btcFeed: await deployMock('MockAggregator', ['BTC / USD', 8, 100_000n * 10n ** 8n]),
      ethFeed: await deployMock('MockAggregator', ['ETH / USD', 8, 4_000n * 10n ** 8n]),
    };
  });

  after(async () => {
    await anvil.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(join(ROOT, 'deploy', 'deployments', id), { recursive: true, force: true });
  });

  async function deployMock(name: string, args: readonly unknown[]): Promise<Address> {
    const { abi, bytecode } = await (await createArtifactResolver()).loadArtifact(name);
    if (!isHex(bytecode)) throw new Error(`${name} has no bytecode`);
    const data = encodeDeployData({ abi: abi as Abi, bytecode, args });
    const wallet = createWalletClient({ account: DEPLOYER, chain: arbitrumSepolia, transport: http(url) });
    const hash = await wallet.sendTransaction({ data });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    if (contractAddress === null || contractAddress === undefined)
      throw new Error(`${name} was not deployed`);
    return contractAddress;
  }

  async function parametersFile(name: string, changes: Record<string, unknown> = {}): Promise<string> {
    const parameters = {
      ...tokens,
      feeAccount: `${DEPLOYER.address}${'0'.repeat(24)}`,
      surfaceSigners: [SIGNER],
      surfaceThreshold: 1,
      guardian: GUARDIAN,
      governor: GOVERNOR,
      adminDelaySec: 86_400,
      btcDeviationBps: 10,
      ethDeviationBps: 10,
      ...changes,
    };
    const path = join(folder, `${name}.json5`);
    await writeFile(path, JSON.stringify({ Novate: parameters }));
    return path;
  }

  function deploy(network: string, parameters: string, ...more: readonly string[]): Promise<Run> {
    const args = [
      'deploy',
      '--network',
      network,
      '--rpc',
      url,
      '--parameters',
      parameters,
      '--json',
      ...more,
    ];
    const child = spawn(process.execPath, [join(ROOT, 'cli/bin/novate.mjs'), ...args], {
      env: {
        ...process.env,
        DEPLOYER_PRIVATE_KEY: `0x${'11'.repeat(32)}`,
        ARBITRUM_SEPOLIA_RPC_URL: url,
        NO_COLOR: '1',
      },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  }

  it('refuses bad parameters before anything is sent, in one line that says what to write', async () => {
    const block = await client.getBlockNumber();
    const { code, err } = await deploy('arbitrumSepolia', await parametersFile('bad', { wehtCap: '1n' }));
    expect(err).to.match(/unknown parameter "wehtCap"; did you mean "wethCap"\?/);
    expect(code, err).to.equal(2);
    expect(await client.getBlockNumber()).to.equal(block);
  });

  it('refuses another chain than the one named, and addresses without code', async () => {
    const good = await parametersFile('good');
    const wrong = await deploy('baseSepolia', good);
    expect(wrong.err).to.match(/baseSepolia is chain 84532, but the node is on chain 421614/);
    expect(wrong.code).to.equal(2);
    const noCode = await deploy('localhost', await parametersFile('nocode', { ethFeed: SIGNER }));
    expect(noCode.err).to.match(/there is no contract at .*correct ethFeed/);
    expect(noCode.code).to.equal(2);
  });

  it('plays it on a copy of the chain, sending nothing', async () => {
    const block = await client.getBlockNumber();
    const { code, out, err } = await deploy('arbitrumSepolia', await parametersFile('good'), '--dry-run');
    expect(code, err).to.equal(0);
    const result = JSON.parse(out) as Deployed;
    expect(result.ok).to.equal(true);
    expect(Number(result.gasUsed)).to.be.greaterThan(20_000_000);
    expect(await client.getBlockNumber()).to.equal(block);
  });

  it('deploys, checks what came of it, and does nothing the second time', async () => {
    // the vault's market as a parameter file gives it
    const good = await parametersFile('vault', {
      ethVault: {
        enabled: true,
        baseSpreadBps: 60,
        skewSpreadBps: 100,
        maxSpreadBps: 500,
        volMultiplierBps: 5_000,
        maxPriceAgeSec: 3_900,
        positionCap: '7000000000000000000n',
      },
    });
    const { code, out, err } = await deploy('localhost', good, '--deployment-id', id);
    expect(code, err).to.equal(0);
    const result = JSON.parse(out) as Deployed;
    expect(result.chainId).to.equal(CHAIN_ID);
    expect(result.checks.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(result.checks.map(({ name }) => name)).to.include.members([
      'delay of the deployer',
      'delay of the governor',
      'guardian',
      'liquidity vault',
      "vault's matcher",
      "vault's guardian",
      'vault in btc',
      'vault in eth',
      'price of btc',
      'price of eth',
    ]);
    expect(result.checks.find(({ name }) => name === 'vault in eth')?.message).to.include('up to 7, 60 bps');
    const block = await client.getBlockNumber();
    const again = await deploy('localhost', good, '--deployment-id', id);
    expect(again.code, again.err).to.equal(0);
    expect((JSON.parse(again.out) as Deployed).contracts).to.deep.equal(result.contracts);
    expect(await client.getBlockNumber()).to.equal(block);
  });
});
