// Trading: two people sign orders (EIP-712, no gas), anyone matches them in one transaction.
import { encodeInstrumentId, ETH, formatWad, hashOrder, parseWad, signOrder, verifyOrder } from '@novate/sdk';
import type { SignedOrder } from '@novate/sdk';
import { setUp, usdc } from './setup.ts';
import type { Person } from './setup.ts';

const { addresses, bot, fundAccount, maria, noor } = await setUp();
await fundAccount({ owner: maria.client, amountRaw: usdc(20_000) });
await fundAccount({ owner: noor.client, amountRaw: usdc(20_000) });

const perp = encodeInstrumentId({ kind: 'perp', underlying: ETH });
const domain = { chainId: maria.client.chain.id, orderMatcher: addresses.orderMatcher };

/** @param size Units bought; negative sells. @param limit The worst price, USD. */
async function order({ client, account }: Person, size: string, limit: string): Promise<SignedOrder> {
  const built = await client.novate.prepareOrder({
    account,
    instrument: perp,
    size: parseWad(size),
    limitPrice: parseWad(limit),
  });
  return signOrder(client, { order: built, ...domain });
}

const bid = await order(maria, '5', '4005');
const ask = await order(noor, '-3', '4000');
console.log('order', hashOrder(bid.order, domain), 'signed by its account:', await signedByOwner(bid));

async function signedByOwner(signedOrder: SignedOrder): Promise<boolean> {
  return verifyOrder(bot.client, { signedOrder, ...domain });
}

// the maker sets the price; both accounts must have their initial margin afterwards
const prepared = await bot.client.novate.prepareMatchOrders({ maker: ask, taker: bid });
if (prepared.ready) console.log('would fill', formatWad(prepared.result), 'ETH');
const hash = await bot.client.novate.sendMatchOrders({ maker: ask, taker: bid });
await bot.client.waitForTransactionReceipt({ hash });

const { size } = await maria.client.novate.getPosition({ account: maria.account, instrument: perp });
const fill = await maria.client.novate.getOrderFill({ account: maria.account, nonce: bid.order.nonce });
console.log('position:', formatWad(size), 'ETH;', fill.state, 'fill of the order');

// what is left of the order ends here
await maria.client.novate.sendCancelOrder({ account: maria.account, nonce: bid.order.nonce });
