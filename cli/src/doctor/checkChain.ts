import { formatWad, getMarkets, getSolvency, NovateContractError } from '@novate/sdk';
import type { MarketView, NovateAddresses } from '@novate/sdk';
import { isAddress } from 'viem';
import type { Address, Block, PublicClient } from 'viem';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { formatUsd } from '../report/table.ts';
import { failed, ok, warning } from './check.ts';
import type { Check } from './check.ts';

/** A chain that makes no block for so long has stopped, or the node has. A local chain waits for transactions. */
const BLOCK_AGE_SEC = 300;
const LOCAL_CHAIN_ID = 31_337;

/** Whether the node answers, and how old what it knows is. @param nowSec This machine's clock, Unix seconds. */
export async function checkRpc(client: PublicClient, rpcUrl: string, nowSec: number): Promise<Check[]> {
  const asked = performance.now();
  let chainId: number;
  let block: Block;
  try {
    [chainId, block] = await Promise.all([client.getChainId(), client.getBlock()]);
  } catch {
    return [failed('rpc', `no node answers at ${rpcUrl}; start it, or check --rpc`)];
  }
  const tookMs = Math.round(performance.now() - asked);
  const answers = ok('rpc', `chain ${chainId}, block ${block.number ?? 0n}, answered in ${tookMs} ms`);
  if (chainId === LOCAL_CHAIN_ID) return [answers];
  const age = nowSec - Number(block.timestamp);
  const recent = age <= BLOCK_AGE_SEC;
  return [
    answers,
    recent
      ? ok('head', `the latest block is ${age} s old`)
      : failed('head', `the latest block is ${age} s old; the node does not follow its chain: use another`),
  ];
}

/** Whether there is code at every address of the deployment. */
export async function checkContracts(client: PublicClient, addresses: NovateAddresses): Promise<Check[]> {
  const entries = Object.entries(addresses).filter(
    (entry): entry is [string, Address] => typeof entry[1] === 'string' && isAddress(entry[1]),
  );
  const empty: string[] = [];
  for (const [name, address] of entries) {
    if ((await client.getCode({ address })) === undefined) empty.push(`${name} ${address}`);
  }
  if (empty.length === 0) return [ok('contracts', `${entries.length} contracts have code`)];
  return [
    failed('contracts', `no code at ${empty.join(', ')}; --addresses and --rpc are of different chains`),
  ];
}

/** Each underlying's price: usable or not, and how old. */
export async function checkFeeds(client: PublicClient, addresses: NovateAddresses): Promise<Check[]> {
  const [markets, block] = await Promise.all([getMarkets(client, addresses), client.getBlock()]);
  return markets.map((market) => checkFeed(market, block.timestamp));
}

export function checkFeed({ underlying, price, error }: MarketView, nowSec: bigint): Check {
  const symbol = UNDERLYINGS.find(({ id }) => id === underlying)?.symbol ?? String(underlying);
  const name = `feed ${symbol}`;
  if (price === undefined) return failed(name, error?.message ?? 'there is no price, and no reason');
  const found = `${formatUsd(formatWad(price.price))} USD, ${nowSec - price.timestamp} s old`;
  if (price.status === 'ok') return ok(name, found);
  return price.status === 'guarded'
    ? warning(name, `${found}, guarded: its sources disagree, so that no risk may be added`)
    : failed(name, `${found}, too old to be used; see whether its feed is alive`);
}

/** Whether the pool covers what it owes. */
export async function checkSolvency(client: PublicClient, addresses: NovateAddresses): Promise<Check> {
  const { assets, claims, badDebt } = await getSolvency(client, addresses);
  const figures = `assets ${formatUsd(formatWad(assets))}, claims ${formatUsd(formatWad(claims))} USD`;
  if (assets < claims) return failed('solvency', `${figures}: the pool does not cover its claims`);
  if (badDebt === 0n) return ok('solvency', figures);
  return warning(
    'solvency',
    `${figures}; bad debt of ${formatUsd(formatWad(badDebt))} USD waits for coverBadDebt`,
  );
}

/** A check that the contracts answer with a refusal: its reason and remedy. */
export function refusal(name: string, error: unknown): Check {
  if (error instanceof NovateContractError) return failed(name, error.message);
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return failed(name, `${line}; check that --addresses is of this release`);
}
