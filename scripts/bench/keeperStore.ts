// How fast the keeper takes in events and starts again from its store: `node scripts/bench/keeperStore.ts`.
// 100,000 accounts of 2 to 12 positions, half of them with options, as a local node would return their events: the replies
// are JSON text, made outside the measured time; parsing them counts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const ACCOUNTS = Number(process.env['BENCH_ACCOUNTS'] ?? 100_000);
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

/** Everybody's first position, then everybody's second, and so on: the order that costs most. */
function* events(): Generator<SyntheticEvent> {
  const ids = Array.from({ length: ACCOUNTS }, (_, i) =>
    numberToHex((BigInt(i) + 2n ** 150n) << 96n, { size: 32 }),
  );
  for (const [i, id] of ids.entries()) {
    yield {
      topics: [CASH, id],
      data: encodeAbiParameters([{ type: 'int256' }], [BigInt(i % 5_000) * WAD - 7n]),
    };
  }
  for (let leg = 0; leg < 12; ++leg) {
    for (const [i, id] of ids.entries()) {
      if (leg >= 2 + (i % 11)) continue;
      yield {
        topics: [POSITION, id, numberToHex(instrumentOf(i, leg), { size: 32 })],
        data: amounts(i, leg),
      };
    }
  }
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
function syntheticNode(all: readonly SyntheticEvent[]) {
  const head = Math.ceil(all.length / LOGS_PER_BLOCK);
  let [ownMs, ownCpu] = [0, 0];
  const block = (number: number) => ({
    number: numberToHex(number),
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    timestamp: numberToHex(1_800_000_000 + number),
    baseFeePerGas: '0x1',
    transactions: [],
  });
  const logs = (from: number, to: number) =>
    all.slice((from - 1) * LOGS_PER_BLOCK, to * LOGS_PER_BLOCK).map((event, i) => {
      const at = (from - 1) * LOGS_PER_BLOCK + i;
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

async function measure(
  all: readonly SyntheticEvent[],
  where: string,
  settings: StoreSettings,
): Promise<Measurement[]> {
  const node = syntheticNode(all);
  const endpoint = { name: 'synthetic', request: node.request };
  const pool = createEndpointPool([endpoint], { maxHeadLag: 3n });
  const reader = createQuorumReader(pool, (one) => createChainReader(createEndpointClient(one)), 1);
  /** @param opening Whether opening the store counts. */
  async function follow(opening: boolean): Promise<{ seconds: number; cpu: number; accounts: number }> {
    let [started, ownBefore, cpuBefore] = [performance.now(), node.ownMs(), process.cpuUsage()];
    const ownCpuBefore = node.ownCpu();
    const mirror = createMirror(CLEARINGHOUSE);
    const store = await openKeeperStore(settings, 31_337, mirror, createLogger('silent'));
    if (!opening) [started, ownBefore, cpuBefore] = [performance.now(), node.ownMs(), process.cpuUsage()];
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
    const seconds = (performance.now() - started - (node.ownMs() - ownBefore)) / 1_000;
    // on a machine that does other things too, this is what an idle one would take
    const used = process.cpuUsage(cpuBefore);
    const cpu = (used.user + used.system) / 1e6 - (node.ownCpu() - ownCpuBefore);
    await store.leases.releaseAll();
    await store.close();
    return { seconds, cpu, accounts: mirror.book.size };
  }
  const first = await follow(false);
  const again = await follow(true);
  const note = `${first.accounts.toLocaleString('en-US')} accounts, ${all.length.toLocaleString('en-US')} events, ${where}`;
  const row = { goal: null, peer: null };
  const withCpu = (cpu: number): string => `${note}; ${cpu.toFixed(1)} s of this process's CPU`;
  return [
    {
      ...row,
      note: withCpu(first.cpu),
      name: 'ingestPerS',
      value: Math.round(all.length / first.seconds),
      unit: 'events/s (goal: >= 40,000)',
    },
    {
      ...row,
      note: withCpu(again.cpu),
      name: 'restartS',
      value: Math.round(again.seconds * 100) / 100,
      unit: 's',
      goal: 5,
    },
  ];
}

/** Both stores, PostgreSQL only where this machine has one. */
export async function benchKeeperStore(): Promise<Measurement[]> {
  const all = [...events()];
  const common = {
    addresses: { clearinghouse: CLEARINGHOUSE },
    keeperId: 'bench',
    leaseMs: 60_000,
    fromBlock: 1n,
  } as const;
  const folder = await mkdtemp(join(tmpdir(), 'novate-bench-'));
  const server = await startPostgres();
  try {
    const rows = await measure(all, 'PGlite', { ...common, databaseUrl: undefined, dataDir: folder });
    if (server === undefined) return rows;
    const databaseUrl = await server.createDatabase();
    return [...rows, ...(await measure(all, 'PostgreSQL', { ...common, databaseUrl, dataDir: folder }))];
  } finally {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const rows = await benchKeeperStore();
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2));
  else
    for (const { name, value, unit, note } of rows)
      console.log(`${name.padEnd(12)} ${value} ${unit}  ${note ?? ''}`);
}
