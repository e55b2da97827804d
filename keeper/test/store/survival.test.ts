import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { network } from 'hardhat';
import { createPublicClient, http, numberToHex } from 'viem';
import type { Hex, PublicClient } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { openStore } from '../../src/store/open.ts';
import type { StoreOptions } from '../../src/store/open.ts';
import { transactions, workClaims } from '../../src/store/schema.ts';
import { backends } from '../helpers/stores.ts';
import { STEPS } from '../helpers/walletProcess.ts';
import type { Step, WalletTask } from '../helpers/walletProcess.ts';

const SCRIPT = join(import.meta.dirname, '../helpers/walletProcess.ts');
const TARGET = '0x00000000000000000000000000000000000000aa';
const BLOCK_MS = 150;
const PATIENCE_MS = 60_000;
const LEASE_MS = 2_000;

interface Line {
  readonly event: string;
  readonly sent?: boolean;
  readonly failure?: string;
  readonly name?: string;
}

/** A process of ours, and what it has said. */
interface Wallet {
  readonly lines: Line[];
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  saw(event: string): Promise<void>;
}

function start(task: WalletTask): Wallet {
  const child = spawn(process.execPath, [SCRIPT], {
    env: { ...process.env, WALLET_TASK: JSON.stringify(task) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void lines.push(JSON.parse(line) as Line));
  return {
    lines,
    process: child,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
    async saw(event) {
      for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(10)) {
        if (lines.some((line) => line.event === event)) return;
      }
      throw new Error(`never saw ${event}, but ${lines.map((line) => line.event).join(', ')}`);
    },
  };
}

describe('what is sent survives', function () {
  this.timeout(240_000);
  let client: PublicClient;
  let rpcUrl: string;
  let close: () => Promise<void>;
  let mining: boolean;
  /** Where the chain was when the test began. */
  let firstBlock: bigint;
  let work = 0;

  const rpc = (method: string, params: unknown[] = []): Promise<unknown> =>
    client.request({ method, params } as never);

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    rpcUrl = `http://127.0.0.1:${port}`;
    client = createPublicClient({ transport: http(rpcUrl), cacheTime: 0 });
    await rpc('evm_setAutomine', [false]);
    mining = true;
    const miner = (async () => {
      for (; mining; await sleep(BLOCK_MS)) await rpc('evm_mine');
    })();
    close = async () => {
      mining = false;
      await miner;
      await server.close();
    };
  });
  after(() => close());

  async function freshKey(): Promise<Hex> {
    const privateKey = generatePrivateKey();
    await rpc('hardhat_setBalance', [privateKeyToAccount(privateKey).address, numberToHex(10n ** 20n)]);
    return privateKey;
  }

  /** Transactions in blocks that carry the data, by anyone. */
  async function onChain(data: Hex): Promise<number> {
    let count = 0;
    for (let number = await client.getBlockNumber(); number >= firstBlock; --number) {
      const block = await client.getBlock({ blockNumber: number, includeTransactions: true });
      count += block.transactions.filter(({ input }) => input === data).length;
    }
    return count;
  }

  async function rows(options: StoreOptions): Promise<{ mined: number; live: number; claims: number }> {
    const store = await openStore(options);
    try {
      const all = await store.db.select().from(transactions);
      const claims = await store.db.select().from(workClaims);
      const count = (...wanted: string[]): number =>
        all.filter(({ status }) => wanted.includes(status)).length;
      return { mined: count('mined'), live: count('intended', 'signed', 'sent'), claims: claims.length };
    } finally {
      await store.close();
    }
  }

  for (const backend of backends) {
    describe(`in ${backend.name}`, () => {
      let folder: string;
      let options: StoreOptions;
      let privateKey: Hex;

      before(() => backend.start());
      after(() => backend.stop());
      beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), 'novate-survival-'));
        const databaseUrl = await backend.address();
        options = databaseUrl === undefined ? { dataDir: folder } : { databaseUrl };
        privateKey = await freshKey();
        firstBlock = await client.getBlockNumber();
      });
      afterEach(() => rm(folder, { recursive: true, force: true }));

      const taskOf = (more: Partial<WalletTask>): WalletTask => ({
        ...options,
        rpcUrl,
        privateKey,
        leaseMs: LEASE_MS,
        target: TARGET,
        data: numberToHex(++work, { size: 32 }),
        ...more,
      });

      // the steps are the same in both: of the embedded one, what its own files must survive
      const killed = backend.name === 'PostgreSQL' ? STEPS : (['intended', 'signed', 'delivered'] as const);
      for (const step of killed) {
        it(`kill -9 once ${step}: the restart sends it once`, async () => {
          const task = taskOf({ keeperId: 'same', at: { step, signal: 'SIGKILL' } });
          const first = start(task);
          expect(await first.ended).to.deep.equal({ code: null, signal: 'SIGKILL' });
          expect(first.lines.at(-1)?.event).to.equal(step);
          const { at: _, ...again } = task;
          const second = start(again);
          expect(await second.ended).to.deep.equal({ code: 0, signal: null });
          expect(await onChain(task.data)).to.equal(1);
          expect(await rows(options)).to.deep.equal({ mined: 1, live: 0, claims: 1 });
          // once more, for nothing
          expect((await start(again).ended).code).to.equal(0);
          expect(await onChain(task.data)).to.equal(1);
        });
      }

      // only one process at a time can have an embedded database
      const paused: readonly Step[] = backend.name === 'PostgreSQL' ? ['intended', 'made', 'signed'] : [];
      for (const step of paused) {
        it(`SIGSTOP once ${step}, past its lease: what wakes up sends nothing`, async function () {
          if (options.databaseUrl === undefined) this.skip();
          const task = taskOf({ at: { step, signal: 'SIGSTOP' } });
          const first = start(task);
          try {
            await first.saw(step);
            const { at: _, ...other } = task;
            const second = start(other);
            expect(await second.ended).to.deep.equal({ code: 0, signal: null });
            expect(await onChain(task.data)).to.equal(1);
            first.process.kill('SIGCONT');
            expect((await first.ended).code).to.equal(1);
            expect(first.lines.at(-1)).to.include({ event: 'failed', name: 'LeaseLostError' });
            expect(first.lines.map(({ event }) => event)).to.not.include('sending');
            await sleep(3 * BLOCK_MS);
            expect(await onChain(task.data)).to.equal(1);
            expect(await rows(options)).to.deep.equal({ mined: 1, live: 0, claims: 1 });
          } finally {
            first.process.kill('SIGKILL');
          }
        });
      }
    });
  }
});
