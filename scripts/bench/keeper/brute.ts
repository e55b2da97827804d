// What it costs to ask the real risk engine about every account, by batched eth_call: a keeper without a model of its own.
import { encodeExpiryKey, encodeSurfaceWord, portfolioToWords, riskEngineAbi, toCash } from '@novate/sdk';
import type { AccountState, Market, Portfolio, PostedTerm } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import { ensureBuilt } from '../../../cli/src/local/ensureBuilt.ts';
import { cashAt } from '../../../keeper/src/decide/decide.ts';
import { holdingsOf, plainMarket } from '../../../keeper/src/decide/holdings.ts';
import type { Request } from '../../../test/differential/chain.ts';
import { openStage } from '../../../test/differential/stage.ts';
import type { Stage } from '../../../test/differential/stage.ts';
import type { Measurement } from '../measurement.ts';
import { boardOf } from './world.ts';
import type { World } from './world.ts';

const SAMPLE = 2_000;
const PER_CALL = 250;
const mockAbi = parseAbi(['function setAnswer(int256 answer)', 'function set(uint256 key, uint256 word)']);

/** @param goalMs What a tick by bands took, for the ratio. */
export async function benchBrute(world: World, tickMs: number): Promise<readonly Measurement[]> {
  await ensureBuilt();
  const stage = await openStage();
  try {
    const { profiles } = world.references;
    for (const [id, profile] of profiles) await stage.setProfile(id, profile);
    await stage.advanceTo(BigInt(world.nowSec));
    const batches = batchesOf(world, stage);
    const prices = pricesOf(world, stage);
    let asked = 0;
    let ms = 0;
    for (const { data, count } of batches) {
      const startedAt = performance.now();
      const answers = await stage.ask([...prices, { to: stage.engine, data }]);
      ms += performance.now() - startedAt;
      if ((answers.at(-1)?.length ?? 0) < 2 + 64 * 3 * count)
        throw new Error('the engine could not assess a batch');
      asked += count;
    }
    const accounts = world.ledger.accounts.size;
    const value = Math.round((ms / asked) * accounts);
    const note = `${asked} accounts in calls of ${PER_CALL} on a node in this process, scaled to ${accounts}; a tick takes 1/${Math.round(value / tickMs)}`;
    return [{ name: 'multicallMs', value, unit: 'ms', goal: null, peer: null, note }];
  } finally {
    await stage.close();
  }
}

/** Feeds and surfaces as the world has them. */
function pricesOf(world: World, { feeds, surfaces }: Stage): Request[] {
  const requests: Request[] = [];
  for (const [underlying, { price, terms }] of boardOf(world).markets) {
    const pair = feeds.get(underlying);
    if (pair === undefined) throw new Error(`the stage has no underlying ${underlying}`);
    for (const to of [pair.primary, pair.secondary]) {
      requests.push({
        to,
        data: encodeFunctionData({ abi: mockAbi, functionName: 'setAnswer', args: [price] }),
      });
    }
    for (const [expirySec, term] of terms ?? []) {
      if (term === null || 'forward' in term) continue;
      const args = [encodeExpiryKey(underlying, expirySec), encodeSurfaceWord(rounded(term))] as const;
      requests.push({ to: surfaces, data: encodeFunctionData({ abi: mockAbi, functionName: 'set', args }) });
    }
  }
  return requests;
}

function rounded(term: PostedTerm): Parameters<typeof encodeSurfaceWord>[0] {
  const to = (value: bigint, unit: bigint): bigint => (value / unit) * unit;
  const [fine, coarse, rough] = [10n ** 6n, 10n ** 9n, 10n ** 12n];
  return {
    a: to(term.a, fine),
    b: to(term.b, fine),
    rho: to(term.rho, rough),
    m: to(term.m, coarse),
    sigma: to(term.sigma, coarse),
    basis: to(term.basis, coarse),
    timestamp: Number(term.timestamp),
  };
}

function batchesOf(world: World, _stage: Stage): { data: `0x${string}`; count: number }[] {
  const board = boardOf(world);
  const market = plainMarket(board);
  const cash = cashAt(world.ledger.cash, board.timestamp);
  const words: ReturnType<typeof wordsOf>[] = [];
  for (const state of world.ledger.accounts.values()) {
    if (words.length >= SAMPLE) break;
    if (state.positions.size + state.collateral.size === 0) continue;
    const holdings = holdingsOf(state, cash, board, world.references);
    if (holdings !== undefined)
      words.push(wordsOf({ ...holdings, cash: toCash(cash, state.principal) }, market, state));
  }
  const batches: { data: `0x${string}`; count: number }[] = [];
  for (let from = 0; from < words.length; from += PER_CALL) {
    const batch = words.slice(from, from + PER_CALL);
    const data = encodeFunctionData({ abi: riskEngineAbi, functionName: 'assess', args: [batch, 0] });
    batches.push({ data, count: batch.length });
  }
  return batches;
}

const wordsOf = (portfolio: Portfolio, market: Market, { profileId }: AccountState) =>
  portfolioToWords(portfolio, market, BigInt(profileId));
