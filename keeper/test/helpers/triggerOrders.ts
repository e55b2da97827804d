import { encodeAccountId, encodeInstrumentId, signTriggerOrder } from '@novate/sdk';
import type { SignedTriggerOrder, TriggerOrder } from '@novate/sdk';
import { createWalletClient, custom } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { OrderFacts } from '../../src/triggers/checkOrder.ts';

export const WAD = 10n ** 18n;
export const ETH = 2;
export const DOMAIN = {
  chainId: 31_337,
  orderMatcher: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
} as const;
export const NOW = 1_770_267_600n;
export const trader = privateKeyToAccount(`0x${'42'.repeat(32)}`);

/** A stop-loss of 2 ETH at 3,700, with a limit at 3,600 and a tip of 5. */
export function stopLoss(
  order: Partial<TriggerOrder['order']> = {},
  more: Partial<Omit<TriggerOrder, 'order'>> = {},
): TriggerOrder {
  return {
    order: {
      account: encodeAccountId(trader.address),
      instrument: encodeInstrumentId({ kind: 'perp', underlying: ETH }),
      size: -2n * WAD,
      limitPrice: 3_600n * WAD,
      maxFee: WAD / 1_000n,
      nonce: 7n,
      epoch: 0,
      expirySec: Number(NOW) + 3_600,
      reduceOnly: true,
      postOnly: false,
      ...order,
    },
    triggerPrice: 3_700n * WAD,
    above: false,
    tip: 5n * WAD,
    ...more,
  };
}

/** Signed by the trader's key, without a network. */
export async function signed(triggerOrder: TriggerOrder): Promise<SignedTriggerOrder> {
  const offline = custom({ request: () => Promise.reject(new Error('no network')) });
  const client = createWalletClient({ account: trader, transport: offline });
  return signTriggerOrder(client, { triggerOrder, ...DOMAIN });
}

/** An open order of an account that may trade. */
export const FACTS: OrderFacts = {
  nowSec: NOW,
  state: 'open',
  filled: 0n,
  epoch: 0,
  isAuthorised: true,
  isEmpty: false,
  makerFeeBps: 2,
  takerFeeBps: 5,
  baseSpreadBps: 10,
};
