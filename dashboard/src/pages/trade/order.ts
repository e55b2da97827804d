import {
  encodeAccountId,
  encodeInstrumentId,
  getMargin,
  prepareOrder,
  sendDeposit,
  sendMatchOrders,
  signOrder,
} from '@novate/sdk';
import type { NovateClient, Order, SignedOrder } from '@novate/sdk';
import { createWalletClient, http, isAddress, isHex, parseAbi } from 'viem';
import type { Address, Hex } from 'viem';
import { waitForTransactionReceipt, writeContract } from 'viem/actions';
import type { Deployment } from '../../connection/discover.ts';
import { chainOf, counterparty } from './localWallet.ts';
import type { Say } from './useAction.ts';

/** Who trades: a wallet's client, its address and which of its accounts. */
export interface Trader {
  readonly client: NovateClient;
  readonly address: Address;
  readonly subId: bigint;
}

/** An order as it is entered. */
export interface Draft {
  /** Changes whenever another part of the page fills the form. */
  readonly id: number;
  readonly underlying: number;
  readonly side: 'buy' | 'sell';
  readonly size: string;
  readonly price: string;
  readonly reduceOnly: boolean;
}

export interface OrderInputs {
  readonly underlying: number;
  /** Units, wad; + buys. */
  readonly size: bigint;
  readonly limitPrice: bigint;
  readonly reduceOnly: boolean;
}

const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);
/** Cash that the local counterparty keeps over its margin, per USD of notional. */
const COVER = 2n;

export function accountOf({ address, subId }: Trader): bigint {
  return encodeAccountId(address, subId);
}

/** Builds the order with what the chain knows, and has the wallet sign it. */
export async function makeOrder(
  { addresses, chainId }: Deployment,
  trader: Trader,
  inputs: OrderInputs,
): Promise<SignedOrder> {
  const { underlying, size, limitPrice, reduceOnly } = inputs;
  const order = await prepareOrder(trader.client, addresses, {
    account: accountOf(trader),
    instrument: encodeInstrumentId({ kind: 'perp', underlying }),
    size,
    limitPrice,
    reduceOnly,
  });
  return signOrder(trader.client, { order, chainId, orderMatcher: addresses.orderMatcher });
}

/** The other side, signed by a well-known key on a local chain; the key's account gets the cash it needs first. */
export async function makeLocalCounterOrder(
  { addresses, chainId, settings }: Deployment,
  order: Order,
  cash: Address,
  say: Say,
): Promise<SignedOrder> {
  const account = counterparty();
  const client = createWalletClient({
    account,
    chain: chainOf(chainId, settings.rpcUrl),
    transport: http(settings.rpcUrl),
  });
  const id = encodeAccountId(account.address);
  const notional = ((order.size < 0n ? -order.size : order.size) * order.limitPrice) / 10n ** 18n;
  const { equity, initialMargin } = await getMargin(client, addresses, { account: id });
  if (equity < initialMargin + notional) {
    say('Giving the local counterparty cash …');
    const amountRaw = (COVER * notional) / 10n ** 12n + 1_000_000n;
    await mint(client, cash, account.address, amountRaw);
    await confirm(client, await sendDeposit(client, addresses, { account: id, assetId: 0, amountRaw }));
  }
  say('The local counterparty signs …');
  const counter = await prepareOrder(client, addresses, {
    account: id,
    instrument: order.instrument,
    size: -order.size,
    limitPrice: order.limitPrice,
  });
  return signOrder(client, { order: counter, chainId, orderMatcher: addresses.orderMatcher });
}

/** Test tokens of a local chain, which anyone may mint. */
export async function mint(
  client: NovateClient,
  token: Address,
  to: Address,
  amountRaw: bigint,
): Promise<void> {
  if (client.account === undefined) throw new Error('there is no wallet');
  const hash = await writeContract(client, {
    address: token,
    abi: mintAbi,
    functionName: 'mint',
    args: [to, amountRaw],
    account: client.account,
    chain: client.chain ?? null,
  });
  await confirm(client, hash);
}

/** Has the wallet send the match; the counter order came first and sets the price. */
export async function match(
  { addresses }: Deployment,
  { client }: Trader,
  maker: SignedOrder,
  taker: SignedOrder,
): Promise<number> {
  return confirm(client, await sendMatchOrders(client, addresses, { maker, taker }));
}

/** Waits until it is mined. @returns the block @throws Error where it reverted */
export async function confirm(client: NovateClient, hash: Hex): Promise<number> {
  const receipt = await waitForTransactionReceipt(client, { hash, pollingInterval: 250 });
  if (receipt.status !== 'success') throw new Error(`Transaction ${hash} was mined and reverted.`);
  return Number(receipt.blockNumber);
}

/** A signed order as text that can be sent to somebody. */
export function orderToText({ order, signer, signature }: SignedOrder): string {
  const plain = Object.fromEntries(
    Object.entries(order).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  );
  return JSON.stringify({ order: plain, signer, signature }, undefined, 2);
}

/** @throws Error that says what is missing */
export function orderFromText(text: string): SignedOrder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('The counter order is not valid JSON.');
  }
  const [order, signer, signature] = ['order', 'signer', 'signature'].map((name) => fieldOf(value, name));
  if (typeof signer !== 'string' || !isAddress(signer) || !isHex(signature))
    throw new Error('The counter order needs "order", "signer" and "signature".');
  const whole = (name: string): bigint => {
    const field = fieldOf(order, name);
    if (typeof field !== 'string' || !/^-?\d+$/.test(field))
      throw new Error(`The counter order has no valid "${name}".`);
    return BigInt(field);
  };
  return {
    order: {
      account: whole('account'),
      instrument: whole('instrument'),
      size: whole('size'),
      limitPrice: whole('limitPrice'),
      maxFee: whole('maxFee'),
      nonce: whole('nonce'),
      epoch: Number(fieldOf(order, 'epoch')),
      expirySec: Number(fieldOf(order, 'expirySec')),
      reduceOnly: fieldOf(order, 'reduceOnly') === true,
      postOnly: fieldOf(order, 'postOnly') === true,
    },
    signer,
    signature,
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
