import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseAccount } from '../src/account/parseAccount.ts';
import { UsageError } from '../src/usageError.ts';

const BIN = fileURLToPath(new URL('../bin/novate.mjs', import.meta.url));
const OWNER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

function novate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('novate', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'novate-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('helps with examples and exits with 0', () => {
    for (const args of [
      ['--help'],
      ['replay', '--help'],
      ['margin', '--help'],
      ['account', 'explain', '--help'],
    ]) {
      const { status, stdout } = novate(...args);
      expect(status).to.equal(0);
      expect(stdout).to.include('Usage: novate').and.include('Examples:');
    }
  });

  it('exits with 2 where it is used wrongly', () => {
    const wrong = [
      ['replay'],
      ['nonsense'],
      ['replay', '--prices', 'x', '--accounts', '3'],
      ['replay', '--prices', 'x', '--from', 'noon'],
      ['account', 'explain', 'me', '--rpc', 'http://127.0.0.1:1', '--addresses', 'none'],
      ['account', 'explain', OWNER, '--rpc', 'http://127.0.0.1:1', '--addresses', 'none'],
    ];
    for (const args of wrong) expect(novate(...args).status, args.join(' ')).to.equal(2);
  });

  it('names the file and the field that a portfolio misspells, in one line, and exits with 2', () => {
    const [portfolio, market] = [join(folder, 'P.json'), join(folder, 'M.json')];
    writeFileSync(
      market,
      JSON.stringify({
        timestamp: 1_770_267_600,
        profile: 'portfolio',
        underlyings: { ETH: { index: '3000' } },
      }),
    );
    writeFileSync(portfolio, JSON.stringify({ cash: '1', perps: { ETH: { sise: '1', cost: '-3000' } } }));
    for (const command of ['margin', 'stress']) {
      const found = novate(command, '--portfolio', portfolio, '--market', market, '--json');
      expect(found, command).to.deep.equal({
        status: 2,
        stdout: '',
        stderr: `novate: ${portfolio}: perps.ETH.sise: unknown field; expected one of size, cost\n`,
      });
    }
  });

  it('names the file and the line of a bad CSV, in one line, and exits with 2', () => {
    const path = join(folder, 'btc-bad.csv');
    writeFileSync(path, 'open_time_ms,open,high,low,close,volume\n1,1,1,1,1,1\n2,1,1,1,x,1\n');
    const { status, stdout, stderr } = novate('replay', '--prices', path);
    expect(status).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.equal(
      `novate: ${path}:3: expected close to be a price > 0 with at most 8 decimals, found "x"\n`,
    );
  });
});

describe('accounts on the command line', () => {
  it('are an address, an address with a sub-account, or a number', () => {
    const base = BigInt(OWNER) << 96n;
    expect(parseAccount(OWNER)).to.equal(base);
    expect(parseAccount(OWNER.toLowerCase())).to.equal(base);
    expect(parseAccount(`${OWNER}/7`)).to.equal(base + 7n);
    expect(parseAccount(String(base + 7n))).to.equal(base + 7n);
    expect(parseAccount(`0x${(base + 7n).toString(16)}`)).to.equal(base + 7n);
  });

  it('are refused where they are anything else', () => {
    for (const text of [
      '',
      '0x',
      'me',
      '-1',
      `${OWNER}/`,
      `${OWNER}/x`,
      `${OWNER}/1/2`,
      `${OWNER}/${1n << 96n}`,
    ]) {
      expect(() => parseAccount(text), text).to.throw(UsageError);
    }
  });
});
