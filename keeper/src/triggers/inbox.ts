import { hashTriggerOrder, InvalidOrderError, isTriggerOrder, orderFromJson } from '@novate/sdk';
import type { SignedTriggerOrder } from '@novate/sdk';
import type { Hex } from 'viem';
import type { TriggerStatus } from '../store/schema.ts';
import { endOf, requireExecutable, requireKind } from './checkOrder.ts';
import type { IntakeTerms } from './checkOrder.ts';
import type { OrderStore } from './orderStore.ts';
import { OrderRefusedError } from './refusal.ts';
import type { AtHead, TriggerPort } from './triggerPort.ts';

/** A key's signature has 65 bytes; what a contract wallet calls one may have more. */
const MAX_SIGNATURE_CHARS = 2 + 2 * 2_048;

export interface InboxOptions extends IntakeTerms {
  /** Most orders that wait, of everybody and of one account. */
  readonly most: number;
  readonly mostPerAccount: number;
}

export interface Receipt {
  readonly order: Hex;
  readonly status: TriggerStatus;
  /** Whether it was there already. */
  readonly known: boolean;
}

/** Where people leave signed trigger orders. */
export interface Inbox {
  /** @throws OrderRefusedError what is wrong with it; any other error means that it could not be judged now */
  take(json: unknown): Promise<Receipt>;
  find(hash: Hex): Promise<Receipt | undefined>;
}

export function createInbox(store: OrderStore, port: TriggerPort, options: InboxOptions): Inbox {
  async function find(order: Hex): Promise<Receipt | undefined> {
    const found = await store.find(order);
    return found && { order, status: found.status, known: true };
  }

  return {
    find,
    async take(json) {
      const signed = parse(json);
      requireKind(signed.triggerOrder);
      const hash = hashTriggerOrder(signed.triggerOrder, port.domain);
      const known = await find(hash);
      if (known !== undefined) return known;
      const head = await port.head();
      const facts = await port.readFacts(signed, head);
      // a wallet is asked for its signature only once it is known to be the account's
      if (!facts.isAuthorised) {
        throw new OrderRefusedError(
          'notAuthorised',
          `${signed.signer} may not trade for the account; sign with its owner, or have the owner approve the signer`,
        );
      }
      requireExecutable(signed.triggerOrder, facts, options);
      if (!(await port.isSignedBySigner(signed))) {
        throw new OrderRefusedError(
          'wrongSignature',
          `the signature is not by ${signed.signer}, or it is for another matcher than ${port.domain.orderMatcher} on ` +
            `chain ${port.domain.chainId}`,
        );
      }
      await requireRoom(store, port, signed, head, options);
      const added = await store.add(hash, signed);
      return { order: hash, status: 'waiting', known: !added };
    },
  };
}

function parse(json: unknown): SignedTriggerOrder {
  try {
    const signed = orderFromJson(json);
    if (!isTriggerOrder(signed)) {
      throw new OrderRefusedError('malformed', 'this is a plain order; only trigger orders wait here');
    }
    if (signed.signature.length > MAX_SIGNATURE_CHARS) {
      throw new OrderRefusedError('malformed', 'the signature is longer than 2048 bytes');
    }
    return signed;
  } catch (error) {
    if (error instanceof InvalidOrderError) throw new OrderRefusedError('malformed', error.message);
    throw error;
  }
}

/** @throws OrderRefusedError where too many wait already */
async function requireRoom(
  store: OrderStore,
  port: TriggerPort,
  { triggerOrder: { order } }: SignedTriggerOrder,
  head: AtHead,
  { most, mostPerAccount }: InboxOptions,
): Promise<void> {
  await store.expire(head.timestamp, head.number);
  const mine = await store.waitingOf(order.account);
  if (mine.length >= mostPerAccount) {
    // some may be over without anybody having noticed
    for (const { signed } of mine) {
      const one = signed.triggerOrder.order;
      const end = endOf(one, await port.readFacts(signed, head));
      if (end !== undefined) await store.end(one.account, one.nonce, end, head.number);
    }
    if ((await store.waitingOf(order.account)).length >= mostPerAccount) {
      throw new OrderRefusedError(
        'tooMany',
        `${mostPerAccount} orders of this account wait already; cancel one first`,
      );
    }
  }
  if ((await store.countWaiting()) >= most) {
    throw new OrderRefusedError('tooMany', `${most} orders wait already; try another keeper, or later`);
  }
}
