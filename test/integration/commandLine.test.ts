// What of `novate` reads a deployment, against one: accounts listed and shown, and the doctor.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { network } from 'hardhat';
import { encodeAccountId, novateActions } from '@novate/sdk';
import { createWalletClient, http, parseAbi, publicActions } from 'viem';
import type { Address } from 'viem';
import { hardhat } from 'viem/chains';
import { listAccounts, STATES } from '../../cli/src/account/listAccounts.ts';
import { showAccount } from '../../cli/src/account/showAccount.ts';
import { runDoctor } from '../../cli/src/doctor/runDoctor.ts';
import { connectChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { formatAddresses } from '../../cli/src/local/formatAddresses.ts';

const tokenAbi = parseAbi(['function mint(address to, uint256 amount)']);
const DEPOSITS = [100n, 250n];

describe('novate on a deployment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'novate-'));
  const addressesPath = join(folder, 'deployed_addresses.json');
  let server: Awaited<ReturnType<typeof network.createServer>>;
  let rpcUrl: string;
  let stack: StackAddresses;
  const owners: Address[] = [];

  before(async () => {
    server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    rpcUrl = `http://127.0.0.1:${port}`;
    const chain = await connectChain(rpcUrl);
    stack = await deployLocal(chain, {});
    writeFileSync(addressesPath, formatAddresses(stack));
    const node = createWalletClient({ chain: hardhat, transport: http(rpcUrl), pollingInterval: 10 }).extend(
      publicActions,
    );
    owners.push(...(await node.getAddresses()).slice(1, 1 + DEPOSITS.length));
    for (const [i, owner] of owners.entries()) {
      const amountRaw = (DEPOSITS[i] ?? 0n) * 10n ** 6n;
      const call = { address: stack.usdc, abi: tokenAbi, functionName: 'mint', account: owner } as const;
      await node.writeContract({ ...call, args: [owner, amountRaw] });
      const { novate } = createWalletClient({
        account: owner,
        chain: hardhat,
        transport: http(rpcUrl),
        pollingInterval: 10,
      }).extend(novateActions(stack));
      await novate.sendDeposit({ account: encodeAccountId(owner), assetId: 0, amountRaw });
    }
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const where = () => ({ rpcUrl, addressesPath });
  const list = (more: object) =>
    listAccounts({ ...where(), states: STATES, limit: 50, fromBlock: 0n, json: true, ...more });

  it('lists every account that ever held anything', async () => {
    const { accounts, shown } = JSON.parse(await list({})) as {
      accounts: number;
      shown: { owner: string; state: string; equity: string }[];
    };
    expect(accounts).to.equal(2);
    expect(shown.map(({ owner }) => owner)).to.have.members(owners);
    expect(shown.map(({ equity }) => equity)).to.have.members(['100', '250']);
    expect(shown.every(({ state }) => state === 'healthy')).to.equal(true);
    const table = await list({ json: false, limit: 1 });
    expect(table)
      .to.match(/^account +state +equity/)
      .and.include('2 of 2 accounts, 1 shown');
  });

  it('lists only the states that are asked for', async () => {
    expect(await list({ states: ['liquidatable'], json: false })).to.equal('0 of 2 accounts.');
  });

  it('shows one account', async () => {
    const [owner = ''] = owners;
    const shown: unknown = JSON.parse(await showAccount({ ...where(), account: owner, json: true }));
    expect(shown).to.include({ owner, state: 'healthy', equity: '100', withdrawable: '100' });
    expect(await showAccount({ ...where(), account: owner, json: false })).to.match(
      /may be withdrawn +100\.00/,
    );
  });

  it('finds a healthy machine and deployment', async () => {
    const checks = await runDoctor({ ...where(), offline: true });
    expect(checks.filter(({ result }) => result === 'failed' || result === 'warning')).to.deep.equal([]);
    const names = checks.map(({ name }) => name);
    expect(names).to.include.members([
      'node',
      'packages',
      'build',
      'rpc',
      'contracts',
      'feed ETH',
      'solvency',
    ]);
    expect(checks.find(({ name }) => name === 'feed ETH')?.message).to.match(/^4,000\.00 USD, \d+ s old$/);
  });

  it('names the feed that is too old, and the contract that is not there', async () => {
    const chain = await connectChain(rpcUrl);
    await chain.request('evm_increaseTime', [2 * 3_600]);
    await chain.mine();
    const stale = await runDoctor({ ...where(), offline: true });
    expect(stale.find(({ name }) => name === 'feed BTC')).to.include({ result: 'failed' });
    const moved = join(folder, 'moved.json');
    writeFileSync(
      moved,
      formatAddresses({ ...stack, marginLens: '0x00000000000000000000000000000000000000A1' }),
    );
    const checks = await runDoctor({ rpcUrl, addressesPath: moved, offline: true });
    expect(checks.at(-1)).to.include({ name: 'contracts', result: 'failed' });
    expect(checks.at(-1)?.message).to.include('marginLens 0x00000000000000000000000000000000000000A1');
  });

  it('says that no node answers, and looks no further', async () => {
    const checks = await runDoctor({ rpcUrl: 'http://127.0.0.1:9', addressesPath, offline: true });
    expect(checks.at(-1)).to.deep.equal({
      name: 'rpc',
      result: 'failed',
      message: 'no node answers at http://127.0.0.1:9; start it, or check --rpc',
    });
  });
});
