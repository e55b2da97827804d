import {
  decodeInstrumentId,
  encodeInstrumentId,
  formatWad,
  hashTriggerOrder,
  isTriggered,
  NovateContractError,
  signOrder,
  signTriggerOrder,
  submitTriggerOrder,
} from '@novate/sdk';
import type { SignedOrder, SignedTriggerOrder } from '@novate/sdk';
import { getBlock } from 'viem/actions';
import { openBook, prune, readBook, writeBook } from './bookFile.ts';
import type { Desk } from './connect.ts';
import { settle } from './market.ts';
import { execute, fillsIn } from './send.ts';
import type { Fill } from './send.ts';

export interface LimitInputs {
  readonly underlying: number;
  /** Units, wad; + buys and - sells. */
  readonly size: bigint;
  readonly limitPrice: bigint;
  readonly lifetimeSec: number;
  readonly reduceOnly: boolean;
  readonly postOnly: boolean;
}

export interface LimitOutcome {
  readonly nonce: string;
  readonly fills: readonly Fill[];
  /** Units that rest in the book now. */
  readonly resting: string;
  readonly refused: readonly string[];
  readonly book: string;
}

/** `novate trade limit`: matches what crosses in the book and the vault, and lets the rest rest. */
export async function placeLimit(desk: Desk, inputs: LimitInputs): Promise<LimitOutcome> {
  const { novate, client, bookPath } = desk;
  const nowSec = Number((await getBlock(client)).timestamp);
  const signed = await signLimit(desk, inputs, nowSec);
  const file = await prune(novate, await readBook(bookPath), nowSec);
  const book = await openBook(novate, file, signed.order.instrument, nowSec);
  const { matches, removed } = book.add(signed, { nowSec });
  if (removed.some(({ order, reason }) => order === signed && reason === 'wouldTake')) {
    throw new Error('the order is post-only and would take from the book; choose another price');
  }
  const [fills, refused]: [Fill[], string[]] = [[], []];
  await settle(desk, matches, fills, refused);
  if (!inputs.postOnly) await fillFromVault(desk, signed, fills);
  const next = await prune(novate, { ...file, orders: [...file.orders, signed] }, nowSec);
  await writeBook(bookPath, next);
  return {
    nonce: signed.order.nonce.toString(),
    fills,
    resting: formatWad(next.orders.includes(signed) ? await openSize(desk, signed) : 0n),
    refused,
    book: bookPath,
  };
}

async function signLimit(
  { novate, client, account, chainId, addresses }: Desk,
  { underlying, size, limitPrice, lifetimeSec, reduceOnly, postOnly }: LimitInputs,
  nowSec: number,
): Promise<SignedOrder> {
  const order = await novate.prepareOrder({
    account,
    instrument: encodeInstrumentId({ kind: 'perp', underlying }),
    size,
    limitPrice,
    reduceOnly,
    postOnly,
    expirySec: nowSec + lifetimeSec,
  });
  return signOrder(client, { order, chainId, orderMatcher: addresses.orderMatcher });
}

/** Where the vault's quote is within the limit it fills the rest. */
async function fillFromVault(desk: Desk, order: SignedOrder, fills: Fill[]): Promise<void> {
  if (desk.addresses.liquidityVault === undefined || (await openSize(desk, order)) === 0n) return;
  try {
    const { hash, logs } = await execute(desk, () => desk.novate.prepareFillOrder({ order }));
    fills.push(...fillsIn(desk, logs, hash));
  } catch (error) {
    // not at this price, or not now: then it rests
    if (!(error instanceof NovateContractError)) throw error;
  }
}

async function openSize({ novate }: Desk, { order }: SignedOrder): Promise<bigint> {
  const { account, nonce, size } = order;
  const { state, filled } = await novate.getOrderFill({ account, nonce });
  if (state === 'filled' || state === 'cancelled') return 0n;
  return (size < 0n ? -size : size) - filled;
}

export interface TriggerInputs extends Omit<LimitInputs, 'postOnly'> {
  readonly triggerPrice: bigint;
  readonly above: boolean;
  readonly tip: bigint;
  /** One with another order of the account cancels it when filled, and the other way round. */
  readonly nonce: bigint | undefined;
  /** Where a keeper takes orders; without it whoever reads the book executes it. */
  readonly keeper: string | undefined;
}

export interface TriggerOutcome {
  readonly nonce: string;
  readonly triggerPrice: string;
  readonly direction: 'above' | 'below';
  readonly tip: string;
  /** EIP-712 hash. */
  readonly order: string;
  /** The keeper that has it. */
  readonly keeper: string | null;
  readonly book: string;
}

/** `novate trade trigger`: signs a stop-loss or take-profit and keeps it for whoever executes it, with a keeper too. */
export async function placeTrigger(desk: Desk, inputs: TriggerInputs): Promise<TriggerOutcome> {
  const { novate, client, account, chainId, addresses, bookPath } = desk;
  const { underlying, lifetimeSec, keeper, ...rest } = inputs;
  const nowSec = Number((await getBlock(client)).timestamp);
  const triggerOrder = await novate.prepareTriggerOrder({
    ...rest,
    account,
    instrument: encodeInstrumentId({ kind: 'perp', underlying }),
    expirySec: nowSec + lifetimeSec,
  });
  const { orderMatcher } = addresses;
  const signed = await signTriggerOrder(client, { triggerOrder, chainId, orderMatcher });
  // what a keeper refuses would only lie in the book
  if (keeper !== undefined) await submitTriggerOrder({ order: signed, keeper });
  const file = await readBook(bookPath);
  await writeBook(bookPath, await prune(novate, { ...file, triggers: [...file.triggers, signed] }, nowSec));
  return {
    nonce: triggerOrder.order.nonce.toString(),
    triggerPrice: formatWad(inputs.triggerPrice),
    direction: inputs.above ? 'above' : 'below',
    tip: formatWad(inputs.tip),
    order: hashTriggerOrder(triggerOrder, { chainId, orderMatcher }),
    keeper: keeper ?? null,
    book: bookPath,
  };
}

export interface ExecuteOutcome {
  readonly executed: readonly {
    readonly account: string;
    readonly nonce: string;
    readonly fills: readonly Fill[];
  }[];
  readonly waiting: number;
  readonly refused: readonly string[];
  /** USD earned. */
  readonly tips: string;
}

/** `novate trade execute`: executes every trigger order of the book that is due, against the vault, for its tip. */
export async function executeDue(desk: Desk): Promise<ExecuteOutcome> {
  const { novate, client, bookPath } = desk;
  const nowSec = Number((await getBlock(client)).timestamp);
  const file = await prune(novate, await readBook(bookPath), nowSec);
  const due = await dueOf(desk, file.triggers);
  const [executed, refused]: [ExecuteOutcome['executed'][number][], string[]] = [[], []];
  let tips = 0n;
  for (const order of due) {
    try {
      const done = await executeOne(desk, order);
      tips += done.tip;
      executed.push(done.report);
    } catch (error) {
      if (!(error instanceof NovateContractError)) throw error;
      refused.push(error.message);
    }
  }
  await writeBook(bookPath, await prune(novate, file, nowSec));
  return { executed, waiting: file.triggers.length - due.length, refused, tips: formatWad(tips) };
}

async function dueOf({ novate }: Desk, orders: readonly SignedTriggerOrder[]): Promise<SignedTriggerOrder[]> {
  const markets = await novate.getMarkets();
  return orders.filter(({ triggerOrder }) => {
    const { underlying } = decodeInstrumentId(triggerOrder.order.instrument);
    const price = markets.find((market) => market.underlying === underlying)?.price;
    return price?.status === 'ok' && isTriggered(triggerOrder, price.price);
  });
}

async function executeOne(desk: Desk, order: SignedTriggerOrder) {
  const parameters = { order, executor: desk.account };
  const { hash, logs } = await execute(desk, () => desk.novate.prepareExecuteTriggered(parameters));
  const { account, nonce } = order.triggerOrder.order;
  const tip = logs.reduce((sum, log) => (log.eventName === 'OrderTriggered' ? sum + log.args.tip : sum), 0n);
  const fills = fillsIn(desk, logs, hash, account);
  return { tip, report: { account: account.toString(), nonce: nonce.toString(), fills } };
}

/** `novate trade cancel`: one order, or all of them. @returns how many of the book's orders that ends */
export async function cancel(
  desk: Desk,
  nonce: bigint | undefined,
): Promise<{ readonly cancelled: number; readonly transaction: string }> {
  const { novate, client, account, bookPath } = desk;
  const { hash } = await execute<unknown>(desk, () =>
    nonce === undefined
      ? novate.prepareCancelAllOrders({ account })
      : novate.prepareCancelOrder({ account, nonce }),
  );
  const nowSec = Number((await getBlock(client)).timestamp);
  const file = await readBook(bookPath);
  const next = await prune(novate, file, nowSec);
  await writeBook(bookPath, next);
  const count = ({ orders, triggers }: typeof file): number => orders.length + triggers.length;
  return { cancelled: count(file) - count(next), transaction: hash };
}
