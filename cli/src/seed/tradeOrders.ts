import { buildOrder, encodeInstrumentId, orderMatcherAbi, orderTypedData } from '@novate/sdk';
import type { SignedOrder } from '@novate/sdk';
import { encodeFunctionData, parseUnits } from 'viem';
import { hardhat } from 'viem/chains';
import { createRandom } from '../random.ts';
import type { LocalCall, LocalChain } from '../local/chain.ts';
import type { StackAddresses } from '../local/deployLocal.ts';
import { pairOrders } from './pairOrders.ts';
import type { AccountPlan, OpenMarket } from './planAccounts.ts';
import type { Person } from './traders.ts';

/** Limits lie up to this far on the crossing side of the index. */
const LIMIT_SPREAD = 0.001;
const ORDER_LIFETIME_SEC = 7 * 86_400;
const MATCH_GAS = 1_500_000n;

/**
 * Opens the planned positions: every account signs one order per market, and the matcher fills them against each other on
 * chain, in parts where sizes differ.
 * @returns how many orders were signed and how many fills they took
 */
export async function tradeOrders(
  chain: LocalChain,
  stack: StackAddresses,
  matcher: Person,
  traders: readonly Person[],
  plans: readonly AccountPlan[],
  markets: readonly OpenMarket[],
  seed: number,
): Promise<{ orders: number; fills: number }> {
  const random = createRandom(seed ^ 0x0dde);
  const expirySec = (await chain.latest()).timestamp + ORDER_LIFETIME_SEC;
  const calls: LocalCall[] = [];
  let orders = 0;
  for (const market of markets) {
    const demands = plans.map(({ perps }, account) => ({ account, size: perps[market.symbol] ?? 0n }));
    const signed = new Map<number, SignedOrder>();
    for (const { account, size } of demands) {
      const trader = traders[account];
      if (size === 0n || trader === undefined) continue;
      const crossing = market.price * (1 + Math.sign(Number(size)) * LIMIT_SPREAD * random.next());
      signed.set(account, await sign(stack, trader, market, size, crossing, expirySec));
    }
    orders += signed.size;
    for (const { buyer, seller, size } of pairOrders(demands)) {
      const [buy, sell] = [signed.get(buyer), signed.get(seller)];
      if (buy === undefined || sell === undefined) throw new Error('a paired order was not signed');
      const [maker, taker] = random.next() < 0.5 ? [buy, sell] : [sell, buy];
      const data = encodeFunctionData({
        abi: orderMatcherAbi,
        functionName: 'matchOrders',
        args: [maker, taker, size],
      });
      const label = `match of ${market.symbol} orders of accounts ${buyer} and ${seller}`;
      calls.push({ from: matcher.key, to: stack.orderMatcher, data, gas: MATCH_GAS, label });
    }
  }
  await chain.execute(calls);
  return { orders, fills: calls.length };
}

async function sign(
  stack: StackAddresses,
  trader: Person,
  market: OpenMarket,
  size: bigint,
  limit: number,
  expirySec: number,
): Promise<SignedOrder> {
  const order = buildOrder({
    account: trader.account,
    instrument: encodeInstrumentId({ kind: 'perp', underlying: market.id }),
    size,
    limitPrice: parseUnits(limit.toFixed(2), 18),
    nonce: BigInt(market.id),
    expirySec,
  });
  const domain = { chainId: hardhat.id, orderMatcher: stack.orderMatcher };
  const signature = await trader.key.signTypedData(orderTypedData(order, domain));
  return { order, signer: trader.key.address, signature };
}
