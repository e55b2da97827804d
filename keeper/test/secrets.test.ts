import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encryptKeystoreJsonSync, Wallet } from 'ethers';
import { ConfigError, loadConfig, redactConfig } from '../src/config/index.ts';
import type { KeeperConfig } from '../src/config/index.ts';
import { openKeystore } from '../src/config/keystore.ts';
import { createLogger } from '../src/report/logger.ts';
import { secretsOf } from '../src/report/secrets.ts';
import { createHeadClock } from '../src/watch/headClock.ts';
import { fakeChain } from './helpers/fakeChain.ts';

// the example of the Web3 Secret Storage definition, with its password "testpassword"
const PBKDF2 = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  version: 3,
};
const KEY = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
const OTHER = `0x${'cd'.repeat(32)}`;
const at = (digit: string): string => `0x${digit.repeat(40)}`;
const addresses = {
  clearinghouse: at('1'),
  liquidator: at('2'),
  orderMatcher: at('3'),
  riskEngine: at('4'),
  priceRouter: at('5'),
  marginLens: at('6'),
};

describe('secrets', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'novate-secrets-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function config(more: object = {}, env: Record<string, string> = {}): Promise<KeeperConfig> {
    const path = join(folder, 'keeper.json');
    await writeFile(path, JSON.stringify({ rpcUrl: 'http://127.0.0.1:8545', addresses, ...more }));
    return (await loadConfig({ args: ['--config', path], env })).config;
  }

  it('opens keystores of both kinds, and says what is wrong with others', async () => {
    // written by somebody else's code
    const { address } = new Wallet(KEY);
    const scrypt = encryptKeystoreJsonSync({ address, privateKey: KEY }, 'testpassword', {
      scrypt: { N: 4_096 },
    });
    for (const store of [JSON.stringify(PBKDF2), scrypt]) {
      expect(openKeystore(store, 'testpassword', 'k')).to.equal(KEY);
      expect(() => openKeystore(store, 'else', 'k')).to.throw(ConfigError, 'password');
      expect(() => openKeystore(store, undefined, 'k')).to.throw(ConfigError, 'KEY_PASSWORD');
    }
    const odd = JSON.parse(scrypt) as { Crypto: { kdfparams: { r: number } } };
    odd.Crypto.kdfparams.r = 1;
    odd.Crypto.kdfparams = { ...odd.Crypto.kdfparams, ...{ n: 2 ** 18 } };
    expect(() => openKeystore(JSON.stringify(odd), 'testpassword', 'k')).to.throw(ConfigError, 'parameters');
    expect(() => openKeystore('{"version":1}', 'x', 'k')).to.throw(ConfigError, 'no keystore');
    const [file, password] = [join(folder, 'store'), join(folder, 'password')];
    await writeFile(file, JSON.stringify(PBKDF2));
    await writeFile(password, 'testpassword\n');
    const keys = { privateKeyFile: file, walletKeyFiles: [file] };
    const loaded = await config(keys, { NOVATE_KEEPER_KEY_PASSWORD: 'testpassword' });
    expect([loaded.privateKey, ...loaded.walletKeys]).to.deep.equal([KEY, KEY]);
    expect((await config({ ...keys, keyPasswordFile: password })).privateKey).to.equal(KEY);
    expect(JSON.stringify(redactConfig(loaded), (_, v: unknown) => String(v))).to.not.contain('testpassword');
  });

  it('never get into the log, in whatever a library or a mistake puts them', async () => {
    const wallet = join(folder, 'wallet');
    await writeFile(wallet, OTHER);
    const loaded = await config({
      privateKey: KEY,
      walletKeyFiles: [wallet],
      rpcUrl: 'https://rpc.example/v2/abcdefgh12345678',
      wsUrl: 'wss://rpc.example/ws?apikey=zyxwvuts87654321',
      databaseUrl: 'postgres://keeper:hunter2hunter2@db.example/keeper',
      alertWebhooks: ['https://hooks.example/services/T000/B000/XXXXYYYYZZZZ'],
    });
    const lines: string[] = [];
    const log = createLogger('trace', {
      secrets: secretsOf(loaded),
      write: (line) => void lines.push(line),
    });
    log.info({ config: loaded.addresses, privateKey: loaded.privateKey }, 'starting');
    log.error({ error: new Error(`invalid key ${KEY}`) }, `signing with ${KEY.toUpperCase()} failed`);
    log.warn({ deep: { in: [{ a: OTHER.slice(2) }] } }, 'a wallet');
    log.warn(new Error(`request to ${loaded.rpcUrl} and ${loaded.wsUrl} failed`));
    log.warn({ url: loaded.databaseUrl, hooks: loaded.alertWebhooks });
    const all = lines.join('').toLowerCase();
    for (const secret of [
      KEY.slice(2),
      OTHER.slice(2),
      'abcdefgh12345678',
      'zyxwvuts',
      'hunter2',
      'xxxxyyyy',
    ]) {
      expect(all).to.not.contain(secret);
    }
    expect(lines).to.have.length(5);
    expect(all).to.contain('rpc.example').and.contain('[redacted]');
  });
});

describe('liveness', () => {
  it('is lost only where ticks no longer end, however badly they end', () => {
    const clock = createHeadClock(1_000, 0);
    clock.beat(500);
    expect(clock.stuck(5_400)).to.equal(undefined);
    expect(clock.stuck(5_600)).to.contain('no tick has ended for 5 s');
    // ticks that fail are not hanging, and the keeper is not ready all the same
    clock.see(fakeChain().head(), 0);
    for (let now = 0; now <= 10_000; now += 500) clock.beat(now);
    expect(clock.stuck(10_000)).to.equal(undefined);
    expect(clock.problem(10_000)).to.contain('no block has been dealt with');
  });
});
