import type { BlockHead } from '../chain/types.ts';
import { createChainReader, createKeeperClient } from '../chain/viemChain.ts';
import type { KeeperConfig } from '../config/index.ts';
import { messageOf } from '../execute/classify.ts';
import { mirrorTopics } from '../mirror/mirror.ts';
import type { Check } from '../startupChecks.ts';

/** A head older than this is news, on a chain that has blocks all the time. */
const OLD_HEAD_SEC = 120;
const SKEW_SEC = 30;

/** Every endpoint by itself: chain id, head, logs as far back and as many at once as the keeper asks for. */
export async function checkEndpoints(config: KeeperConfig, nowMs: number): Promise<Check[]> {
  const urls = [config.rpcUrl, ...config.rpcFallbackUrls];
  const looked = await Promise.all(urls.map((url) => lookAt(url, config, nowMs)));
  const heads = looked.flatMap(({ head }) => (head === undefined ? [] : [head.number]));
  const best = heads.reduce((most, head) => (head > most ? head : most), 0n);
  return looked.flatMap(({ name, head, checks }) => {
    if (head === undefined) return checks;
    const lag = best - head.number;
    const ok = lag <= BigInt(config.maxHeadLagBlocks);
    const message = ok
      ? `${name}: head ${head.number}, ${lag} behind the best`
      : `${name}: head ${head.number} is ${lag} blocks behind the best; replace this endpoint`;
    return [...checks, { name: 'head', ok, message }];
  });
}

interface Looked {
  readonly name: string;
  readonly head: BlockHead | undefined;
  readonly checks: Check[];
}

async function lookAt(url: string, config: KeeperConfig, nowMs: number): Promise<Looked> {
  const name = new URL(url).origin;
  const client = createKeeperClient(url, config.rpcTimeoutMs);
  try {
    const chainId = await client.getChainId();
    const reader = createChainReader(client);
    const head = await reader.getHead();
    const checks = [chainCheck(name, chainId, config.chainId), ageCheck(name, head, nowMs)];
    checks.push(await logCheck(name, url, config, head));
    return { name, head, checks };
  } catch (error) {
    const message = `${name} does not answer (${messageOf(error)}); check rpcUrl and rpcFallbackUrls`;
    return { name, head: undefined, checks: [{ name: 'endpoint', ok: false, message }] };
  }
}

function chainCheck(name: string, found: number, wanted: number | undefined): Check {
  if (wanted === undefined) {
    const message = `${name}: chain ${found}; set chainId so that a changed endpoint cannot be taken for it`;
    return { name: 'chain', ok: true, warning: true, message };
  }
  const ok = found === wanted;
  const message = ok ? `${name}: chain ${found}` : `${name}: chain ${found}, not ${wanted}; check rpcUrl`;
  return { name: 'chain', ok, message };
}

function ageCheck(name: string, { timestamp }: BlockHead, nowMs: number): Check {
  const age = Math.round(nowMs / 1000) - Number(timestamp);
  if (age < -SKEW_SEC) {
    const message = `${name}: the head is ${-age} s in the future; set this machine's clock (NTP)`;
    return { name: 'clock', ok: false, message };
  }
  if (age <= OLD_HEAD_SEC) return { name: 'age', ok: true, message: `${name}: the head is ${age} s old` };
  const message = `${name}: the head is ${age} s old; the chain or the node stands still, or this clock is ahead`;
  return { name: 'age', ok: true, warning: true, message };
}

/** The first pages that a new keeper would ask for. */
async function logCheck(name: string, url: string, config: KeeperConfig, head: BlockHead): Promise<Check> {
  const { fromBlock, maxBlockRange, addresses, rpcTimeoutMs } = config;
  const reader = createChainReader(createKeeperClient(url, rpcTimeoutMs));
  const last = fromBlock + BigInt(maxBlockRange) - 1n;
  const range = { fromBlock, toBlock: last < head.number ? last : head.number };
  try {
    await reader.getLogs({ addresses: [addresses.clearinghouse], topics: mirrorTopics, range });
    return {
      name: 'logs',
      ok: true,
      message: `${name}: logs from block ${fromBlock}, ${maxBlockRange} at once`,
    };
  } catch (error) {
    const message =
      `${name}: no logs of blocks ${range.fromBlock} to ${range.toBlock} (${messageOf(error)}); ` +
      'lower maxBlockRange, or use an endpoint that keeps logs since the deployment';
    return { name: 'logs', ok: false, message };
  }
}
