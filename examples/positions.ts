// What other examples need first: Maria long and Noor short, five perps on ETH each.
import { encodeInstrumentId, ETH, parseWad, signOrder } from '@novate/sdk';
import { usdc } from './setup.ts';
import type { Person, Stage } from './setup.ts';

/** @param dollars What Maria deposits; Noor deposits ten times as much. */
export async function openPositions(stage: Stage, dollars: number): Promise<void> {
  const { addresses, bot, fundAccount, maria, noor } = stage;
  await fundAccount({ owner: maria.client, amountRaw: usdc(dollars) });
  await fundAccount({ owner: noor.client, amountRaw: usdc(dollars * 10) });
  const sign = async ({ client, account }: Person, size: string) => {
    const instrument = encodeInstrumentId({ kind: 'perp', underlying: ETH });
    const terms = { account, instrument, size: parseWad(size), limitPrice: parseWad('4000') };
    return signOrder(client, {
      order: await client.novate.prepareOrder(terms),
      chainId: client.chain.id,
      orderMatcher: addresses.orderMatcher,
    });
  };
  const [maker, taker] = await Promise.all([sign(noor, '-5'), sign(maria, '5')]);
  const hash = await bot.client.novate.sendMatchOrders({ maker, taker });
  await bot.client.waitForTransactionReceipt({ hash });
}
