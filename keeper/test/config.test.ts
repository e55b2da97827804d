import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError, helpText, loadConfig, redactConfig } from '../src/config/index.ts';
import type { KeeperConfig } from '../src/config/index.ts';

const KEY = `0x${'ab'.repeat(32)}`;
const at = (digit: string): string => `0x${digit.repeat(40)}`;
const addresses = {
  clearinghouse: at('1'),
  liquidator: at('2'),
  orderMatcher: at('3'),
  riskEngine: at('4'),
  priceRouter: at('5'),
  marginLens: at('6'),
};
const base = { rpcUrl: 'http://127.0.0.1:8545', addresses, privateKey: KEY };

describe('configuration', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'novate-config-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function load(
    file: object,
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<KeeperConfig> {
    const path = join(folder, 'keeper.json');
    await writeFile(path, JSON.stringify(file));
    return (await loadConfig({ args: ['--config', path, ...args], env })).config;
  }

  async function refusal(...args: Parameters<typeof load>): Promise<string> {
    try {
      await load(...args);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return 'accepted';
  }

  it('needs little: endpoint, addresses, key', async () => {
    const config = await load(base);
    expect(config).to.include({ dryRun: false, metricsPort: 0, fromBlock: 0n, pollIntervalMs: 50 });
    expect(config.maxFeePerGasGwei).to.equal(200n * 10n ** 9n);
    expect((await load({ ...base, rpcUrl: 'https://rpc.example/' })).pollIntervalMs).to.equal(1_000);
  });

  it('takes a flag over the environment, and that over the file', async () => {
    const file = { ...base, pollIntervalMs: 11, maxAccountsPerTick: 11, minProfitUsd: 1.5 };
    const env = { NOVATE_KEEPER_POLL_INTERVAL_MS: '22', NOVATE_KEEPER_MAX_ACCOUNTS_PER_TICK: '22' };
    const config = await load(file, ['--poll-interval-ms', '33', '--dry-run', '--min-profit-usd=-2.5'], env);
    expect(config).to.include({ pollIntervalMs: 33, maxAccountsPerTick: 22, dryRun: true });
    expect(config.minProfitUsd).to.equal(-25n * 10n ** 17n);
    expect((await load(base, [], { NOVATE_KEEPER_DRY_RUN: 'true' })).dryRun).to.equal(true);
    expect((await load(base, [], { NOVATE_KEEPER_DRY_RUN: 'false' })).dryRun).to.equal(false);
  });

  it('reads the key from a file, and the addresses of a deployment', async () => {
    const [keyFile, deployed] = [join(folder, 'key'), join(folder, 'deployed_addresses.json')];
    await writeFile(keyFile, `${KEY}\n`);
    const entries = Object.entries(addresses).map(([name, address]) => [
      `Novate#${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      address,
    ]);
    await writeFile(deployed, JSON.stringify(Object.fromEntries(entries)));
    const config = await load({ rpcUrl: base.rpcUrl }, [
      '--addresses',
      deployed,
      '--private-key-file',
      keyFile,
    ]);
    expect(config.privateKey).to.equal(KEY);
    expect(config.addresses.liquidator).to.equal(at('2'));
  });

  it('takes lists from the environment, and refuses a quorum that cannot be', async () => {
    const keyFile = join(folder, 'second-key');
    await writeFile(keyFile, `0x${'cd'.repeat(32)}`);
    const config = await load(base, ['--wallet-key-files', keyFile, '--rpc-quorum', '2'], {
      NOVATE_KEEPER_RPC_FALLBACK_URLS: 'https://a.example/KEY, https://b.example',
      NOVATE_KEEPER_DATABASE_URL: 'postgres://keeper:PASSWORD@db/keeper',
    });
    expect(config.rpcFallbackUrls).to.deep.equal(['https://a.example/KEY', 'https://b.example']);
    expect(config.walletKeys).to.deep.equal([`0x${'cd'.repeat(32)}`]);
    const shown = Object.values(redactConfig(config)).map(String).join();
    expect(shown).to.not.match(/KEY|PASSWORD|cdcd/);
    expect(await refusal({ ...base, rpcQuorum: 2 })).to.contain('fewer endpoints');
    expect(await refusal(base, ['--database-url', 'postgres://x'])).to.contain('unknown flag');
  });

  it('answers a misspelt name by one line with the right one', async () => {
    expect(await refusal({ ...base, maxAcountsPerTick: 3 })).to.equal(
      'unknown setting maxAcountsPerTick; did you mean maxAccountsPerTick?',
    );
    expect(await refusal(base, ['--metric-port', '1'])).to.equal(
      'unknown flag --metric-port; did you mean --metrics-port?',
    );
    expect(await refusal(base, [], { NOVATE_KEEPER_RCP_URL: 'x' })).to.equal(
      'unknown environment variable NOVATE_KEEPER_RCP_URL; did you mean NOVATE_KEEPER_RPC_URL?',
    );
    expect(await refusal(base, ['run'])).to.contain('"run" is not a flag');
  });

  it('says what is missing or wrong by one line', async () => {
    expect(await refusal({ ...base, rpcUrl: undefined })).to.contain(
      'setting rpcUrl is missing; give it by --rpc-url',
    );
    expect(await refusal({ ...base, rpcUrl: 'ws://x' })).to.contain('rpcUrl is wrong: must be an http');
    expect(await refusal({ ...base, pollIntervalMs: 1 })).to.contain('pollIntervalMs is wrong');
    expect(await refusal({ ...base, pollIntervalMs: 'soon' })).to.contain('whole number');
    expect(await refusal({ ...base, fromBlock: 'x' })).to.contain('block number');
    expect(await refusal({ ...base, privateKey: undefined })).to.contain('no key');
    expect(await refusal({ ...base, privateKeyFile: '/nowhere' })).to.contain('keep one');
    expect(await refusal({ ...base, addresses: '/nowhere.json' })).to.contain('deploy first');
    expect(await refusal(base, ['--rpc-url'])).to.contain('--rpc-url needs a value');
    for (const message of [
      await refusal({ ...base, addresses: {} }),
      await refusal({ ...base, minProfitUsd: 'x' }),
    ]) {
      expect(message).to.not.contain('\n');
    }
  });

  it('never shows a key: not in errors, not as a flag, not in what is logged', async () => {
    const typo = `${KEY}00`;
    expect(await refusal({ ...base, privateKey: typo }))
      .to.contain('privateKey is wrong')
      .and.not.contain('abab');
    expect(await refusal(base, ['--private-key', KEY]))
      .to.contain('unknown flag')
      .and.not.contain('abab');
    const shown = JSON.stringify(
      redactConfig(await load({ ...base, rpcUrl: 'https://rpc.example/v3/SECRET' })),
      (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    );
    expect(shown).to.not.contain('abab').and.not.contain('SECRET');
    expect(helpText()).to.contain('--rpc-url').and.not.contain('--private-key ');
  });
});
