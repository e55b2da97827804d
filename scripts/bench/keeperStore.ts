// How fast the keeper takes in events and starts again from its store: a part of `npm run bench:keeper`.
// 100,000 accounts of 2 to 12 positions, half of them with options, as a local node would return their events: the replies
// are JSON text, made outside the measured time; parsing them counts.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeInstrumentId } from '@novate/sdk';
import { encodeAbiParameters, numberToHex, toEventSelector } from 'viem';
import type { EIP1193RequestFn, Hex } from 'viem';
import { createEndpointPool } from '../../keeper/src/chain/endpoints.ts';
import { createQuorumReader } from '../../keeper/src/chain/quorumReader.ts';
import { createChainReader, createEndpointClient } from '../../keeper/src/chain/viemChain.ts';
import { createMirror, mirrorTopics } from '../../keeper/src/mirror/mirror.ts';
import { createLogger } from '../../keeper/src/report/logger.ts';
import { openKeeperStore } from '../../keeper/src/store/index.ts';
import type { StoreSettings } from '../../keeper/src/store/index.ts';
import { createFollower } from '../../keeper/src/watch/follower.ts';
import { startPostgres } from '../../keeper/test/helpers/postgres.ts';
import type { Measurement } from './measurement.ts';

const LOGS_PER_BLOCK = 50;
const CLEARINGHOUSE = '0x1111111111111111111111111111111111111111';
const CASH = toEventSelector('CashUpdated(uint256,int256)');
const POSITION = toEventSelector('PositionUpdated(uint256,uint96,int256,int256)');
const EXPIRY_SEC = 1_893_456_000n;
const WAD = 10n ** 18n;

interface SyntheticEvent {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

const hashOf = (number: number): Hex => numberToHex(BigInt(number) + 2n ** 200n, { size: 32 });

/** What happens, without an object for each event: these would be the garbage collector's main work. */
interface History {
  readonly length: number;
  eventAt(i: number): SyntheticEvent;
}

/** Everybody's cash, then everybody's first position, then everybody's second, and so on: the order that costs most. */
function history(accounts: number): History {
  const people = Array.from({ length: accounts }, (_, i) => i);
  // leg -1 is the cash
  const rounds = Array.from({ length: 13 }, (_, leg) => people.filter((i) => leg <= 2 + (i % 11)));
  const who = Int32Array.from(rounds.flat());
  const legs = Int8Array.from(rounds.flatMap((round, leg) => round.map(() => leg - 1)));
  return {
    length: who.length,
    eventAt(at) {
      const [i, leg] = [who[at] ?? 0, legs[at] ?? 0];
      const id = numberToHex((BigInt(i) + 2n ** 150n) << 96n, { size: 32 });
      if (leg >= 0) {
        return {
          topics: [POSITION, id, numberToHex(instrumentOf(i, leg), { size: 32 })],
          data: amounts(i, leg),
        };
      }
      const principal = BigInt(i % 5_000) * WAD - 7n;
      return { topics: [CASH, id], data: encodeAbiParameters([{ type: 'int256' }], [principal]) };
    },
  };
}

function instrumentOf(i: number, leg: number): bigint {
  const underlying = 1 + (leg % 3);
  if (leg < 3) return encodeInstrumentId({ kind: 'perp', underlying });
  const expirySec = EXPIRY_SEC + BigInt(leg) * 604_800n;
  if (i % 2 === 0) return encodeInstrumentId({ kind: 'future', underlying, expirySec });
  return encodeInstrumentId({ kind: 'call', underlying, expirySec, strike: BigInt(1_000 + leg * 100) * WAD });
}

function amounts(i: number, leg: number): Hex {
  const size = (i % 3 === 0 ? -1n : 1n) * (WAD + BigInt(i * 13 + leg));
  return encodeAbiParameters([{ type: 'int256' }, { type: 'int256' }], [size, -size * 1_234n]);
}

/** A node that only knows how to return what it has: replies are texts, and the time to make them is its own. */
function syntheticNode(all: History) {
  const head = Math.ceil(all.length / LOGS_PER_BLOCK);
  let [ownMs, ownCpu] = [0, 0];
  const block = (number: number) => ({
    number: numberToHex(number),
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    timestamp: numberToHex(1_800_000_000 + number),
    baseFeePerGas: '0x1',
    gasLimit: '0x1c9c380',
    transactions: [],
  });
  const placesOf = (from: number, to: number): number[] => {
    const first = (from - 1) * LOGS_PER_BLOCK;
    return Array.from({ length: Math.min(to * LOGS_PER_BLOCK, all.length) - first }, (_, i) => first + i);
  };
  const logs = (from: number, to: number) =>
    placesOf(from, to).map((at) => {
      const event = all.eventAt(at);
      const number = Math.floor(at / LOGS_PER_BLOCK) + 1;
      return {
        address: CLEARINGHOUSE,
        ...event,
        blockNumber: numberToHex(number),
        blockHash: hashOf(number),
        blockTimestamp: numberToHex(1_800_000_000 + number),
        transactionHash: hashOf(at),
        transactionIndex: '0x0',
        logIndex: numberToHex(at % LOGS_PER_BLOCK),
        removed: false,
      };
    });
  const answer = (method: string, [first]: readonly unknown[]): string => {
    if (method === 'eth_getBlockByNumber')
      return JSON.stringify(block(first === 'latest' ? head : Number(first)));
    const { fromBlock, toBlock, blockHash } = first as Record<string, Hex>;
    const only = Number(BigInt(blockHash ?? 0) - 2n ** 200n);
    return JSON.stringify(
      blockHash === undefined ? logs(Math.max(1, Number(fromBlock)), Number(toBlock)) : logs(only, only),
    );
  };
  const request = (({ method, params }: { method: string; params: readonly unknown[] }) => {
    const [started, before] = [performance.now(), process.cpuUsage()];
    const text = answer(method, params);
    ownMs += performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    ownCpu += (user + system) / 1e6;
    return Promise.resolve(JSON.parse(text) as unknown);
  }) as EIP1193RequestFn;
  return { request, ownMs: () => ownMs, ownCpu: () => ownCpu };
}

interface Followed {
  readonly seconds: number;
  readonly cpuSec: number;
  readonly accounts: number;
}

/** Follows the chain from where the store is, in this process. The time that the node takes is not counted. */
async function follow(settings: StoreSettings, accounts: number, countsOpening: boolean): Promise<Followed> {
  const node = syntheticNode(history(accounts));
  const endpoint = { name: 'synthetic', request: node.request };
  const pool = createEndpointPool([endpoint], { maxHeadLag: 3n });
  const reader = createQuorumReader(pool, (one) => createChainReader(createEndpointClient(one)), 1);
  const now = () => ({ ms: performance.now() - node.ownMs(), cpu: process.cpuUsage(), own: node.ownCpu() });
  let before = now();
  const mirror = createMirror(CLEARINGHOUSE);
  const store = await openKeeperStore(settings, 31_337, mirror, createLogger('silent'));
  if (!countsOpening) before = now();
  const follower = createFollower({
    reader,
    sink: store.sink,
    addresses: () => [CLEARINGHOUSE],
    topics: mirrorTopics,
    timedTopics: new Set(),
    fromBlock: 1n,
    maxBlockRange: 400,
  });
  await follower.follow(await reader.getHead());
  const after = now();
  const used = process.cpuUsage(before.cpu);
  await store.leases.releaseAll();
  await store.close();
  return {
    seconds: (after.ms - before.ms) / 1_000,
    cpuSec: (used.user + used.system) / 1e6 - (after.own - before.own),
    accounts: mirror.book.size,
  };
}

/** The same from its opening on, in a process of its own, as after a restart. */
async function followAgain(settings: StoreSettings, accounts: number): Promise<Followed> {
  const asked = JSON.stringify({
    settings: { ...settings, fromBlock: Number(settings.fromBlock) },
    accounts,
  });
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, '--restart', asked]);
  return JSON.parse(stdout) as Followed;
}

async function answerRestart(asked: string): Promise<void> {
  const { settings, accounts } = JSON.parse(asked) as { settings: StoreSettings; accounts: number };
  const followed = await follow({ ...settings, fromBlock: BigInt(settings.fromBlock) }, accounts, true);
  console.log(JSON.stringify(followed));
}

async function measure(accounts: number, where: string, settings: StoreSettings): Promise<Measurement[]> {
  const first = await follow(settings, accounts, false);
  const again = await followAgain(settings, accounts);
  if (again.accounts !== first.accounts)
    throw new Error(`${again.accounts} of ${first.accounts} accounts came back`);
  const events = history(accounts).length;
  const note = `${first.accounts.toLocaleString('en-US')} accounts, ${events.toLocaleString('en-US')} events, ${where}`;
  // on a machine that does other things too, CPU time is what an idle one would take
  return [
    {
      name: 'ingestPerS',
      value: Math.round(events / first.seconds),
      unit: 'events/s',
      goal: 40_000,
      atLeast: true,
      peer: null,
      note: `${note}; ${Math.round(events / first.cpuSec).toLocaleString('en-US')} by CPU time`,
    },
    {
      name: 'restartS',
      value: Math.round(again.seconds * 100) / 100,
      unit: 's',
      goal: 5,
      peer: null,
      note: `${note}; a new process, from opening the store until its state is complete; ${again.cpuSec.toFixed(1)} s of CPU`,
    },
  ];
}

/** Both stores, PostgreSQL only where this machine has one. */
export async function benchKeeperStore(accounts: number): Promise<Measurement[]> {
  const common = {
    addresses: { clearinghouse: CLEARINGHOUSE },
    keeperId: 'bench',
    alertWebhooks: [] as string[],
    // nobody renews it here
    leaseMs: 3_600_000,
    fromBlock: 1n,
  } as const;
  const folder = await mkdtemp(join(tmpdir(), 'novate-bench-'));
  const server = await startPostgres();
  try {
    const rows = await measure(accounts, 'PGlite', { ...common, databaseUrl: undefined, dataDir: folder });
    if (server === undefined) return rows;
    const databaseUrl = await server.createDatabase();
    return [...rows, ...(await measure(accounts, 'PostgreSQL', { ...common, databaseUrl, dataDir: folder }))];
  } finally {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main && process.argv[2] === '--restart') await answerRestart(process.argv[3] ?? '');
