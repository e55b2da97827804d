import { readFile, rename, writeFile } from 'node:fs/promises';
import { createOrderBook, InvalidOrderError, isTriggerOrder, orderFromJson, orderToJson } from '@novate/sdk';
import type { NovateActions, OrderBook, SignedOrder, SignedTriggerOrder } from '@novate/sdk';
import { UsageError } from '../usageError.ts';

/** The signed orders of a deployment that rest, oldest first: a file that people and keepers share. */
export interface BookFile {
  readonly orders: readonly SignedOrder[];
  readonly triggers: readonly SignedTriggerOrder[];
}

/** @throws UsageError where the file is no order book */
export async function readBook(path: string): Promise<BookFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { orders: [], triggers: [] };
    throw error;
  }
  const entries = parse(path, text);
  return {
    orders: entries.filter((entry): entry is SignedOrder => !isTriggerOrder(entry)),
    triggers: entries.filter(isTriggerOrder),
  };
}

function parse(path: string, text: string): (SignedOrder | SignedTriggerOrder)[] {
  try {
    const json: unknown = JSON.parse(text);
    if (!Array.isArray(json))
      throw new InvalidOrderError('list', 'is missing: the file must be a JSON array');
    return json.map(orderFromJson);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof InvalidOrderError)) throw error;
    throw new UsageError(`${path}: is no file of signed orders (${error.message}); give another with --book`);
  }
}

/** Replaces the file at once, so that a reader never sees half of it. */
export async function writeBook(path: string, { orders, triggers }: BookFile): Promise<void> {
  const text = JSON.stringify([...orders, ...triggers].map(orderToJson), undefined, 2);
  await writeFile(`${path}.tmp`, `${text}\n`);
  await rename(`${path}.tmp`, path);
}

/** Drops what can never fill again: filled, cancelled, expired, or of an older epoch. */
export async function prune(novate: NovateActions, book: BookFile, nowSec: number): Promise<BookFile> {
  const isAlive = async ({ account, nonce, epoch, expirySec }: SignedOrder['order']): Promise<boolean> => {
    if (expirySec < nowSec) return false;
    const [{ state }, present] = await Promise.all([
      novate.getOrderFill({ account, nonce }),
      novate.getEpoch({ account }),
    ]);
    return epoch === present && state !== 'filled' && state !== 'cancelled';
  };
  const [plain, trigger] = await Promise.all([
    Promise.all(book.orders.map(({ order }) => isAlive(order))),
    Promise.all(book.triggers.map(({ triggerOrder }) => isAlive(triggerOrder.order))),
  ]);
  return {
    orders: book.orders.filter((_, i) => plain[i]),
    triggers: book.triggers.filter((_, i) => trigger[i]),
  };
}

/** An order book of one instrument out of a file's orders, with what the chain says that they have filled. */
export async function openBook(
  novate: NovateActions,
  { orders }: BookFile,
  instrument: bigint,
  nowSec: number,
): Promise<OrderBook> {
  const book = createOrderBook(instrument);
  for (const signed of orders) {
    const { account, nonce, instrument: of } = signed.order;
    if (of !== instrument) continue;
    const { filled } = await novate.getOrderFill({ account, nonce });
    // two resting orders that cross each other stay: matching them is not this order's business
    book.add(signed, { nowSec, filled });
  }
  return book;
}
