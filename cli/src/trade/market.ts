import {
  abs,
  encodeInstrumentId,
  formatWad,
  MissingVaultError,
  NovateContractError,
  parseWad,
  signOrder,
} from '@novate/sdk';
import type { OrderMatch } from '@novate/sdk';
import { getBlock } from 'viem/actions';
import { openBook, prune, readBook, writeBook } from './bookFile.ts';
import type { Desk } from './connect.ts';
import { nameOf } from './parse.ts';
import { execute, fillsIn } from './send.ts';
import type { Fill } from './send.ts';

const BPS = 10_000n;
/** Ample: the clock of a local market runs hundreds of times faster than ours, and the limit price bounds the cost. */
const DEADLINE_SEC = 3_600;

/** Where a market order may trade. */
export type Counterparty = 'best' | 'vault' | 'book';

export interface MarketInputs {
  readonly underlying: number;
  /** Units, wad; + buys and - sells. */
  readonly size: bigint;
  /** How much worse than the mark the worst price may be. */
  readonly slippageBps: bigint;
  readonly from: Counterparty;
  readonly reduceOnly: boolean;
}

export interface MarketOutcome {
  readonly fills: readonly Fill[];
  /** Units that found nobody. */
  readonly unfilled: string;
  /** Units of the perp that the account holds now. */
  readonly position: string;
  /** Orders of the book that the chain refused, and why. */
  readonly refused: readonly string[];
}

/** `novate trade market`: what in the book is better than the vault's quote, and the rest from the vault. */
export async function trade(desk: Desk, inputs: MarketInputs): Promise<MarketOutcome> {
  const { novate, account } = desk;
  const { underlying, size, from } = inputs;
  const worst = await worstPrice(desk, inputs);
  const quote = from === 'book' ? undefined : await quoteOf(desk, inputs);
  const fills: Fill[] = [];
  const refused: string[] = [];
  if (from !== 'vault') await takeFromBook(desk, inputs, better(size, quote, worst), fills, refused);
  const left = size - sum(fills);
  if (left !== 0n && quote !== undefined) {
    const deadlineSec = Number((await getBlock(desk.client)).timestamp) + DEADLINE_SEC;
    const parameters = { account, underlying, size: left, limitPrice: worst, deadlineSec };
    const { hash, logs } = await execute(desk, () => novate.prepareTradeWithVault(parameters));
    fills.push(...fillsIn(desk, logs, hash));
  }
  const instrument = encodeInstrumentId({ kind: 'perp', underlying });
  const position = await novate.getPosition({ account, instrument });
  return {
    fills,
    unfilled: formatWad(size - sum(fills)),
    position: formatWad(position.size),
    refused,
  };
}

async function worstPrice(
  { novate }: Desk,
  { underlying, size, slippageBps }: MarketInputs,
): Promise<bigint> {
  const market = (await novate.getMarkets()).find((one) => one.underlying === underlying);
  if (market === undefined) throw new Error(`${nameOf(underlying)} is not listed on this deployment`);
  const mark = market.perpMark;
  if (mark === undefined) {
    throw market.error ?? new Error(`${nameOf(underlying)} has no price now; wait for its feed`);
  }
  const slippage = (mark * slippageBps) / BPS;
  return size > 0n ? mark + slippage : mark - slippage;
}

/** Undefined where the vault does not trade this now, and the book may. */
async function quoteOf(
  { novate }: Desk,
  { underlying, size, from }: MarketInputs,
): Promise<bigint | undefined> {
  try {
    return (await novate.quoteVault({ underlying, size })).price;
  } catch (error) {
    const isRefusal = error instanceof NovateContractError || error instanceof MissingVaultError;
    if (from === 'vault' || !isRefusal) throw error;
    return undefined;
  }
}

/** The book's orders are taken only where they beat the vault. */
function better(size: bigint, quote: bigint | undefined, worst: bigint): bigint {
  if (quote === undefined) return worst;
  if (size > 0n) return quote < worst ? quote : worst;
  return quote > worst ? quote : worst;
}

async function takeFromBook(
  desk: Desk,
  { underlying, size, reduceOnly }: MarketInputs,
  limitPrice: bigint,
  fills: Fill[],
  refused: string[],
): Promise<void> {
  const { novate, account, client, chainId, addresses, bookPath } = desk;
  const nowSec = Number((await getBlock(client)).timestamp);
  const file = await prune(novate, await readBook(bookPath), nowSec);
  const instrument = encodeInstrumentId({ kind: 'perp', underlying });
  const book = await openBook(novate, file, instrument, nowSec);
  if (book.size === 0) return;
  const order = await novate.prepareOrder({ account, instrument, size, limitPrice, reduceOnly });
  const { orderMatcher } = addresses;
  const taker = await signOrder(client, { order, chainId, orderMatcher });
  const { matches } = book.add(taker, { nowSec, immediate: true });
  await settle(desk, matches, fills, refused);
  await writeBook(bookPath, await prune(novate, file, nowSec));
}

/** Sends matches one after the other; what the chain refuses is told and passed over. */
export async function settle(
  desk: Desk,
  matches: readonly OrderMatch[],
  fills: Fill[],
  refused: string[],
): Promise<void> {
  for (const { maker, taker, size } of matches) {
    try {
      const parameters = { maker, taker, maxSize: size };
      const { hash, logs } = await execute(desk, () => desk.novate.prepareMatchOrders(parameters));
      fills.push(...fillsIn(desk, logs, hash));
    } catch (error) {
      if (!(error instanceof NovateContractError)) throw error;
      refused.push(error.message);
    }
  }
}

/** Units filled, wad, + bought. */
function sum(fills: readonly Fill[]): bigint {
  return fills.reduce((total, { size }) => total + parseWad(size), 0n);
}

/** The other direction of what is held. @throws Error where there is no position */
export async function closingSize(
  { novate, account }: Desk,
  underlying: number,
  part?: bigint,
): Promise<bigint> {
  const instrument = encodeInstrumentId({ kind: 'perp', underlying });
  const { size } = await novate.getPosition({ account, instrument });
  if (size === 0n)
    throw new Error(`the account holds no ${nameOf(underlying)} perp; see novate trade positions`);
  if (part !== undefined && part > abs(size)) {
    throw new Error(`the account holds only ${formatWad(abs(size))}; leave out --size to close all`);
  }
  const units = part ?? abs(size);
  return size > 0n ? -units : units;
}
